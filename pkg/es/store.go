package es

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The kit's own tables: which versions of which projections there are, how far they have come on
// which log, and which live documents are still to be published.
const storeSQL = `
create schema if not exists es;
create table if not exists es.projection (
	name text, version int, sql_hash text not null, created_at timestamptz not null default now(),
	primary key (name, version)
);
create table if not exists es.position (
	name text, version int, log text, identity text not null, seq bigint not null,
	primary key (name, version, log)
);
create table if not exists es.touched (
	name text, version int, owner text, topic text,
	primary key (name, version, owner, topic)
);`

// setupLock is held while tables are made, so that several processes may start at once.
const setupLock = 7_300_417

// errFenced tells that another process projects the same projection.
var errFenced = errors.New("another process has moved the projection on")

// prepare makes the tables of a projection unless they are there, and tells how far it has come.
func (p Projection) prepare(ctx context.Context, pool *pgxpool.Pool, c *Conn, logs []string) (Positions, error) {
	at := Positions{}
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", setupLock); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, storeSQL); err != nil {
			return err
		}
		if err := p.checkLogs(ctx, tx, c, logs); err != nil {
			return err
		}
		if err := p.createTables(ctx, tx); err != nil {
			return err
		}
		for _, log := range logs {
			var seq int64
			err := tx.QueryRow(ctx, `insert into es.position (name, version, log, identity, seq) values ($1, $2, $3, $4, 0)
				on conflict (name, version, log) do update set seq = es.position.seq returning seq`,
				p.Name, p.Version, log, c.identities[log]).Scan(&seq)
			if err != nil {
				return err
			}
			at[log] = uint64(seq)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("projection %s: %w", p.Name, err)
	}
	return at, nil
}

// checkLogs forgets what was folded from a log that has been made anew since.
func (p Projection) checkLogs(ctx context.Context, tx pgx.Tx, c *Conn, logs []string) error {
	for _, log := range logs {
		var identity string
		err := tx.QueryRow(ctx, `select identity from es.position where name = $1 and version = $2 and log = $3`,
			p.Name, p.Version, log).Scan(&identity)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && identity == c.identities[log] {
			continue
		}
		if err != nil {
			return err
		}
		c.log.Warn("log was made anew, projection starts from its first event", "projection", p.Name, "log", log)
		return p.drop(ctx, tx)
	}
	return nil
}

func (p Projection) drop(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "drop schema if exists "+pgx.Identifier{p.Schema()}.Sanitize()+" cascade"); err != nil {
		return err
	}
	for _, table := range []string{"es.projection", "es.position", "es.touched"} {
		if _, err := tx.Exec(ctx, "delete from "+table+" where name = $1 and version = $2", p.Name, p.Version); err != nil {
			return err
		}
	}
	return nil
}

func (p Projection) createTables(ctx context.Context, tx pgx.Tx) error {
	var hash string
	err := tx.QueryRow(ctx, `select sql_hash from es.projection where name = $1 and version = $2`, p.Name, p.Version).Scan(&hash)
	if err == nil {
		if hash != p.hash() {
			return fmt.Errorf("its tables have changed under version %d: give the projection version %d", p.Version, p.Version+1)
		}
		return nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	schema := pgx.Identifier{p.Schema()}.Sanitize()
	if _, err := tx.Exec(ctx, "create schema "+schema); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "set local search_path = "+schema+", public"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, p.SQL); err != nil {
		return fmt.Errorf("its tables: %w", err)
	}
	_, err = tx.Exec(ctx, `insert into es.projection (name, version, sql_hash) values ($1, $2, $3)`, p.Name, p.Version, p.hash())
	return err
}

// advance moves the position of one log; errFenced when somebody else has done it.
func (p Projection) advance(ctx context.Context, tx pgx.Tx, log string, from, to uint64) error {
	tag, err := tx.Exec(ctx, `update es.position set seq = $1 where name = $2 and version = $3 and log = $4 and seq = $5`,
		int64(to), p.Name, p.Version, log, int64(from))
	if err != nil {
		return err
	}
	if tag.RowsAffected() != 1 {
		return errFenced
	}
	return nil
}
