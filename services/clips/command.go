package clips

import (
	"context"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// command declares an endpoint that decides one event about a clip, and answers the clip as it is then.
func command(method func(path, doc string, roles api.Roles, f func(context.Context, *run.Deps, GetClip) (Clip, error)) run.Endpoint,
	path, doc string, choose func(GetClip, standing) (events.Event, error),
) run.Endpoint {
	return method(path, doc, api.Editors, func(ctx context.Context, d *run.Deps, req GetClip) (Clip, error) {
		return carryOut(ctx, d, req.Clip, func(now standing) (events.Event, error) { return choose(req, now) })
	}).Versioned("clip")
}

// carryOut decides one event about a clip of the caller's, and reads the clip as it is then.
func carryOut(ctx context.Context, d *run.Deps, clip string, choose func(standing) (events.Event, error)) (Clip, error) {
	owner := api.OwnerOf(ctx)
	p, err := decide(ctx, d, owner, clip, func(_ context.Context, now standing) (events.Event, error) { return choose(now) })
	if err != nil {
		return Clip{}, err
	}
	if err := d.WaitFor(ctx, p); err != nil {
		return Clip{}, err
	}
	return load(ctx, d.DB, owner, clip)
}

// busy tells whether a clip is worked on; a sentence when it is not.
func (now standing) busy() error {
	if now.State == "registered" || now.State == "probed" {
		return nil
	}
	return fault.New(fault.Conflict, "nothing is done for this clip any more: it is %s", now.State)
}

var cancelClip = command(api.Post[*run.Deps, GetClip, Clip], "/api/clips/{clip}/cancel", "stops the work on a clip; what is done stays, for when it is tried again",
	func(req GetClip, now standing) (events.Event, error) {
		if err := now.busy(); err != nil {
			return nil, err
		}
		return events.ClipFailed{Clip: req.Clip, Stage: "package", Reason: "The work on it was cancelled. Try again when you want it."}, nil
	})

var pauseClip = command(api.Post[*run.Deps, GetClip, Clip], "/api/clips/{clip}/pause", "lets the parts of a clip wait that have not begun",
	func(req GetClip, now standing) (events.Event, error) {
		if err := now.busy(); err != nil || now.Paused {
			return nil, err
		}
		return events.ClipPaused{Clip: req.Clip}, nil
	})

var resumeClip = command(api.Post[*run.Deps, GetClip, Clip], "/api/clips/{clip}/resume", "goes on with a paused clip",
	func(req GetClip, now standing) (events.Event, error) {
		if err := now.busy(); err != nil || !now.Paused {
			return nil, err
		}
		return events.ClipResumed{Clip: req.Clip}, nil
	})

// PrioritizeClip says how urgent a clip is.
type PrioritizeClip struct {
	Clip string `path:"clip" json:"-"`
	// Priority from -10 to 10; the parts of clips with a higher one are encoded first.
	Priority int `json:"priority"`
}

// Validate tells what is wrong with the priority.
func (r PrioritizeClip) Validate() error {
	if r.Priority < -10 || r.Priority > 10 {
		return fault.Field("priority", "this should be from -10 to 10")
	}
	return nil
}

var prioritizeClip = api.Patch("/api/clips/{clip}", "says how urgent the work on a clip is", api.Editors,
	func(ctx context.Context, d *run.Deps, req PrioritizeClip) (Clip, error) {
		return carryOut(ctx, d, req.Clip, func(now standing) (events.Event, error) {
			if err := now.busy(); err != nil || now.Priority == req.Priority {
				return nil, err
			}
			return events.ClipPrioritized{Clip: req.Clip, Priority: req.Priority}, nil
		})
	}).Versioned("clip")

var deleteClip = api.Delete("/api/clips/{clip}", "deletes a clip, the file that was sent, and all that was made of it", api.Editors,
	func(ctx context.Context, d *run.Deps, req GetClip) (api.None, error) {
		owner := api.OwnerOf(ctx)
		p, err := decide(ctx, d, owner, req.Clip, func(_ context.Context, now standing) (events.Event, error) {
			return events.ClipDeleted{Clip: req.Clip, Object: now.Object}, nil
		})
		if err != nil {
			return api.None{}, err
		}
		return api.None{}, d.WaitFor(ctx, p)
	}).Versioned("clip")
