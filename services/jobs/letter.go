package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Letter tells of an event that could not be handled: a reactor buried it, or a projection parked it.
type Letter struct {
	ID   string `json:"id"`
	Kind string `json:"kind" jsonschema:"enum=buried,enum=parked"`
	// State is "open", "redriven" while a reactor tries it again, and "done" when that went well. A
	// parked event is tried again at once, so it is open until it is folded.
	State string `json:"state" jsonschema:"enum=open,enum=redriven,enum=done"`
	// Source is the reactor or the projection.
	Source string `json:"source"`
	// Position of the event, for instance "FACTS/12".
	Position string `json:"position"`
	// Event is its wire name.
	Event    string `json:"event"`
	Attempts int    `json:"attempts"`
	// Reason is the error as it was.
	Reason    string    `json:"reason"`
	CreatedAt time.Time `json:"createdAt"`
	// RedrivenAt is when somebody asked last to try it again.
	RedrivenAt *time.Time `json:"redrivenAt,omitempty"`
}

// letters are those of a Letter. The end of a job tells that its letter has done its duty.
const letters = `(select l.owner, l.id, l.kind, case when l.state = 'redriven' and job.state = 'done' then 'done' else l.state end as state,
		l.source, l.position, l.event, l.attempts, l.reason, l.created_at, l.redriven_at, l.body
	from letter l left join job on job.owner = l.owner and job.id = l.id) letter`

// ListLetters asks for a page of letters.
type ListLetters struct {
	// Kind is "buried" or "parked"; empty is both.
	Kind string `query:"kind" json:"-"`
	// State is "open", "redriven" or "done"; empty is all.
	State string `query:"state" json:"-"`
	// Source is the name of a reactor or a projection; empty is all.
	Source string `query:"source" json:"-"`
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

// Validate tells when there is no such kind or state.
func (r ListLetters) Validate() error {
	if err := api.OneOf("kind", r.Kind, "buried", "parked"); err != nil {
		return err
	}
	return api.OneOf("state", r.State, "open", "redriven", "done")
}

var listLetters = api.Get("/api/letters", "lists what could not be handled, newest first", api.Developers,
	func(ctx context.Context, d *run.Deps, req ListLetters) (api.List[Letter], error) {
		before, id, err := api.ParseTimeCursor(req.Cursor)
		if err != nil {
			return api.List[Letter]{}, err
		}
		limit := api.Limit(req.Limit)
		rows, err := d.DB.Query(ctx, `select id, kind, state, source, position, event, attempts, reason, created_at, redriven_at
			from `+letters+` where owner = $1 and ($2 = '' or kind = $2) and ($3 = '' or state = $3) and ($4 = '' or source = $4)
				and ($5::timestamptz is null or (created_at, id) < ($5, $6))
			order by created_at desc, id desc limit $7`,
			api.OwnerOf(ctx), req.Kind, req.State, req.Source, before, id, limit+1)
		if err != nil {
			return api.List[Letter]{}, err
		}
		items, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Letter])
		return api.Page(items, limit, func(last Letter) string { return api.TimeCursor(last.CreatedAt, last.ID) }), err
	})

// GetLetter asks for one letter.
type GetLetter struct {
	Letter string `path:"letter" json:"-"`
}

// LetterDetail is a letter with the event that it is about.
type LetterDetail struct {
	Letter
	// Data is the event's fact; absent when no log keeps it any more.
	Data json.RawMessage `json:"data,omitempty"`
}

var getLetter = api.Get("/api/letters/{letter}", "shows a letter and the event that it is about", api.Developers,
	func(ctx context.Context, d *run.Deps, req GetLetter) (LetterDetail, error) {
		l, _, err := findLetter(ctx, d, req.Letter)
		return l, err
	})

// findLetter reads a letter of the caller's owner, and its event unless no log keeps that any more.
func findLetter(ctx context.Context, d *run.Deps, id string) (l LetterDetail, event *es.Event, err error) {
	var body string
	err = d.DB.QueryRow(ctx, `select id, kind, state, source, position, event, attempts, reason, created_at, redriven_at, body
		from `+letters+` where owner = $1 and id = $2`, api.OwnerOf(ctx), id).
		Scan(&l.ID, &l.Kind, &l.State, &l.Source, &l.Position, &l.Event, &l.Attempts, &l.Reason, &l.CreatedAt, &l.RedrivenAt, &body)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, nil, fault.New(fault.NotFound, "there is no letter %s", id)
	}
	if err != nil {
		return l, nil, err
	}
	position, err := es.ParsePosition(l.Position)
	if err != nil {
		return l, nil, err
	}
	e, err := d.Logs.Read(ctx, position)
	switch {
	case err == nil && e.Owner == api.OwnerOf(ctx):
		l.Data, event = api.Record(e).Data, &e
	case fault.Is(err, fault.NotFound):
		l.Data, err = json.RawMessage(body), nil
	}
	return l, event, err
}
