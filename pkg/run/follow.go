package run

import (
	"context"
	"errors"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// Follow calls f in this process, as in every other one, with the events that come after a position, until
// the context ends. An event that f answers an error to is given to it again a second later. A log that was made
// anew comes from its first event on.
func (d *Deps) Follow(ctx context.Context, log events.Log, from es.TailFrom, f func(es.Event) error) error {
	for {
		err := d.Logs.Tail(ctx, log, from, func(e es.Event) error {
			if err := f(e); err != nil {
				return err
			}
			from.After = e.Seq
			return nil
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, es.ErrRemade) {
			from.After = 0
		}
		d.Logger.Warn("what comes on a log is read again", "log", log.Name, "after", from.After, "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}
