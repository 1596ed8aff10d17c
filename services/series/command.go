package series

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// mostSeries is how many an owner can have, so that all of them can be looked at at once.
const mostSeries = 500

// CreateSeries makes a series.
type CreateSeries struct{ Plan }

// Validate tells what is wrong with the plan.
func (r CreateSeries) Validate() error { return r.tidy().check() }

var createSeries = api.Post("/api/series", "plans a series of streams", api.Editors,
	func(ctx context.Context, d *run.Deps, req CreateSeries) (Series, error) {
		owner := api.OwnerOf(ctx)
		var count int
		if err := d.DB.QueryRow(ctx, `select count(*) from plan where owner = $1`, owner).Scan(&count); err != nil {
			return Series{}, err
		}
		if count >= mostSeries {
			return Series{}, fault.New(fault.Conflict, "there can be %d series; delete some first", mostSeries)
		}
		e := req.tidy().event(es.IDFrom(ctx))
		p, err := d.Append(ctx, owner, e, es.Expect(0))
		if conflict := (*es.ConflictError)(nil); errors.As(err, &conflict) {
			p, err = conflict.Last, nil // the same command has made it before
		}
		if err != nil {
			return Series{}, err
		}
		return after(ctx, d, p, e.Series)
	})

// ChangeSeries changes what is given of a plan.
type ChangeSeries struct {
	Series      string  `path:"series" json:"-"`
	Title       *string `json:"title,omitempty"`
	Description *string `json:"description,omitempty"`
	StreamTitle *string `json:"streamTitle,omitempty"`
	// Category with an empty id takes it away.
	Category   *events.Category   `json:"category,omitempty"`
	Tags       *[]string          `json:"tags,omitempty"`
	Language   *string            `json:"language,omitempty"`
	Labels     *[]string          `json:"labels,omitempty"`
	Notes      *string            `json:"notes,omitempty"`
	Zone       *string            `json:"zone,omitempty"`
	Start      *string            `json:"start,omitempty"`
	End        *string            `json:"end,omitempty"`
	Time       *string            `json:"time,omitempty"`
	Minutes    *int               `json:"minutes,omitempty"`
	Recurrence *events.Recurrence `json:"recurrence,omitempty"`
	Paused     *bool              `json:"paused,omitempty"`
}

