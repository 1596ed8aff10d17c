package clips

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

var retryClip = api.Post("/api/clips/{clip}/retry", "begins the work on a clip that has failed anew", api.Editors,
	func(ctx context.Context, d *run.Deps, req GetClip) (Clip, error) {
		owner := api.OwnerOf(ctx)
		p, err := decide(ctx, d, owner, req.Clip, func(now standing) (events.Event, error) {
			if now.state != "failed" {
				return nil, fault.New(fault.Conflict, "only a clip that has failed can be tried again; this one is %s", now.state)
			}
			return events.ClipRetried{Clip: req.Clip, Object: now.object, Name: now.name}, nil
		})
		if err != nil {
			return Clip{}, err
		}
		if err := d.WaitFor(ctx, p); err != nil {
			return Clip{}, err
		}
		return load(ctx, d.DB, owner, req.Clip)
	}).Versioned("clip")

// retryUploaded begins the work on a failed clip anew because its file was sent again. The file that
// was sent now takes the place of a stored one that is missing.
func retryUploaded(ctx context.Context, d *run.Deps, owner, clip, object string) (es.Position, error) {
	return decide(ctx, d, owner, clip, func(now standing) (events.Event, error) {
		if now.state != "failed" {
			return nil, nil
		}
		e := events.ClipRetried{Clip: clip, Object: now.object, Name: now.name}
		_, err := d.Blob.Stat(ctx, now.object)
		if errors.Is(err, blob.ErrNotFound) {
			e.Object = object
			return e, nil
		}
		return e, err
	})
}

// standing is what a decision about a clip is made on.
type standing struct{ state, object, name string }

// decide appends an event of the clip, decided on what the tables say.
func decide(ctx context.Context, d *run.Deps, owner, clip string, choose func(standing) (events.Event, error)) (es.Position, error) {
	return d.Decide(ctx, owner, "clip", clip, func(ctx context.Context) (events.Event, error) {
		var now standing
		err := d.DB.QueryRow(ctx, `select state, object, name from clip where owner = $1 and id = $2`, owner, clip).
			Scan(&now.state, &now.object, &now.name)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, fault.New(fault.NotFound, "there is no clip %s", clip)
		}
		if err != nil {
			return nil, err
		}
		return choose(now)
	})
}
