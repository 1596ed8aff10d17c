package jobs

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Reactor is what one reactor has to do for the owner. The jobs of a quiet one are not counted.
type Reactor struct {
	Name string `json:"name"`
	// Doc says in a sentence what it does.
	Doc string `json:"doc"`
	// Service is the name of the service that it belongs to.
	Service string `json:"service"`
	// Events are the wire names of the events that it acts on.
	Events []string `json:"events"`
	// Quiet reactors are too quick for their jobs to be listed.
	Quiet   bool `json:"quiet"`
	Waiting int  `json:"waiting"`
	Running int  `json:"running"`
	// Retrying is how many of those that wait or run have failed before.
	Retrying int `json:"retrying"`
	// WaitingSince is when the oldest waiting job began to wait.
	WaitingSince *time.Time `json:"waitingSince,omitempty"`
	// OpenLetters is how many events it has given up that nobody has seen to.
	OpenLetters int `json:"openLetters"`
	// LastDay is what ended in the last 24 hours; a live document does not have it.
	LastDay *LastDay `json:"lastDay,omitempty"`
}

// LastDay counts the jobs of a reactor that ended in the last 24 hours.
type LastDay struct {
	Done      int `json:"done"`
	Failed    int `json:"failed"`
	Cancelled int `json:"cancelled"`
	// Reason of the newest failure.
	Reason string `json:"reason,omitempty"`
}

func (b board) listReactors(ctx context.Context, d *run.Deps, _ struct{}) (api.List[Reactor], error) {
	owner := api.OwnerOf(ctx)
	list, err := b.load(ctx, d.DB, owner)
	if err != nil {
		return api.List[Reactor]{}, err
	}
	rows, err := d.DB.Query(ctx, `select reactor, count(*) filter (where state = 'done'), count(*) filter (where state = 'failed'),
			count(*) filter (where state = 'cancelled'),
			coalesce((array_agg(coalesce(nullif(outcome_reason, ''), buried_reason) order by ended_at desc) filter (where state = 'failed'))[1], '')
		from job where owner = $1 and state in ('done', 'failed', 'cancelled') and ended_at > now() - interval '24 hours'
		group by reactor`, owner)
	if err != nil {
		return api.List[Reactor]{}, err
	}
	for i := range list {
		list[i].LastDay = &LastDay{}
	}
	var name string
	var day LastDay
	_, err = pgx.ForEachRow(rows, []any{&name, &day.Done, &day.Failed, &day.Cancelled, &day.Reason}, func() error {
		if i := b.index(name); i >= 0 {
			*list[i].LastDay = day
		}
		return nil
	})
	return api.List[Reactor]{Items: list}, err
}

// load reads what each reactor has to do now.
func (b board) load(ctx context.Context, q es.Querier, owner string) ([]Reactor, error) {
	list := append([]Reactor{}, b.reactors...)
	rows, err := q.Query(ctx, `select reactor, count(*) filter (where state = 'waiting'), count(*) filter (where state = 'running'),
			count(*) filter (where attempt > 1 or buried_at is not null), min(created_at) filter (where state = 'waiting')
		from job where owner = $1 and state in ('waiting', 'running') group by reactor`, owner)
	if err != nil {
		return nil, err
	}
	var name string
	var now Reactor
	_, err = pgx.ForEachRow(rows, []any{&name, &now.Waiting, &now.Running, &now.Retrying, &now.WaitingSince}, func() error {
		if i := b.index(name); i >= 0 {
			list[i].Waiting, list[i].Running, list[i].Retrying, list[i].WaitingSince = now.Waiting, now.Running, now.Retrying, now.WaitingSince
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	rows, err = q.Query(ctx, `select source, count(*) from letter where owner = $1 and state = 'open' and kind = 'buried' group by source`, owner)
	if err != nil {
		return nil, err
	}
	var letters int
	_, err = pgx.ForEachRow(rows, []any{&name, &letters}, func() error {
		if i := b.index(name); i >= 0 {
			list[i].OpenLetters = letters
		}
		return nil
	})
	return list, err
}

// index is the place of a reactor in the list; -1 for one that no service has any more.
func (b board) index(name string) int {
	return slices.IndexFunc(b.reactors, func(r Reactor) bool { return r.Name == name })
}
