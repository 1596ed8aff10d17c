package es

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// connect opens a connection of its own to the tables. What folds over it holds their lock for as
// long as the connection lasts; PostgreSQL gives the lock to another as soon as the connection, or
// the machine at its other end, is gone.
func (t tables) connect(ctx context.Context, pool *pgxpool.Pool) (*pgx.Conn, error) {
	cfg := pool.Config()
	params := cfg.ConnConfig.RuntimeParams
	params["search_path"] = pgx.Identifier{t.schema}.Sanitize() + ", public"
	params["application_name"] = "afterglow projection " + t.schema
	params["tcp_keepalives_idle"], params["tcp_keepalives_interval"], params["tcp_keepalives_count"] = "2", "1", "2"
	db, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("projection %s: %w", t.Name, err)
	}
	if cfg.AfterConnect != nil {
		if err := cfg.AfterConnect(ctx, db); err != nil {
			return nil, errors.Join(err, db.Close(ctx))
		}
	}
	return db, nil
}

// lead tries to become the one that folds: false while another is.
func (t tables) lead(ctx context.Context, db *pgx.Conn) (bool, error) {
	var leads bool
	err := db.QueryRow(ctx, `select pg_try_advisory_lock(hashtextextended($1, 0))`, t.schema).Scan(&leads)
	if err != nil {
		return false, fmt.Errorf("projection %s: %w", t.Name, err)
	}
	return leads, nil
}

// leadSoon tries for a moment: a connection that was broken keeps the lock until PostgreSQL has noticed.
func (t tables) leadSoon(ctx context.Context, db *pgx.Conn) (leads bool, err error) {
	for range 30 {
		if leads, err = t.lead(ctx, db); leads || err != nil {
			break
		}
		pause(ctx, standEvery/10)
	}
	return leads, err
}

// leave gives the lock back and ends the connection.
func leave(ctx context.Context, db *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, _ = db.Exec(ctx, "select pg_advisory_unlock_all()") // or PostgreSQL does, a moment later
	_ = db.Close(ctx)
}

// now reads which build the tables are, and how far it has come.
func (t tables) now(ctx context.Context, db *pgx.Conn) (build string, at Positions, err error) {
	at = Positions{}
	rows, err := db.Query(ctx, `select log, build, seq from es.position where schema = $1`, t.schema)
	if err != nil {
		return "", nil, fmt.Errorf("projection %s: %w", t.Name, err)
	}
	var log string
	var seq int64
	_, err = pgx.ForEachRow(rows, []any{&log, &build, &seq}, func() error {
		at[log] = uint64(seq)
		return nil
	})
	if err != nil {
		return "", nil, fmt.Errorf("projection %s: %w", t.Name, err)
	}
	return build, at, nil
}
