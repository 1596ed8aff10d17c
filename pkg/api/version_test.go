package api_test

import (
	"context"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// Tables that are far behind answer as ever, and tell no version that they do not show.
func TestVersionOfTablesThatAreBehind(t *testing.T) {
	t.Parallel()
	goOn := make(chan struct{})
	type request struct {
		Stream string `path:"stream" json:"-"`
	}
	get := api.Get("/api/streams/{stream}", "a stream", api.Viewers, func(_ context.Context, _ *run.Deps, req request) (string, error) {
		return req.Stream, nil
	}).Versioned("stream")
	p := testkit.Platform(t)
	testkit.Start(t, p, run.Service{
		Name: "toy", Doc: "a toy", Endpoints: []run.Endpoint{get},
		Projections: []es.Projection{{Name: "toy_slow", Version: 1, SQL: "create table slow (id text)", Handle: []es.Handler[*es.Tx]{
			es.On(func(ctx context.Context, _ *es.Tx, _ events.StreamCreated, _ es.Meta) error {
				select {
				case <-goOn:
				case <-ctx.Done():
				}
				return ctx.Err()
			}),
		}}},
	})
	at, err := p.Logs.Append(t.Context(), "ours", events.StreamCreated{Stream: "s1"})
	if err != nil {
		t.Fatal(err)
	}
	call := api.Call{Caller: testkit.Owner("ours"), Input: testkit.Params("stream", "s1")}
	reply, err := api.Do(t.Context(), p.Logs, "toy", get.Route, call)
	if err != nil || reply.Version != 0 || string(reply.Body) != `"s1"` {
		t.Errorf("behind: version %d, %s, %v", reply.Version, reply.Body, err)
	}
	call.IfMatch = api.ETag(at.Seq, nil)
	_, err = api.Do(t.Context(), p.Logs, "toy", get.Route, call)
	testkit.WantFault(t, err, fault.Unavailable)
	close(goOn)
	call.MinPosition = at.String()
	if reply, err = api.Do(t.Context(), p.Logs, "toy", get.Route, call); err != nil || reply.Version != at.Seq {
		t.Errorf("up to date: version %d, %v", reply.Version, err)
	}
	for match, code := range map[string]fault.Code{`"0"`: fault.Precondition, `W/` + call.IfMatch: fault.Precondition, "1": fault.Invalid} {
		call.IfMatch = match
		_, err = api.Do(t.Context(), p.Logs, "toy", get.Route, call)
		testkit.WantFault(t, err, code)
	}
}