// change is the plan with what is given.
func (r ChangeSeries) change(p Plan) Plan {
	set(&p.Title, r.Title)
	set(&p.Description, r.Description)
	set(&p.StreamTitle, r.StreamTitle)
	set(&p.Tags, r.Tags)
	set(&p.Language, r.Language)
	set(&p.Labels, r.Labels)
	set(&p.Notes, r.Notes)
	set(&p.Zone, r.Zone)
	set(&p.Start, r.Start)
	set(&p.End, r.End)
	set(&p.Time, r.Time)
	set(&p.Minutes, r.Minutes)
	set(&p.Recurrence, r.Recurrence)
	set(&p.Paused, r.Paused)
	if r.Category != nil {
		p.Category = r.Category
	}
	return p.tidy()
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

var changeSeries = api.Patch("/api/series/{series}", "changes the plan of a series", api.Editors,
	func(ctx context.Context, d *run.Deps, req ChangeSeries) (Series, error) {
		p, err := decide(ctx, d, req.Series, func(now Series) (events.Event, error) {
			plan := req.change(now.Plan)
			if err := plan.check(); err != nil || reflect.DeepEqual(plan, now.Plan) {
				return nil, err
			}
			return plan.event(req.Series), nil
		})
		if err != nil {
			return Series{}, err
		}
		return after(ctx, d, p, req.Series)
	}).Versioned("series")

var deleteSeries = api.Delete("/api/series/{series}", "deletes a series", api.Editors,
	func(ctx context.Context, d *run.Deps, req GetSeries) (api.None, error) {
		p, err := decide(ctx, d, req.Series, func(Series) (events.Event, error) {
			return events.SeriesDeleted{Series: req.Series}, nil
		})
		if err != nil {
			return api.None{}, err
		}
		return api.None{}, d.WaitFor(ctx, p)
	}).Versioned("series")

// SkipOccurrence lets a series not come on one date.
type SkipOccurrence struct {
	Series string `path:"series" json:"-"`
	// Date such as 2026-01-31, in the series' zone.
	Date   string `json:"date"`
	Reason string `json:"reason,omitempty"`
}

// Validate tells what is wrong with the date or the reason.
func (r SkipOccurrence) Validate() error {
	if _, err := checkDate("date", r.Date); err != nil {
		return err
	}
	return checkLine("reason", r.Reason, longestTitle)
}

var skipOccurrence = api.Post("/api/series/{series}/skips", "lets a series not come on one date", api.Editors,
	func(ctx context.Context, d *run.Deps, req SkipOccurrence) (Series, error) {
		skip := Skip{Date: req.Date, Reason: strings.TrimSpace(req.Reason)}
		p, err := decide(ctx, d, req.Series, func(now Series) (events.Event, error) {
			if slices.Contains(now.Skips, skip) {
				return nil, nil
			}
			comes, err := now.comesOn(skip.Date)
			if err != nil {
				return nil, err
			}
			if !comes {
				return nil, fault.Field("date", "the series does not come on %s anyway", skip.Date)
			}
			return events.OccurrenceSkipped{Series: req.Series, Date: skip.Date, Reason: skip.Reason}, nil
		})
		if err != nil {
			return Series{}, err
		}
		return after(ctx, d, p, req.Series)
	}).Versioned("series")

// comesOn tells whether a date is one of the series, also while it is paused.
func (s Series) comesOn(date string) (bool, error) {
	all, err := dates(s.event(s.ID))
	if err != nil {
		return false, err
	}
	for each := range all {
		if text := each.Format(time.DateOnly); text >= date {
			return text == date, nil
		}
	}
	return false, nil
}

// UnskipOccurrence lets a series come on one date after all.
type UnskipOccurrence struct {
	Series string `path:"series" json:"-"`
	Date   string `path:"date" json:"-"`
}

var unskipOccurrence = api.Delete("/api/series/{series}/skips/{date}", "lets a series come on one date after all", api.Editors,
	func(ctx context.Context, d *run.Deps, req UnskipOccurrence) (api.None, error) {
		p, err := decide(ctx, d, req.Series, func(now Series) (events.Event, error) {
			if !slices.ContainsFunc(now.Skips, func(skip Skip) bool { return skip.Date == req.Date }) {
				return nil, fault.New(fault.NotFound, "the series does not skip %s", req.Date)
			}
			return events.OccurrenceUnskipped{Series: req.Series, Date: req.Date}, nil
		})
		if err != nil {
			return api.None{}, err
		}
		return api.None{}, d.WaitFor(ctx, p)
	}).Versioned("series")

// decide appends an event of a series, decided on what the tables say.
func decide(ctx context.Context, d *run.Deps, series string, choose func(Series) (events.Event, error)) (es.Position, error) {
	owner := api.OwnerOf(ctx)
	return d.Decide(ctx, owner, "series", series, func(ctx context.Context) (events.Event, error) {
		now, err := find(ctx, d.DB, owner, series)
		if err != nil {
			return nil, err
		}
		return choose(now)
	})
}

// after reads the series as it is once the tables have come to a write.
func after(ctx context.Context, d *run.Deps, p es.Position, series string) (Series, error) {
	if err := d.WaitFor(ctx, p); err != nil {
		return Series{}, err
	}
	return find(ctx, d.DB, api.OwnerOf(ctx), series)
}

// upcoming are the occurrences of an owner's series that are not over at from and begin before to, by their start.
func upcoming(ctx context.Context, d *run.Deps, owner string, from, to time.Time) ([]Occurrence, error) {
	all, err := load(ctx, d.DB, owner, `true`)
	if err != nil {
		return nil, err
	}
	list := []Occurrence{}
	for _, s := range all {
		more, err := s.occurrences(from, to)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	slices.SortFunc(list, compare)
	return list, nil
}
