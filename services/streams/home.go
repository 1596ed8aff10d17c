package streams

import (
	"context"
	"errors"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// home makes the stream of a clip that came without one.
var home = run.Reactor{
	Name: "streams-home",
	Doc:  "makes a stream for a recording that came without one",
	// It is done before anybody could read about it.
	Quiet: true,
	Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, e events.ClipRegistered, m es.Meta) error {
		if e.NewStream == nil {
			return nil
		}
		_, err := d.Append(ctx, m.Owner, events.StreamCreated{
			Stream: e.Stream, Title: e.NewStream.Title, StartedAt: e.NewStream.StartedAt,
		}, es.Expect(0))
		if conflict := (*es.ConflictError)(nil); errors.As(err, &conflict) {
			return nil // it is there already
		}
		return err
	})},
}
