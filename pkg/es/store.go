package es

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The kit's own tables. A schema holds the tables of one version of a projection; es.projection
// says what it was built from, and everything else about it goes with that row. A build is one
// filling of the tables from the first event on: what was folded for another build is refused.
const storeSQL = `
do $$ begin
	if exists (select from information_schema.columns
			where table_schema = 'es' and table_name = 'position' and column_name = 'version') then
		drop schema es cascade; -- kept before there were builds: everything is folded again
	end if;
end $$;
create schema if not exists es;
create table if not exists es.projection (
	schema text primary key, name text not null, version int not null, build text not null,
	sql_hash text not null, created_at timestamptz not null default now()
);
create table if not exists es.position (
	schema text references es.projection on update cascade on delete cascade,
	log text, build text not null, identity text not null, seq bigint not null,
	primary key (schema, log)
);
create table if not exists es.touched (
	schema text references es.projection on update cascade on delete cascade,
	owner text, topic text,
	primary key (schema, owner, topic)
);
create table if not exists es.parked (
	schema text references es.projection on update cascade on delete cascade,
	log text, seq bigint, aggregate text not null, owner text not null, name text not null,
	reason text not null, told boolean not null default false, at timestamptz not null default now(),
	primary key (schema, log, seq)
);
create table if not exists es.active (name text primary key, version int not null);
create or replace function es.advance(_schema text, _log text, _build text, _from bigint, _to bigint) returns void
language plpgsql as $$ begin
	update es.position set seq = _to where schema = _schema and log = _log and build = _build and seq = _from;
	if not found then
		raise exception 'another process has moved the projection on' using errcode = '` + codeFenced + `';
	end if;
end $$;
create or replace function es.unpark(_schema text, _build text, _log text, _seq bigint) returns void
language plpgsql as $$ begin
	perform from es.projection where schema = _schema and build = _build for key share;
	if found then
		delete from es.parked where schema = _schema and log = _log and seq = _seq;
	end if;
	if not found then
		raise exception 'another process has moved the projection on' using errcode = '` + codeFenced + `';
	end if;
end $$;`

// codeFenced is the SQLSTATE of a position that is not where it was.
const codeFenced = "AF001"

// setupLock is held while tables are made, so that several processes may start at once.
const setupLock = 7_300_417

// errFenced tells that another process has folded, or that the tables were built anew.
var errFenced = errors.New("another process has moved the projection on")

// tables are those of one projection in one schema.
type tables struct {
	Projection
	schema string
}

// prepare makes the tables unless they are there, for the logs of these identities, and tells which
// build they are and how far it has come.
func (t tables) prepare(ctx context.Context, pool *pgxpool.Pool, identities map[string]string, logger *slog.Logger) (build string, at Positions, err error) {
	at = Positions{}
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := setUp(ctx, tx); err != nil {
			return err
		}
		if err := t.checkLogs(ctx, tx, identities, logger); err != nil {
			return err
		}
		if build, err = t.create(ctx, tx); err != nil {
			return err
		}
		for log, identity := range identities {
			var seq int64
			err := tx.QueryRow(ctx, `insert into es.position (schema, log, build, identity, seq) values ($1, $2, $3, $4, 0)
				on conflict (schema, log) do update set seq = es.position.seq returning seq`,
				t.schema, log, build, identity).Scan(&seq)
			if err != nil {
				return err
			}
			at[log] = uint64(seq)
		}
		return nil
	})
	if err != nil {
		return "", nil, fmt.Errorf("projection %s: %w", t.Name, err)
	}
	return build, at, nil
}

// setUp makes the kit's own tables, and holds the lock that others wait for to do the same.
func setUp(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", setupLock); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, storeSQL)
	return err
}

// checkLogs forgets what was folded from a log that has been made anew since.
func (t tables) checkLogs(ctx context.Context, tx pgx.Tx, identities map[string]string, logger *slog.Logger) error {
	for log, now := range identities {
		var identity string
		err := tx.QueryRow(ctx, `select identity from es.position where schema = $1 and log = $2`, t.schema, log).Scan(&identity)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && identity == now {
			continue
		}
		if err != nil {
			return err
		}
		logger.Warn("log was made anew, projection starts from its first event", "projection", t.Name, "log", log)
		return t.drop(ctx, tx)
	}
	return nil
}

// drop takes the tables away.
func (t tables) drop(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "drop schema if exists "+pgx.Identifier{t.schema}.Sanitize()+" cascade"); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "delete from es.projection where schema = $1", t.schema)
	return err
}

// create makes the tables unless they are there, and tells which build they are.
func (t tables) create(ctx context.Context, tx pgx.Tx) (build string, err error) {
	var hash string
	err = tx.QueryRow(ctx, `select build, sql_hash from es.projection where schema = $1`, t.schema).Scan(&build, &hash)
	if err == nil {
		if hash != t.hash() {
			return "", fmt.Errorf("its tables have changed under version %d: give the projection version %d", t.Version, t.Version+1)
		}
		return build, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return "", err
	}
	if err := t.drop(ctx, tx); err != nil {
		return "", err
	}
	schema := pgx.Identifier{t.schema}.Sanitize()
	if _, err := tx.Exec(ctx, "create schema "+schema); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, "set local search_path = "+schema+", public"); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, t.SQL); err != nil {
		return "", fmt.Errorf("its tables: %w", err)
	}
	build = NewID()
	_, err = tx.Exec(ctx, `insert into es.projection (schema, name, version, build, sql_hash) values ($1, $2, $3, $4, $5)`,
		t.schema, t.Name, t.Version, build, t.hash())
	return build, err
}
