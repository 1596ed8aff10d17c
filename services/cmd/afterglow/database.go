package main

import (
	"context"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/local"
)

// databaseAddress is where PostgreSQL is.
func (d *doctor) databaseAddress() (string, error) {
	if !d.outer {
		return local.PostgresURL(filepath.Join(d.Data, "postgres"))
	}
	found, err := readOutside()
	return found["DATABASE_URL"], err
}

// postgres checks the database.
func (d *doctor) postgres(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	address, err := d.databaseAddress()
	if err != nil {
		d.wrong("database", d.revive("postgres", "set DATABASE_URL"), "it cannot be found: %v", err)
		return
	}
	db, err := pgx.Connect(ctx, address)
	if err != nil {
		d.wrong("database", d.revive("postgres", "start PostgreSQL, or correct DATABASE_URL"), "it does not answer: %v", err)
		return
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	var version string
	var number int
	var vector, readOnly bool
	var now time.Time
	err = db.QueryRow(ctx, `select current_setting('server_version'), current_setting('server_version_num')::int,
		exists (select from pg_extension where extname = 'vector'), pg_is_in_recovery() or current_setting('transaction_read_only')::bool,
		clock_timestamp()`).Scan(&version, &number, &vector, &readOnly, &now)
	switch off := time.Since(now).Abs(); {
	case err != nil:
		d.wrong("database", d.revive("postgres", "look into PostgreSQL's log"), "it does not answer: %v", err)
	case number < 150000:
		d.wrong("database", "upgrade it to PostgreSQL 15 or newer", "it is PostgreSQL %s", version)
	case !vector:
		d.wrong("database", "as its administrator: create extension vector", "PostgreSQL %s is without the extension vector", version)
	case readOnly:
		d.wrong("database", "let DATABASE_URL name the primary server", "it can only be read")
	case off > clockSlack:
		d.wrong("clock", "let both machines keep their clocks right with NTP", "the clock of PostgreSQL is %s off", off.Round(time.Second))
	default:
		d.ok("database", "PostgreSQL %s with pgvector", version)
	}
}
