package twitch

import (
	"context"
	"time"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// outbox keeps what the log is to be told of the vault's changes.
const outbox run.Outbox = "twitch_untold"

// tx is a change of the vault, with the facts that the log is to be told once it is made.
type tx struct{ *run.Change }

// change makes a change of the vault, and tells the log.
func change(ctx context.Context, d *run.Deps, do func(*tx) error) error {
	return outbox.Change(ctx, d, func(c *run.Change) error { return do(&tx{c}) })
}

// now is the time as the vault keeps it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
