// Package ledger lets people look into the logs: what happened, about what, because of what, what
// came of it, and what things were like at any moment.
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

// Service is the ledger service, for the live documents of the given services.
func Service(services []run.Service) run.Service {
	past := newPast(services)
	return run.Service{
		Name:        "ledger",
		Doc:         "looks into the logs: events, their causes and their effects, and what was at a moment",
		Projections: []es.Projection{index},
		Endpoints: []run.Endpoint{
			listEvents, getEvent,
			api.Get("/api/log/topics", "lists what can be shown as it was at a moment", api.Developers, past.topics),
			api.Get("/api/log/state", "shows a live document as it was at a moment", api.Developers, past.state).Within(patience),
		},
		Feeds: []api.Feed{
			feed("events/facts", "everything that happens", events.Facts),
			feed("events/ticks", "progress while it is made", events.Ticks),
			feed("events/timers", "wake-ups when their time has come", events.Timers),
			feed("events/dead", "what could not be handled", events.Dead),
		},
	}
}

func feed(topic, doc string, log events.Log) api.Feed {
	return api.Feed{Topic: topic, Doc: doc, Log: log, Filter: log.Owned("{owner}"), Roles: api.Developers}
}

// index is where which event is. The facts themselves stay on the logs alone.
var index = es.Projection{
	Name: "ledger_index", Version: 2, SQL: ledgerSQL,
	Handle: []es.Handler[*es.Tx]{es.Any(events.Facts, indexed), es.Any(events.Timers, indexed), es.Any(events.Dead, indexed)},
}

var columns = []string{"owner", "log", "seq", "name", "aggregate", "aggregate_id", "id", "time", "actor", "correlation", "causation"}

func indexed(ctx context.Context, tx *es.Tx, e es.Event) error {
	return tx.Insert(ctx, "event", columns,
		e.Owner, e.Log, int64(e.Seq), e.Name, e.Aggregate, e.AggregateID, e.ID, e.Time, e.Actor, e.Correlation, e.Causation)
}
