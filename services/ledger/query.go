package ledger

import (
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// chainLength bounds how many causes or effects are shown.
const chainLength = 200

// ListEvents asks for events, newest first.
type ListEvents struct {
	// Log is "FACTS" (the default), "TICKS" or "DEAD".
	Log string `query:"log" json:"-"`
	// Event is a wire name, for instance "clip.registered".
	Event       string `query:"event" json:"-"`
	Aggregate   string `query:"aggregate" json:"-"`
	AggregateID string `query:"aggregateId" json:"-"`
	// Before is a sequence: only older events.
	Before uint64 `query:"before" json:"-"`
	Limit  int    `query:"limit" json:"-"`
}

func (r ListEvents) matches(e es.Event) bool {
	return (r.Event == "" || r.Event == e.Name) && (r.Aggregate == "" || r.Aggregate == e.Aggregate) &&
		(r.AggregateID == "" || r.AggregateID == e.AggregateID) && (r.Before == 0 || e.Seq < r.Before)
}

var listEvents = api.Get("/api/events", "lists what happened, newest first", api.Developers,
	func(ctx context.Context, d *run.Deps, req ListEvents) (api.List[api.EventRecord], error) {
		if req.Log == "" {
			req.Log = events.Facts.Name
		}
		log, ok := events.LogNamed(req.Log)
		if !ok {
			return api.List[api.EventRecord]{}, fault.Field("log", "there is no log %s", req.Log)
		}
		req.Limit = api.Limit(req.Limit)
		if log.Volatile {
			return recent(ctx, d, log, req)
		}
		return indexedEvents(ctx, d, log, req)
	})

func indexedEvents(ctx context.Context, d *run.Deps, log events.Log, req ListEvents) (api.List[api.EventRecord], error) {
	page := api.List[api.EventRecord]{Items: []api.EventRecord{}}
	before := int64(math.MaxInt64)
	if req.Before > 0 && req.Before < math.MaxInt64 {
		before = int64(req.Before)
	}
	rows, err := d.DB.Query(ctx, `select log, seq from event where owner = $1 and log = $2 and seq < $3
			and ($4 = '' or name = $4) and ($5 = '' or aggregate = $5) and ($6 = '' or aggregate_id = $6)
		order by seq desc limit $7`,
		api.OwnerOf(ctx), log.Name, before, req.Event, req.Aggregate, req.AggregateID, req.Limit+1)
	if err != nil {
		return page, err
	}
	if page.Items, err = read(ctx, d, rows); err != nil {
		return page, err
	}
	if len(page.Items) > req.Limit {
		page.Items = page.Items[:req.Limit]
		page.Next = strconv.FormatUint(page.Items[req.Limit-1].Seq, 10)
	}
	return page, nil
}

// recentSpan is how many events of a volatile log are looked through.
const recentSpan = 5000

// recent reads the end of a log that has no index: it is gone too soon to be worth one.
func recent(ctx context.Context, d *run.Deps, log events.Log, req ListEvents) (api.List[api.EventRecord], error) {
	page := api.List[api.EventRecord]{Items: []api.EventRecord{}}
	last, err := d.Logs.Last(ctx, log.Name)
	if err != nil || last == 0 {
		return page, err
	}
	from := es.TailFrom{Subject: log.Owned(api.OwnerOf(ctx)), Until: last}
	if last > recentSpan {
		from.After = last - recentSpan
	}
	err = d.Logs.Tail(ctx, log, from, func(e es.Event) error {
		if req.matches(e) {
			page.Items = append(page.Items, api.Record(e))
		}
		return nil
	})
	slices.Reverse(page.Items)
	page.Items = page.Items[:min(len(page.Items), req.Limit)]
	return page, err
}

// read fetches the events at the positions that the rows give.
func read(ctx context.Context, d *run.Deps, rows pgx.Rows) ([]api.EventRecord, error) {
	type place struct {
		Log string
		Seq int64
	}
	places, err := pgx.CollectRows(rows, pgx.RowToStructByPos[place])
	if err != nil {
		return nil, err
	}
	records := make([]api.EventRecord, 0, len(places))
	for _, p := range places {
		e, err := d.Logs.Read(ctx, es.Position{Log: p.Log, Seq: uint64(p.Seq)})
		if fault.Is(err, fault.NotFound) { // its time on the log is over
			continue
		}
		if err != nil {
			return nil, err
		}
		records = append(records, api.Record(e))
	}
	return records, nil
}

// EventDetail is an event with what led to it and what came of it.
type EventDetail struct {
	Event api.EventRecord `json:"event"`
	// Causes lead to the event, the first cause first.
	Causes []api.EventRecord `json:"causes"`
	// Effects came of the event, directly or not, in their order; each names its causation.
	Effects []api.EventRecord `json:"effects"`
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
		owner := api.OwnerOf(ctx)
		e, err := d.Logs.Read(ctx, es.Position{Log: log.Name, Seq: req.Seq})
		if err != nil {
			return EventDetail{}, err
		}
		if e.Owner != owner {
			return EventDetail{}, fault.New(fault.NotFound, "there is no event %s", e.Position)
		}
		detail := EventDetail{Event: api.Record(e)}
		if detail.Causes, err = chain(ctx, d, `
			with recursive up as (
				select log, seq, causation, 1 as depth from event where owner = $1 and id = $2
				union all
				select e.log, e.seq, e.causation, up.depth + 1 from event e join up on e.owner = $1 and e.id = up.causation
				where up.causation <> '' and up.depth < $3
			) select log, seq from up order by depth desc`, owner, e.Causation); err != nil {
			return EventDetail{}, err
		}
		detail.Effects, err = chain(ctx, d, `
			with recursive down as (
				select log, seq, id from event where owner = $1 and causation = $2
				union
				select e.log, e.seq, e.id from event e join down on e.owner = $1 and e.causation = down.id
			) select log, seq from down order by log desc, seq limit $3`, owner, e.ID)
		return detail, err
	})

func chain(ctx context.Context, d *run.Deps, sql, owner, id string) ([]api.EventRecord, error) {
	if id == "" {
		return []api.EventRecord{}, nil
	}
	rows, err := d.DB.Query(ctx, sql, owner, id, chainLength)
	if err != nil {
		return nil, err
	}
	return read(ctx, d, rows)
}
