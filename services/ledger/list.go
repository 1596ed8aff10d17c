package ledger

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// ListEvents asks for a page of the events of one log, newest first.
type ListEvents struct {
	// Log is "FACTS" (the default), "TICKS", "TIMERS" or "DEAD".
	Log string `query:"log" json:"-"`
	// Name is a wire name, for instance "clip.registered".
	Name        string `query:"name" json:"-"`
	Aggregate   string `query:"aggregate" json:"-"`
	AggregateID string `query:"aggregateId" json:"-"`
	// Actor is an account's id, or "reactor:<name>".
	Actor string `query:"actor" json:"-"`
	// Correlation is the id of what began it all.
	Correlation string `query:"correlation" json:"-"`
	// Since and Until bound the time of the events; what happened at Until itself is left out.
	Since time.Time `query:"since" json:"-"`
	Until time.Time `query:"until" json:"-"`
	Limit int       `query:"limit" json:"-"`
	// Cursor is the next or the previous one of a page.
	Cursor string `query:"cursor" json:"-"`
}

// EventPage is a page of events, newest first.
type EventPage struct {
	Items []api.EventRecord `json:"items"`
	// Next goes on with older events; empty when there are none.
	Next string `json:"next,omitempty"`
	// Previous goes back to newer events; empty on the page that begins with the newest.
	Previous string `json:"previous,omitempty"`
}

var listEvents = api.Get("/api/events", "lists what happened, newest first", api.Developers,
	func(ctx context.Context, d *run.Deps, req ListEvents) (EventPage, error) {
		if req.Log == "" {
			req.Log = events.Facts.Name
		}
		log, ok := events.LogNamed(req.Log)
		if !ok {
			return EventPage{}, fault.Field("log", "there is no log %s", req.Log)
		}
		from, err := parseCursor(req.Cursor)
		if err != nil {
			return EventPage{}, err
		}
		find := indexedSeqs
		if log.Volatile { // it is gone too soon to be worth an index
			find = recentSeqs
		}
		limit := api.Limit(req.Limit)
		seqs, err := find(ctx, d, log, req, from, limit+1)
		if err != nil {
			return EventPage{}, err
		}
		seqs, next, previous := from.turn(seqs, limit)
		places := make([]es.Position, len(seqs))
		for i, seq := range seqs {
			places[i] = es.Position{Log: log.Name, Seq: seq}
		}
		items, err := read(ctx, d, places)
		return EventPage{Items: items, Next: next, Previous: previous}, err
	})

// indexedSeqs finds events from the cursor on in its direction.
func indexedSeqs(ctx context.Context, d *run.Deps, log events.Log, req ListEvents, from cursor, limit int) ([]uint64, error) {
	where, order := "and ($10 = 0 or seq < $10)", "desc"
	if from.newer {
		where, order = "and seq > $10", "asc"
	}
	rows, err := d.DB.Query(ctx, `select seq from event where owner = $1 and log = $2
			and ($3 = '' or name = $3) and ($4 = '' or aggregate = $4) and ($5 = '' or aggregate_id = $5)
			and ($6 = '' or actor = $6) and ($7 = '' or correlation = $7)
			and ($8::timestamptz is null or time >= $8) and ($9::timestamptz is null or time < $9)
			`+where+` order by seq `+order+` limit $11`,
		api.OwnerOf(ctx), log.Name, req.Name, req.Aggregate, req.AggregateID, req.Actor, req.Correlation,
		given(req.Since), given(req.Until), int64(from.seq), limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uint64])
}

// given is nil for a time that was not asked for.
func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// read fetches the events at the positions. One whose time on the log is over is left out.
func read(ctx context.Context, d *run.Deps, places []es.Position) ([]api.EventRecord, error) {
	records := make([]api.EventRecord, 0, len(places))
	for _, p := range places {
		e, err := d.Logs.Read(ctx, p)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		records = append(records, api.Record(e))
	}
	return records, nil
}
