package local

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The one role and the one database of the local cluster. Who may enter the socket's folder may connect.
const (
	postgresRole     = "afterglow"
	postgresDatabase = "afterglow"
)

// URL is the address of the database for pgx and libpq.
func (p *Postgres) URL() string { return p.url(postgresDatabase) }

func (p *Postgres) url(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(postgresRole), Path: "/" + database}
	query := url.Values{"host": {p.socket}, "port": {"5432"}, "sslmode": {"disable"}}.Encode()
	u.RawQuery = strings.ReplaceAll(query, "+", "%20") // libpq knows no other space
	return u.String()
}

// prepare waits until the server answers, makes the database and installs pgvector in it.
func (p *Postgres) prepare(ctx context.Context) error {
	ctx, cancel := p.child.whileRunning(ctx)
	defer cancel()
	conn, err := p.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	var there, available bool
	err = conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1),
		exists (select from pg_available_extensions where name = 'vector')`, postgresDatabase).Scan(&there, &available)
	if err != nil {
		return fmt.Errorf("looking for the database: %w", err)
	}
	if !available {
		return errors.New(`this PostgreSQL has no pgvector: run "make setup", which installs it`)
	}
	if !there {
		if _, err := conn.Exec(ctx, "create database "+pgx.Identifier{postgresDatabase}.Sanitize()); err != nil {
			return fmt.Errorf("making the database: %w", err)
		}
	}
	own, err := p.connect(ctx, postgresDatabase)
	if err != nil {
		return err
	}
	defer func() { _ = own.Close(ctx) }()
	if _, err := own.Exec(ctx, "create extension if not exists vector"); err != nil {
		return fmt.Errorf("installing pgvector in the database: %w", err)
	}
	return nil
}

// connect tries until the server, which may be recovering for long, lets it in or refuses, or has been
// ready for a while and still cannot be reached.
func (p *Postgres) connect(ctx context.Context, database string) (conn *pgx.Conn, err error) {
	var ready time.Time
	poll(ctx, func() bool {
		conn, err = pgx.Connect(ctx, p.url(database))
		refusal, refused := errors.AsType[*pgconn.PgError](err)
		if err == nil || refused && refusal.Code != "57P03" { // "cannot connect now"
			return true
		}
		if ready.IsZero() && p.data.ready() {
			ready = time.Now()
		}
		if ready.IsZero() || time.Since(ready) < p.patience {
			return false
		}
		err = fmt.Errorf("the server says that it is ready, but cannot be reached at %s: %w", p.socket, err)
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("connecting to the database %s: %w", database, err)
	}
	return conn, nil
}
