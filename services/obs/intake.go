package obs

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// TakeEvents is what a bridge tells, in the order in which it happened.
type TakeEvents struct {
	// Bridge is its name: letters, digits, - and _.
	Bridge string        `path:"bridge" json:"-"`
	Events []BridgeEvent `json:"events"`
}

// TakenEvents says what became of them.
type TakenEvents struct {
	// Added are those that were new, Known those that had been told before.
	Added int `json:"added"`
	Known int `json:"known"`
}

const (
	// mostEvents is how many may be told at once.
	mostEvents = 100
	// ahead is how far a machine's clock may be ahead of ours.
	ahead = 24 * time.Hour
)

// Validate tells what is wrong with the events.
func (r TakeEvents) Validate() error {
	if !events.IsToken(r.Bridge) {
		return fault.Field("bridge", "the name of a bridge has up to 128 letters, digits, - and _")
	}
	if len(r.Events) == 0 || len(r.Events) > mostEvents {
		return fault.Field("events", "tell from 1 to %d events at once", mostEvents)
	}
	for _, e := range r.Events {
		if err := e.validate(time.Now()); err != nil {
			return err
		}
	}
	return nil
}

// takeEvents is for those who may send recordings, as a bridge does: that OBS streams makes a stream.
var takeEvents = api.Post("/api/obs/{bridge}/events", "takes in what a bridge tells of OBS", api.Editors,
	func(ctx context.Context, d *run.Deps, req TakeEvents) (TakenEvents, error) {
		owner := api.OwnerOf(ctx)
		var taken TakenEvents
		for _, e := range req.Events {
			id := es.DerivedID("obs", owner, req.Bridge, e.ID)
			known := false
			_, err := d.Decide(ctx, owner, "obs", req.Bridge, func(ctx context.Context) (events.Event, error) {
				err := d.DB.QueryRow(ctx, `select true from told where owner = $1 and id = $2`, owner, id).Scan(&known)
				if !errors.Is(err, pgx.ErrNoRows) {
					return nil, err
				}
				return e.fact(req.Bridge), nil
			}, es.ID(id), es.At(e.At))
			switch {
			case err != nil:
				return taken, err
			case known:
				taken.Known++
			default:
				taken.Added++
			}
		}
		return taken, nil
	}).Within(30 * time.Second)
