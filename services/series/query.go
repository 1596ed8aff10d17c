package series

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Series is a plan of streams.
type Series struct {
	ID string `json:"id"`
	Plan
	Skips     []Skip    `json:"skips"`
	CreatedAt time.Time `json:"createdAt"`
	ChangedAt time.Time `json:"changedAt"`
}

// Skip is a date on which a series does not come.
type Skip struct {
	// Date such as 2026-01-31, in the series' zone.
	Date   string `json:"date"`
	Reason string `json:"reason,omitempty"`
}

// Plans is the live document of all series: it says that they are others.
type Plans struct {
	// Rev is the sequence of the event that changed them last.
	Rev int64 `json:"rev"`
}

func loadChanged(ctx context.Context, q es.Querier, owner string) (Plans, error) {
	var c Plans
	err := q.QueryRow(ctx, `select seq from changed where owner = $1`, owner).Scan(&c.Rev)
	return c, err
}

// load reads the series of an owner that fit a condition on table plan, whose values begin with $2.
func load(ctx context.Context, q es.Querier, owner, condition string, values ...any) ([]Series, error) {
	rows, err := q.Query(ctx, `select id, plan, created_at, changed_at,
			coalesce((select jsonb_agg(jsonb_build_object('date', date, 'reason', reason) order by date)
				from skip where skip.owner = plan.owner and skip.series = plan.id), '[]')
		from plan where owner = $1 and `+condition, append([]any{owner}, values...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Series, error) {
		var s Series
		var plan, skips []byte
		if err := row.Scan(&s.ID, &plan, &s.CreatedAt, &s.ChangedAt, &skips); err != nil {
			return s, err
		}
		return s, errors.Join(json.Unmarshal(plan, &s.Plan), json.Unmarshal(skips, &s.Skips))
	})
}

// find reads one series.
func find(ctx context.Context, q es.Querier, owner, id string) (Series, error) {
	list, err := load(ctx, q, owner, `id = $2`, id)
	if err != nil {
		return Series{}, err
	}
	if len(list) == 0 {
		return Series{}, fault.New(fault.NotFound, "there is no series %s", id)
	}
	return list[0], nil
}

// GetSeries asks for one series.
type GetSeries struct {
	Series string `path:"series" json:"-"`
}

var getSeries = api.Get("/api/series/{series}", "shows one series", api.Viewers,
	func(ctx context.Context, d *run.Deps, req GetSeries) (Series, error) {
		return find(ctx, d.DB, api.OwnerOf(ctx), req.Series)
	}).Versioned("series")

// ListSeries asks for a page of series, by their titles.
type ListSeries struct {
	// Q is a text in the title.
	Q      string `query:"q" json:"-"`
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

var listSeries = api.Get("/api/series", "lists the series", api.Viewers,
	func(ctx context.Context, d *run.Deps, req ListSeries) (api.List[Series], error) {
		after, err := api.ParseCursor(req.Cursor, 2)
		if err != nil {
			return api.List[Series]{}, err
		}
		if after == nil {
			after = []string{"", ""}
		}
		limit := api.Limit(req.Limit)
		list, err := load(ctx, d.DB, api.OwnerOf(ctx), `position(lower($2) in lower(title)) > 0
			and (lower(title), id) > (lower($3), $4) order by lower(title), id limit $5`, req.Q, after[0], after[1], limit+1)
		if err != nil {
			return api.List[Series]{}, err
		}
		return api.Page(list, limit, func(last Series) string { return api.Cursor(last.Title, last.ID) }), nil
	})

// ListOccurrences asks for a page of the streams that are planned.
type ListOccurrences struct {
	// From and To are the first and the last date, such as 2026-01-31; today and four weeks later unless
	// given. At most a year lies between them.
	From string `query:"from" json:"-"`
	To   string `query:"to" json:"-"`
	// Zone is the time zone of these dates, such as "Europe/Berlin"; UTC unless given.
	Zone   string `query:"zone" json:"-"`
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

// mostOccurrences is how many a page has at most, and unless told.
const mostOccurrences = 500

var listOccurrences = api.Get("/api/series/occurrences", "lists the streams that are planned, by when they start", api.Viewers,
	func(ctx context.Context, d *run.Deps, req ListOccurrences) (api.List[Occurrence], error) {
		from, to, err := req.window(time.Now())
		if err != nil {
			return api.List[Occurrence]{}, err
		}
		at, id, err := api.ParseTimeCursor(req.Cursor)
		if err != nil {
			return api.List[Occurrence]{}, err
		}
		list, err := upcoming(ctx, d, api.OwnerOf(ctx), from, to)
		if err != nil {
			return api.List[Occurrence]{}, err
		}
		if at != nil {
			list = beyond(list, *at, id)
		}
		limit := mostOccurrences
		if req.Limit > 0 {
			limit = min(req.Limit, mostOccurrences)
		}
		return api.Page(list, limit, func(last Occurrence) string { return api.TimeCursor(last.StartsAt, last.Series) }), nil
	})

// window is from when until when occurrences are asked for.
func (r ListOccurrences) window(now time.Time) (from, to time.Time, err error) {
	zone := time.UTC
	if r.Zone != "" {
		if zone, err = checkZone(r.Zone); err != nil {
			return from, to, err
		}
	}
	today := now.In(zone)
	first := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	if r.From != "" {
		if first, err = checkDate("from", r.From); err != nil {
			return from, to, err
		}
	}
	last := first.AddDate(0, 0, 28)
	if r.To != "" {
		if last, err = checkDate("to", r.To); err != nil {
			return from, to, err
		}
	}
	switch {
	case last.Before(first):
		return from, to, fault.Field("to", "the last date is before the first, %s", first.Format(time.DateOnly))
	case last.After(first.AddDate(1, 0, 0)):
		return from, to, fault.Field("to", "at most a year can be asked for: until %s", first.AddDate(1, 0, 0).Format(time.DateOnly))
	}
	return on(first, 0, zone), on(last.AddDate(0, 0, 1), 0, zone), nil
}

// beyond are the occurrences after one that was shown before.
func beyond(list []Occurrence, at time.Time, series string) []Occurrence {
	for i, o := range list {
		if compare(o, Occurrence{StartsAt: at, Series: series}) > 0 {
			return list[i:]
		}
	}
	return []Occurrence{}
}

// compare orders occurrences by their start.
func compare(a, b Occurrence) int {
	if order := a.StartsAt.Compare(b.StartsAt); order != 0 {
		return order
	}
	return strings.Compare(a.Series, b.Series)
}
