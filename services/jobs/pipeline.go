package jobs

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Pipeline is all the work on one thing.
type Pipeline struct {
	Aggregate   string `json:"aggregate"`
	AggregateID string `json:"aggregateId"`
	// Label is the name or the title of what is worked on, as the oldest job has it.
	Label string `json:"label,omitempty"`
	// State is "running" or "waiting" while there is a job that does, and "waiting" as long as the work as a
	// whole goes on. Once that has ended, it is how it did, or "failed" when a later job is. Where nothing
	// tells of the whole, it is "failed" or "cancelled" when there is a job that is, else "done".
	State string `json:"state" jsonschema:"enum=waiting,enum=running,enum=done,enum=failed,enum=cancelled"`
	// Stages are what each reactor does, in the order in which the services name them.
	Stages     []Stage    `json:"stages"`
	CreatedAt  time.Time  `json:"createdAt"`
	FinishedAt *time.Time `json:"finishedAt,omitempty"`
}

// Stage is what the jobs of one reactor come to. Of ended jobs with the same label only the newest
// counts.
type Stage struct {
	Reactor string `json:"reactor"`
	// Doc says what the reactor does.
	Doc       string `json:"doc"`
	Waiting   int    `json:"waiting"`
	Running   int    `json:"running"`
	Done      int    `json:"done"`
	Failed    int    `json:"failed"`
	Cancelled int    `json:"cancelled"`
	// Total is how many jobs are known so far.
	Total int `json:"total"`
	// Percent of all of them that is done, 0 to 100.
	Percent float64 `json:"percent"`
	// Speed of all that run, in media seconds per second.
	Speed float64 `json:"speed,omitempty"`
	// Remaining time in seconds, until the last of those that run has ended.
	Remaining float64 `json:"remaining,omitempty"`
	// Job is the id of the one that says most: it runs, else it failed, else it waits. Stage, Attempt,
	// Reason and Retriable are those of that job.
	Job       string `json:"job"`
	Stage     string `json:"stage,omitempty"`
	Attempt   int    `json:"attempt"`
	Reason    string `json:"reason,omitempty"`
	Retriable bool   `json:"retriable,omitempty"`
}

// pipelines reads pipelines; the condition comes after "from pipeline".
func (b board) pipelines(ctx context.Context, q es.Querier, condition string, args ...any) ([]Pipeline, error) {
	rows, err := q.Query(ctx, "select aggregate, aggregate_id, label, state, stages, created_at, ended_at from pipeline "+condition, args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Pipeline])
	for _, p := range list {
		for i := range p.Stages {
			p.Stages[i].Doc = b.docs[p.Stages[i].Reactor]
		}
		slices.SortFunc(p.Stages, func(x, y Stage) int {
			return cmp.Or(cmp.Compare(b.index(x.Reactor), b.index(y.Reactor)), cmp.Compare(x.Reactor, y.Reactor))
		})
	}
	return list, err
}

// ListPipelines asks for a page of pipelines.
type ListPipelines struct {
	// Aggregate is the kind of thing that is worked on, such as "clip"; empty is all.
	Aggregate string `query:"aggregate" json:"-"`
	// AggregateID is the id of the thing; empty is all.
	AggregateID string `query:"aggregateId" json:"-"`
	// State is "waiting", "running", "done", "failed" or "cancelled"; empty is all.
	State string `query:"state" json:"-"`
	// Reactor is the name of one that has a stage; empty is all.
	Reactor string `query:"reactor" json:"-"`
	// Sort is "newest" (the default) or "oldest".
	Sort   string `query:"sort" json:"-"`
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

// Validate tells when there is no such state or sort.
func (r ListPipelines) Validate() error { return checkList(r.State, r.Sort) }

func (b board) listPipelines(ctx context.Context, d *run.Deps, req ListPipelines) (api.List[Pipeline], error) {
	from, id, err := api.ParseTimeCursor(req.Cursor)
	if err != nil {
		return api.List[Pipeline]{}, err
	}
	limit := api.Limit(req.Limit)
	beyond, direction := order(req.Sort)
	items, err := b.pipelines(ctx, d.DB, `where owner = $1 and ($2 = '' or aggregate = $2) and ($3 = '' or aggregate_id = $3)
			and ($4 = '' or state = $4) and ($5 = '' or stages @> jsonb_build_array(jsonb_build_object('reactor', $5::text)))
			and ($6::timestamptz is null or (created_at, aggregate || '/' || aggregate_id) `+beyond+` ($6, $7))
		order by created_at `+direction+`, aggregate || '/' || aggregate_id `+direction+` limit $8`,
		api.OwnerOf(ctx), req.Aggregate, req.AggregateID, req.State, req.Reactor, from, id, limit+1)
	return api.Page(items, limit, func(last Pipeline) string {
		return api.TimeCursor(last.CreatedAt, last.Aggregate+"/"+last.AggregateID)
	}), err
}
