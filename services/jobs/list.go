package jobs

import (
	"context"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// ListJobs asks for a page of jobs.
type ListJobs struct {
	// Aggregate is the kind of thing that is worked on, such as "clip"; empty is all.
	Aggregate string `query:"aggregate" json:"-"`
	// AggregateID is the id of the thing; empty is all.
	AggregateID string `query:"aggregateId" json:"-"`
	// State is "waiting", "running", "done", "failed" or "cancelled"; empty is all.
	State string `query:"state" json:"-"`
	// Reactor is the name of one; empty is all.
	Reactor string `query:"reactor" json:"-"`
	// Sort is "newest" (the default) or "oldest".
	Sort   string `query:"sort" json:"-"`
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

// Validate tells when there is no such state or sort.
func (r ListJobs) Validate() error { return checkList(r.State, r.Sort) }

func checkList(state, sort string) error {
	if err := api.OneOf("state", state, "waiting", "running", "done", "failed", "cancelled"); err != nil {
		return err
	}
	return api.OneOf("sort", sort, "newest", "oldest")
}

// order is how a list by time is read, for its sort.
func order(sort string) (beyond, direction string) {
	if sort == "oldest" {
		return ">", "asc"
	}
	return "<", "desc"
}

func (b board) listJobs(ctx context.Context, d *run.Deps, req ListJobs) (api.List[Job], error) {
	from, id, err := api.ParseTimeCursor(req.Cursor)
	if err != nil {
		return api.List[Job]{}, err
	}
	limit := api.Limit(req.Limit)
	beyond, direction := order(req.Sort)
	items, err := b.query(ctx, d.DB, `where owner = $1 and state <> '' and ($2 = '' or aggregate = $2) and ($3 = '' or aggregate_id = $3)
			and ($4 = '' or state = $4) and ($5 = '' or reactor = $5)
			and ($6::timestamptz is null or (created_at, id) `+beyond+` ($6, $7))
		order by created_at `+direction+`, id `+direction+` limit $8`,
		api.OwnerOf(ctx), req.Aggregate, req.AggregateID, req.State, req.Reactor, from, id, limit+1)
	return api.Page(items, limit, func(last Job) string { return api.TimeCursor(last.CreatedAt, last.ID) }), err
}
