package jobs

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// What the live document has at most, so that it stays small enough to be sent with every progress.
const (
	shownActive = 500
	shownEnded  = 200
)

// Board is the live document of all work.
type Board struct {
	// Items are the jobs that run or wait and those that ended last, newest first.
	Items []Job `json:"items"`
	// Cut tells that there are more jobs than Items has; the list of jobs has them all.
	Cut bool `json:"cut"`
	// Reactors of all services, without the counts of the last day.
	Reactors []Reactor `json:"reactors"`
	// OpenLetters is how many letters nobody has seen to.
	OpenLetters int `json:"openLetters"`
}

func (b board) document(ctx context.Context, q es.Querier, owner string) (Board, error) {
	active, err := b.query(ctx, q, `where owner = $1 and state in ('running', 'waiting')
		order by state, created_at, id limit $2`, owner, shownActive+1)
	if err != nil {
		return Board{}, err
	}
	ended, err := b.query(ctx, q, `where owner = $1 and state in ('done', 'failed', 'cancelled')
		order by ended_at desc, id desc limit $2`, owner, shownEnded+1)
	if err != nil {
		return Board{}, err
	}
	shown := Board{Cut: len(active) > shownActive || len(ended) > shownEnded}
	shown.Items = append(active[:min(len(active), shownActive)], ended[:min(len(ended), shownEnded)]...)
	slices.SortFunc(shown.Items, func(x, y Job) int {
		return cmp.Or(y.CreatedAt.Compare(x.CreatedAt), cmp.Compare(y.ID, x.ID))
	})
	if shown.Reactors, err = b.load(ctx, q, owner); err != nil {
		return Board{}, err
	}
	err = q.QueryRow(ctx, `select count(*) from letter where owner = $1 and state = 'open'`, owner).Scan(&shown.OpenLetters)
	return shown, err
}

// ListJobs asks for a page of jobs.
type ListJobs struct {
	// State is "waiting", "running", "done", "failed" or "cancelled"; empty is all.
	State string `query:"state" json:"-"`
	// Reactor is the name of one; empty is all.
	Reactor string `query:"reactor" json:"-"`
	Limit   int    `query:"limit" json:"-"`
	Cursor  string `query:"cursor" json:"-"`
}

// Validate tells when there is no such state.
func (r ListJobs) Validate() error {
	return oneOf("state", r.State, "waiting", "running", "done", "failed", "cancelled")
}

// oneOf tells when a parameter that is given has none of the values.
func oneOf(name, value string, values ...string) error {
	if value == "" || slices.Contains(values, value) {
		return nil
	}
	return fault.Field(name, "%q is not one of %s", value, strings.Join(values, ", "))
}

func (b board) listJobs(ctx context.Context, d *run.Deps, req ListJobs) (api.List[Job], error) {
	before, id, err := api.ParseTimeCursor(req.Cursor)
	if err != nil {
		return api.List[Job]{}, err
	}
	limit := api.Limit(req.Limit)
	items, err := b.query(ctx, d.DB, `where owner = $1 and state <> '' and ($2 = '' or state = $2) and ($3 = '' or reactor = $3)
			and ($4::timestamptz is null or (created_at, id) < ($4, $5))
		order by created_at desc, id desc limit $6`, api.OwnerOf(ctx), req.State, req.Reactor, before, id, limit+1)
	return api.Page(items, limit, func(last Job) string { return api.TimeCursor(last.CreatedAt, last.ID) }), err
}
