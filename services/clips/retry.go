package clips

import (
	"context"
	"errors"
	"strings"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

var retryClip = command(api.Post[*run.Deps, GetClip, Clip], "/api/clips/{clip}/retry", "goes on with the work on a clip that has failed",
	func(req GetClip, now standing) (events.Event, error) {
		if now.State != "failed" {
			return nil, fault.New(fault.Conflict, "only a clip that has failed can be tried again; this one is %s", now.State)
		}
		return events.ClipRetried{Clip: req.Clip, Object: now.Object, Name: now.Name}, nil
	})

// retryUploaded begins the work on a failed clip anew because its file was sent again. The file that
// was sent now takes the place of a stored one that is missing.
func retryUploaded(ctx context.Context, d *run.Deps, owner, clip, object string) (es.Position, error) {
	return decide(ctx, d, owner, clip, func(ctx context.Context, now standing) (events.Event, error) {
		if now.State != "failed" {
			return nil, nil
		}
		e := events.ClipRetried{Clip: clip, Object: now.Object, Name: now.Name}
		_, err := d.Blob.Stat(ctx, now.Object)
		if errors.Is(err, blob.ErrNotFound) {
			e.Object = object
			return e, nil
		}
		return e, err
	})
}

// redriven goes on with a clip when somebody wants a job of its tried again that was given up.
var redriven = run.Reactor{
	Name: "clips-redriven", Doc: "goes on with a clip when a job of its is tried again", Quiet: true,
	Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, e events.LetterRedriven, m es.Meta) error {
		if !strings.HasPrefix(e.Reactor, "clips-") {
			return nil
		}
		p, err := es.ParsePosition(e.Position)
		if err != nil {
			return err
		}
		cause, err := d.Logs.Read(ctx, p)
		if err != nil || cause.Aggregate != "clip" {
			return err
		}
		_, err = decide(ctx, d, m.Owner, cause.AggregateID, func(_ context.Context, now standing) (events.Event, error) {
			if now.State != "failed" {
				return nil, nil
			}
			return events.ClipRetried{Clip: cause.AggregateID, Object: now.Object, Name: now.Name}, nil
		})
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})},
}
