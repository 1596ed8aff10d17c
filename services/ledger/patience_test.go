package ledger

import (
	"context"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// A moment that takes too long to get to is told, whether it is folded or waits for its turn.
func TestMomentThatTakesTooLong(t *testing.T) {
	t.Parallel()
	slow := newPast([]run.Service{{Name: "slow", Projections: []es.Projection{{
		Name: "slow_one", Version: 1, SQL: "create table nothing ()",
		Handle: []es.Handler[*es.Tx]{es.Any(events.Facts, func(ctx context.Context, _ *es.Tx, _ es.Event) error {
			<-ctx.Done()
			return ctx.Err()
		})},
		Documents: []es.Document{es.One("slow", func(context.Context, es.Querier, string) (int, error) { return 0, nil })},
	}}}})
	slow.patience = 50 * time.Millisecond
	p := testkit.Platform(t)
	s := testkit.Start(t, p, run.Service{Name: "ledger", Doc: "shows the past", Endpoints: []run.Endpoint{
		api.Get("/api/log/state", "shows the past", api.Developers, slow.state),
	}})
	if _, err := p.Logs.Append(t.Context(), "ours", events.StreamRenamed{Stream: "s1"}); err != nil {
		t.Fatal(err)
	}
	ask := func() {
		t.Helper()
		_, err := s.Call(t, testkit.Owner("ours"), "GET /api/log/state", testkit.Params("topic", "slow", "at", "FACTS/1"), nil)
		testkit.WantFault(t, err, fault.Unavailable)
	}
	ask()
	for range atOnce {
		slow.places <- struct{}{}
	}
	ask()
}
