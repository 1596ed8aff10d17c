package twitch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// tendEvery is how often it is looked what is due; Twitch wants to be asked about a device as often.
	tendEvery = 5 * time.Second
	// tryAgain is how long to wait when Twitch did not answer.
	tryAgain = time.Minute
)

// keep looks after the connections until the context ends, in one process.
func keep(ctx context.Context, d *run.Deps) error {
	err := d.Alone(ctx, "twitch connections", func(ctx context.Context) error {
		if _, err := d.DB.Exec(ctx, `update vault.twitch_links set due_at = least(due_at, $1)`, now()); err != nil {
			return fmt.Errorf("connections to Twitch: %w", err)
		}
		ticker := time.NewTicker(tendEvery)
		defer ticker.Stop()
		for {
			if err := tend(ctx, d, now()); err != nil && ctx.Err() == nil {
				d.Logger.Warn("connections will be looked after later", "err", err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-ticker.C:
			}
		}
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// tend does what is due: it validates and renews tokens, asks about devices, and throws away what is over.
func tend(ctx context.Context, d *run.Deps, at time.Time) error {
	err := errors.Join(outbox.Flush(ctx, d), askDevices(ctx, d, at))
	rows, failed := d.DB.Query(ctx, `select owner from vault.twitch_links where lost is null and due_at <= $1 order by due_at`, at)
	if failed != nil {
		return errors.Join(err, fmt.Errorf("connections to Twitch: %w", failed))
	}
	owners, failed := pgx.CollectRows(rows, pgx.RowTo[string])
	if failed != nil {
		return errors.Join(err, fmt.Errorf("connections to Twitch: %w", failed))
	}
	batch := &pgx.Batch{}
	for _, owner := range owners {
		switch failed := validate(ctx, d, owner, at); {
		case fault.Is(failed, fault.Conflict): // lost, which the log tells
		case failed != nil:
			err = errors.Join(err, failed)
			batch.Queue(`update vault.twitch_links set due_at = $2 where owner = $1 and due_at <= $3`, owner, at.Add(tryAgain), at)
		}
	}
	batch.Queue(`delete from vault.twitch_departures where expires <= $1`, at)
	batch.Queue(`delete from vault.twitch_devices where expires <= $1`, at)
	if failed := d.DB.SendBatch(ctx, batch).Close(); failed != nil {
		err = errors.Join(err, fmt.Errorf("connections to Twitch: %w", failed))
	}
	return err
}
