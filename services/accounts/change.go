package accounts

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// keepEvery is how often what is over is thrown away, and what the log was not told is told.
const keepEvery = time.Minute

// outbox keeps what the log is to be told of the vault's changes.
const outbox run.Outbox = "untold"

// tx is a change of the vault, with the facts that the log is to be told once it is made.
type tx struct{ *run.Change }

// tell has the log told of a fact when the change is made.
func (t *tx) tell(ctx context.Context, owner, actor string, e events.Event) error {
	return t.Tell(ctx, owner, actor, now(), e)
}

// change makes a change of the vault, and tells the log.
func change(ctx context.Context, d *run.Deps, do func(*tx) error) error {
	return outbox.Change(ctx, d, func(c *run.Change) error { return do(&tx{c}) })
}

// tellUntold tells the log what it was not told so far.
func tellUntold(ctx context.Context, d *run.Deps) error { return outbox.Flush(ctx, d) }

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
		if err := tellUntold(ctx, d); err != nil {
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
