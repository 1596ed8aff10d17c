package jobs

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// shown is how many jobs the live document has.
const shown = 200

// Board is the live document of all work.
type Board struct {
	// Items are the newest jobs, newest first.
	Items []Job `json:"items"`
}

func (b board) document(ctx context.Context, q es.Querier, owner, _ string) (any, error) {
	items, err := b.query(ctx, q, owner, "", nil, "", shown)
	return Board{Items: items}, err
}

// ListJobs asks for a page of jobs.
type ListJobs struct {
	// State is "waiting", "running", "done" or "failed"; empty is all.
	State  string `query:"state" json:"-"`
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

// Validate tells when there is no such state.
func (r ListJobs) Validate() error {
	if states := []string{"", "waiting", "running", "done", "failed"}; !slices.Contains(states, r.State) {
		return fault.Field("state", "%q is not one of waiting, running, done, failed", r.State)
	}
	return nil
}

func (b board) list(ctx context.Context, d *run.Deps, req ListJobs) (api.List[Job], error) {
	before, id, err := api.ParseTimeCursor(req.Cursor)
	if err != nil {
		return api.List[Job]{}, err
	}
	limit := api.Limit(req.Limit)
	items, err := b.query(ctx, d.DB, api.OwnerOf(ctx), req.State, before, id, limit+1)
	return api.Page(items, limit, func(last Job) string { return api.TimeCursor(last.CreatedAt, last.ID) }), err
}

func (b board) query(ctx context.Context, q es.Querier, owner, state string, before *time.Time, id string, limit int) ([]Job, error) {
	rows, err := q.Query(ctx, `select id, reactor, '', label, aggregate, aggregate_id, state, stage, percent, speed, remaining,
			attempt, reason, outcome, cause, created_at, started_at, finished_at
		from job where owner = $1 and ($2 = '' or state = $2) and ($3::timestamptz is null or (created_at, id) < ($3, $4))
		order by created_at desc, id desc limit $5`, owner, state, before, id, limit)
	if err != nil {
		return nil, err
	}
	items, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Job])
	if err != nil {
		return nil, err
	}
	for i := range items {
		items[i].Doc = b.docs[items[i].Reactor]
	}
	return items, nil
}
