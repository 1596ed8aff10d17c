package ledger

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// chainLength bounds how many causes and how many effects are shown.
const chainLength = 200

// EventDetail is an event with what led to it and what came of it.
type EventDetail struct {
	Event api.EventRecord `json:"event"`
	// Causes lead to the event, the first cause first.
	Causes []api.EventRecord `json:"causes"`
	// Effects came of the event, directly or not, nearest first; each names its causation.
	Effects []api.EventRecord `json:"effects"`
	// CausesCut and EffectsCut tell that there are more than are shown: those farthest from the
	// event are left out.
	CausesCut  bool `json:"causesCut"`
	EffectsCut bool `json:"effectsCut"`
}

// GetEvent asks for the event at a position.
type GetEvent struct {
	Log string `path:"log" json:"-"`
	Seq uint64 `path:"seq" json:"-"`
}

var getEvent = api.Get("/api/events/{log}/{seq}", "shows an event, what led to it and what came of it", api.Developers,
	func(ctx context.Context, d *run.Deps, req GetEvent) (EventDetail, error) {
		log, ok := events.LogNamed(req.Log)
		if !ok {
			return EventDetail{}, fault.New(fault.NotFound, "there is no log %s", req.Log)
		}
		e, err := d.Logs.Read(ctx, es.Position{Log: log.Name, Seq: req.Seq})
		if err != nil {
			return EventDetail{}, err
		}
		if e.Owner != api.OwnerOf(ctx) {
			return EventDetail{}, fault.New(fault.NotFound, "there is no event %s", e.Position)
		}
		detail := EventDetail{Event: api.Record(e)}
		if detail.Causes, detail.CausesCut, err = chain(ctx, d, causes, e.Causation); err != nil {
			return EventDetail{}, err
		}
		slices.Reverse(detail.Causes)
		detail.Effects, detail.EffectsCut, err = chain(ctx, d, effects, e.ID)
		return detail, err
	})

// The chains from the event with the id on, nearest first. A recursion yields its rows as it goes, so
// the limit ends it.
const (
	causes = `with recursive up as (
			select log, seq, causation from event where owner = $1 and id = $2
			union
			select e.log, e.seq, e.causation from up join event e on e.owner = $1 and e.id = up.causation where up.causation <> ''
		) select log, seq from up limit $3`
	effects = `with recursive down as (
			select log, seq, id from event where owner = $1 and causation = $2
			union
			select e.log, e.seq, e.id from down join event e on e.owner = $1 and e.causation = down.id
		) select log, seq from down limit $3`
)

func chain(ctx context.Context, d *run.Deps, sql, id string) (records []api.EventRecord, cut bool, err error) {
	if id == "" {
		return []api.EventRecord{}, false, nil
	}
	rows, err := d.DB.Query(ctx, sql, api.OwnerOf(ctx), id, chainLength+1)
	if err != nil {
		return nil, false, err
	}
	places, err := pgx.CollectRows(rows, pgx.RowToStructByPos[es.Position])
	if err != nil {
		return nil, false, err
	}
	records, err = read(ctx, d, places[:min(len(places), chainLength)])
	return records, len(places) > chainLength, err
}
