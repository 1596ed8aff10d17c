package run

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that goose works with
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// newest is the version that Migrate takes for the newest one.
const newest = 0

// Migrate brings the service's vault tables to a version: the number of a migration, or zero for the
// newest. A version that the service does not know is an error. goose was chosen because these few tables
// hold what no log can rebuild, so they need what every database tool knows: numbered migrations.
func Migrate(ctx context.Context, url string, s Service, version int64) error {
	if s.Vault == nil {
		return nil
	}
	migrations, err := fs.Sub(s.Vault, "vault")
	if err != nil {
		return fmt.Errorf("vault of %s: %w", s.Name, err)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("vault of %s: %w", s.Name, err)
	}
	defer func() { _ = db.Close() }()
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("vault of %s: %w", s.Name, err)
	}
	// Two services may find the schema missing at the same moment: the lock is held by one of them.
	if _, err := db.ExecContext(ctx, `do $$ begin
		perform pg_advisory_xact_lock(7300418);
		create schema if not exists vault;
	end $$`); err != nil {
		return fmt.Errorf("vault of %s: %w", s.Name, err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations,
		goose.WithTableName("vault."+s.Name+"_migrations"), goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("vault of %s: %w", s.Name, err)
	}
	known := provider.ListSources()
	if version == newest && len(known) > 0 {
		version = known[len(known)-1].Version
	}
	if len(known) == 0 || version > known[len(known)-1].Version {
		return fmt.Errorf("vault of %s: there is no migration %d; a newer version of the program has it", s.Name, version)
	}
	if _, err := provider.UpTo(ctx, version); err != nil {
		return fmt.Errorf("vault of %s: %w", s.Name, err)
	}
	return nil
}
