package jobs

import (
	"cmp"
	"context"
	"slices"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// What the live document has at most, so that it stays small enough to be sent with every progress.
const (
	shownActive = 200
	shownEnded  = 50
)

// Board is the live document of all work.
type Board struct {
	// Items are the pipelines that run or wait and those that ended last, newest first.
	Items []Pipeline `json:"items"`
	// Cut tells that there are more pipelines than Items has; the list of pipelines has them all.
	Cut bool `json:"cut"`
	// Reactors of all services, without the counts of the last day.
	Reactors []Reactor `json:"reactors"`
	// OpenLetters is how many letters nobody has seen to.
	OpenLetters int `json:"openLetters"`
}

func (b board) document(ctx context.Context, q es.Querier, owner string) (Board, error) {
	active, err := b.pipelines(ctx, q, `where owner = $1 and state in ('running', 'waiting')
		order by state, created_at, aggregate, aggregate_id limit $2`, owner, shownActive+1)
	if err != nil {
		return Board{}, err
	}
	ended, err := b.pipelines(ctx, q, `where owner = $1 and ended_at is not null
		order by ended_at desc, aggregate desc, aggregate_id desc limit $2`, owner, shownEnded+1)
	if err != nil {
		return Board{}, err
	}
	shown := Board{Cut: len(active) > shownActive || len(ended) > shownEnded}
	shown.Items = append(active[:min(len(active), shownActive)], ended[:min(len(ended), shownEnded)]...)
	slices.SortFunc(shown.Items, func(x, y Pipeline) int {
		return cmp.Or(y.CreatedAt.Compare(x.CreatedAt), cmp.Compare(y.Aggregate, x.Aggregate), cmp.Compare(y.AggregateID, x.AggregateID))
	})
	if shown.Reactors, err = b.load(ctx, q, owner); err != nil {
		return Board{}, err
	}
	err = q.QueryRow(ctx, `select count(*) from letter where owner = $1 and state = 'open'`, owner).Scan(&shown.OpenLetters)
	return shown, err
}

func (b board) show(ctx context.Context, d *run.Deps, _ struct{}) (Board, error) {
	return b.document(ctx, d.DB, api.OwnerOf(ctx))
}
