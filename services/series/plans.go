package series

import (
	"context"
	_ "embed"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

//go:embed plans.sql
var plansSQL string

// plans are the series there are, and what they skip.
var plans = es.Projection{
	Name: "series_plans", Version: 1, SQL: plansSQL,
	Handle:    []es.Handler[*es.Tx]{es.On(planned), es.On(deleted), es.On(skipped), es.On(unskipped)},
	Documents: []es.Document{es.One("series", loadChanged)},
}

func planned(ctx context.Context, tx *es.Tx, e events.SeriesPlanned, m es.Meta) error {
	return change(ctx, tx, m, `insert into plan (owner, id, title, plan, created_at, changed_at) values ($1, $2, $3, $4, $5, $5)
		on conflict (owner, id) do update set (title, plan, changed_at) = ($3, $4, $5)`, m.Owner, e.Series, e.Title, e, m.Time)
}

func deleted(ctx context.Context, tx *es.Tx, e events.SeriesDeleted, m es.Meta) error {
	if err := tx.Queue(ctx, `delete from skip where owner = $1 and series = $2`, m.Owner, e.Series); err != nil {
		return err
	}
	return change(ctx, tx, m, `delete from plan where owner = $1 and id = $2`, m.Owner, e.Series)
}

func skipped(ctx context.Context, tx *es.Tx, e events.OccurrenceSkipped, m es.Meta) error {
	return changeSkip(ctx, tx, m, e.Series, `insert into skip (owner, series, date, reason) values ($1, $2, $3, $4)
		on conflict (owner, series, date) do update set reason = $4`, m.Owner, e.Series, e.Date, e.Reason)
}

func unskipped(ctx context.Context, tx *es.Tx, e events.OccurrenceUnskipped, m es.Meta) error {
	return changeSkip(ctx, tx, m, e.Series, `delete from skip where owner = $1 and series = $2 and date = $3`, m.Owner, e.Series, e.Date)
}

// changeSkip changes what a series skips, and so when the series was changed.
func changeSkip(ctx context.Context, tx *es.Tx, m es.Meta, series, statement string, args ...any) error {
	if err := tx.Queue(ctx, `update plan set changed_at = $3 where owner = $1 and id = $2`, m.Owner, series, m.Time); err != nil {
		return err
	}
	return change(ctx, tx, m, statement, args...)
}

// change runs a statement, and lets browsers see that the series have changed.
func change(ctx context.Context, tx *es.Tx, m es.Meta, statement string, args ...any) error {
	tx.Touch(m.Owner, "series", "")
	if err := tx.Queue(ctx, statement, args...); err != nil {
		return err
	}
	return tx.Queue(ctx, `insert into changed (owner, seq) values ($1, $2) on conflict (owner) do update set seq = $2`, m.Owner, m.Seq)
}
