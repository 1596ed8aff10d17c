// Package ledger lets people look into the logs: what happened, about what, because of what, and
// what came of it.
package ledger

import (
	"context"
	_ "embed"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

//go:embed ledger.sql
var ledgerSQL string

// Service is the ledger service.
var Service = run.Service{
	Name:        "ledger",
	Doc:         "looks into the logs: events, their causes and their effects",
	Projections: []es.Projection{index},
	Endpoints:   []run.Endpoint{listEvents, getEvent},
	Feeds: []api.Feed{
		{Topic: "events/facts", Doc: "everything that happens", Log: events.Facts, Filter: "fact.{owner}.>", Roles: api.Developers},
		{Topic: "events/ticks", Doc: "progress while it is made", Log: events.Ticks, Filter: "tick.{owner}.>", Roles: api.Developers},
	},
}

// index is where which event is. The facts themselves stay on the logs alone.
var index = es.Projection{
	Name: "ledger_index", Version: 1, SQL: ledgerSQL,
	Handle: []es.Handler[*es.Tx]{es.Any(events.Facts, indexed), es.Any(events.Dead, indexed)},
}

var columns = []string{"owner", "log", "seq", "name", "aggregate", "aggregate_id", "id", "causation"}

func indexed(ctx context.Context, tx *es.Tx, e es.Event) error {
	return tx.Insert(ctx, "event", columns, e.Owner, e.Log, int64(e.Seq), e.Name, e.Aggregate, e.AggregateID, e.ID, e.Causation)
}
