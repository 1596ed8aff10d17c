package clips

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// standing is what a decision about a clip is made on.
type standing struct {
	State, Object, Name string
	// Version of the plan that is followed.
	Version  string
	Paused   bool
	Priority int
	// Encode is true when nothing may be copied.
	Encode bool
}

// find reads where a clip stands; fault.NotFound when there is none.
func find(ctx context.Context, q es.Querier, owner, clip string) (standing, error) {
	rows, err := q.Query(ctx, `select state, object, name, version, paused, priority, encode from clip where owner = $1 and id = $2`, owner, clip)
	if err != nil {
		return standing{}, err
	}
	now, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[standing])
	if errors.Is(err, pgx.ErrNoRows) {
		return now, fault.New(fault.NotFound, "there is no clip %s", clip)
	}
	return now, err
}

// decide appends an event of the clip, decided on what the tables say; nil is none.
func decide(ctx context.Context, d *run.Deps, owner, clip string, choose func(context.Context, standing) (events.Event, error), opts ...es.Option) (es.Position, error) {
	return d.Decide(ctx, owner, "clip", clip, func(ctx context.Context) (events.Event, error) {
		now, err := find(ctx, d.DB, owner, clip)
		if err != nil {
			return nil, err
		}
		return choose(ctx, now)
	}, opts...)
}

// whileIn appends an event if the clip is in the state, and tells whether it did. What is told
// of a clip that is no more, or was given up meanwhile, would come too late.
func whileIn(ctx context.Context, d *run.Deps, owner, clip string, e events.Event, state string, opts ...es.Option) (told bool, err error) {
	_, err = decide(ctx, d, owner, clip, func(_ context.Context, now standing) (events.Event, error) {
		if told = now.State == state; !told {
			return nil, nil
		}
		return e, nil
	}, opts...)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return told, err
}
