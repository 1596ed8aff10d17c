package chat

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// Viewers is how many watched at a moment.
type Viewers struct {
	// At is the stream time in seconds.
	At      float64   `json:"at"`
	SeenAt  time.Time `json:"seenAt"`
	Viewers int       `json:"viewers"`
}

// MissedTime is a time in which not everything was heard.
type MissedTime struct {
	// Source is what was not heard: twitch or obs.
	Source string `json:"source"`
	// From and To are stream times in seconds; they may lie outside of the stream.
	From float64 `json:"from"`
	To   float64 `json:"to"`
	// Why says it in a sentence.
	Why string `json:"why"`
	// Filled is what could be found afterwards, and Missing what could not.
	Filled  []string `json:"filled"`
	Missing []string `json:"missing"`
}

// viewers are how many watched, over the window.
func (w window) viewers(ctx context.Context, d *run.Deps) ([]Viewers, error) {
	list, err := query(ctx, d.DB, func(row pgx.CollectableRow) (v Viewers, err error) {
		err = row.Scan(&v.SeenAt, &v.Viewers)
		v.At = w.at(v.SeenAt)
		return v, err
	}, `select at, viewers from viewers where owner = $1 and channel = $2 and at >= $3 and at < $4 order by at`, w.owner, w.channel, w.from, w.until)
	if err != nil || !w.faded {
		return list, err
	}
	sealed, err := w.archived(ctx, d)
	if err != nil {
		return nil, err
	}
	first := w.until
	if len(list) > 0 {
		first = list[0].SeenAt
	}
	var earlier []Viewers
	for _, v := range sealed.viewers {
		if v.SeenAt.Before(first) {
			earlier = append(earlier, v)
		}
	}
	return append(earlier, list...), nil
}

// gaps are those that touch the window. They are known for ever.
func (w window) gaps(ctx context.Context, d *run.Deps) ([]MissedTime, error) {
	return query(ctx, d.DB, func(row pgx.CollectableRow) (g MissedTime, err error) {
		var since, until time.Time
		err = row.Scan(&g.Source, &since, &until, &g.Why, &g.Filled, &g.Missing)
		g.From, g.To = w.at(since), w.at(until)
		return g, err
	}, `select source, since, until, why, filled, missing from gap
		where owner = $1 and (source <> 'twitch' or $2 = '' or channel = $2) and since < $4 and until > $3 order by since, id`,
		w.owner, w.channel, w.from, w.until)
}
