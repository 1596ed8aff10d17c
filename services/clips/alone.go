package clips

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// alone runs f while no other call with the same lock runs, in whatever process; the others wait. It has a
// connection of its own, as those who wait would take the pool's from everybody else. A process that ends
// gives its locks back with its connections.
func alone(ctx context.Context, d *run.Deps, lock string, f func() error) (err error) {
	conn, err := pgx.Connect(ctx, d.DatabaseURL)
	if err != nil {
		return fmt.Errorf("lock %s: %w", lock, err)
	}
	always := context.WithoutCancel(ctx)
	defer func() { err = errors.Join(err, conn.Close(always)) }()
	if _, err := conn.Exec(ctx, `select pg_advisory_lock(hashtextextended($1, 0))`, lock); err != nil {
		return fmt.Errorf("lock %s: %w", lock, err)
	}
	// Closing alone would give it back a moment after the call has ended.
	defer func() { _, _ = conn.Exec(always, `select pg_advisory_unlock(hashtextextended($1, 0))`, lock) }()
	return f()
}
