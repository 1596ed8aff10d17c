package accounts

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// keepEvery is how often what is over is thrown away, and what the log was not told is told.
const keepEvery = time.Minute

// outbox keeps what the log is to be told of the vault's changes.
const outbox run.Outbox = "untold"

// keep keeps the vault in order until the context ends.
func keep(ctx context.Context, d *run.Deps) error {
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if err := outbox.Flush(ctx, d); err != nil {
			d.Logger.Warn("the log will be told later", "err", err)
		}
		if err := sweep(ctx, d, now()); err != nil {
			d.Logger.Warn("the vault will be swept later", "err", err)
		}
	}
}

// sweep throws away what is over.
func sweep(ctx context.Context, d *run.Deps, at time.Time) error {
	batch := &pgx.Batch{}
	batch.Queue("delete from vault.sessions where expires <= $1 or seen_at <= $2", at, at.Add(-sessionIdle))
	batch.Queue("delete from vault.invitations where expires <= $1", at)
	batch.Queue("delete from vault.resets where expires <= $1", at)
	batch.Queue("delete from vault.departures where expires <= $1", at)
	batch.Queue("delete from vault.tries where last_at <= $1", at.Add(-forgetAfter))
	if err := d.DB.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("sweeping the vault: %w", err)
	}
	return nil
}
