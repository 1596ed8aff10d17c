package testkit

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// System is services that run for one test.
type System struct {
	run.Platform
	services []run.Service
	stop     context.CancelFunc
	done     chan error
}

// Start runs services until the test ends, and returns when they are ready.
func Start(t testing.TB, p run.Platform, services ...run.Service) *System {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s := &System{Platform: p, services: services, stop: cancel, done: make(chan error, 1)}
	ready := make(chan struct{})
	go func() { s.done <- run.Run(ctx, p, services, func() { close(ready) }) }()
	t.Cleanup(func() { s.Stop(t) })
	select {
	case <-ready:
	case err := <-s.done:
		s.done <- nil
		t.Fatalf("services did not start: %v", err)
	}
	return s
}

// Stop stops the services; a second call does nothing.
func (s *System) Stop(t testing.TB) {
	t.Helper()
	s.stop()
	if err := <-s.done; err != nil {
		t.Errorf("services: %v", err)
	}
	s.done <- nil
}

// Owner is a caller that owns its data; each name is another account.
func Owner(name string) api.Caller {
	return api.Caller{Account: name, Owner: name, Role: api.Owner}
}

// Call calls the endpoint "METHOD /path/{template}" as the caller and decodes the answer into out,
// unless out is nil. It waits for every earlier write that is named by after; a read asks again while the
// tables have not come that far.
func (s *System) Call(t testing.TB, caller api.Caller, endpoint string, in api.Input, out any, after ...es.Position) (es.Position, error) {
	t.Helper()
	for _, service := range s.services {
		for _, e := range service.Endpoints {
			if e.Method+" "+e.Path != endpoint {
				continue
			}
			call := api.Call{Caller: caller, Input: in}
			for _, p := range after {
				call.MinPosition = p.String()
			}
			reply, err := api.Do(t.Context(), s.Logs, service.Name, e.Route, call)
			behind := func() bool { return fault.Is(err, fault.Unavailable) && e.Method == http.MethodGet && len(after) > 0 }
			for began := time.Now(); behind() && time.Since(began) < time.Minute; {
				reply, err = api.Do(t.Context(), s.Logs, service.Name, e.Route, call)
			}
			if err != nil {
				return es.Position{}, err
			}
			if out != nil {
				if err := json.Unmarshal(reply.Body, out); err != nil {
					t.Fatalf("%s answered %s: %v", endpoint, reply.Body, err)
				}
			}
			p, err := es.ParsePosition(reply.Position)
			if err != nil {
				t.Fatal(err)
			}
			return p, nil
		}
	}
	t.Fatalf("there is no endpoint %s", endpoint)
	return es.Position{}, nil
}

// Body is the input of a call with a JSON body and parameters "name", "value", ….
func Body(v any, params ...string) api.Input {
	in := Params(params...)
	if v != nil {
		in.Body, _ = json.Marshal(v)
	}
	return in
}

// Params is the input of a call with parameters "name", "value", ….
func Params(params ...string) api.Input {
	in := api.Input{Params: map[string]string{}}
	for i := 0; i+1 < len(params); i += 2 {
		in.Params[params[i]] = params[i+1]
	}
	return in
}

// WantFault fails the test unless err carries the code.
func WantFault(t testing.TB, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Fatalf("got %v, want a fault %s", err, code)
	}
}

// WaitDocument waits until a version of a live document satisfies the condition, and decodes it.
func WaitDocument[T any](t testing.TB, s *System, owner, topic string, ok func(T) bool) T {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	found := make(chan T, 1)
	look := func(doc es.Live) {
		if doc.Owner != owner || doc.Topic != topic || doc.Value == nil {
			return
		}
		var v T
		if err := json.Unmarshal(doc.Value, &v); err != nil {
			t.Errorf("document %s: %v", topic, err)
		}
		if ok(v) {
			select {
			case found <- v:
			default:
			}
			cancel()
		}
	}
	err := s.Logs.Watch(ctx, func() {
		doc, err := s.Logs.Document(ctx, owner, topic)
		for err != nil && !fault.Is(err, fault.NotFound) && ctx.Err() == nil { // there is no other look at what is there now
			doc, err = s.Logs.Document(ctx, owner, topic)
		}
		if err == nil {
			look(doc)
		}
	}, look)
	select {
	case v := <-found:
		return v
	default:
		t.Fatalf("document %s: %v", topic, err)
		panic("unreachable")
	}
}

// Pool sees the tables of the services' projections and of the vault, as the services do.
func (s *System) Pool(t testing.TB) *pgxpool.Pool {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(s.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	var path []string
	for _, service := range s.services {
		for _, p := range service.Projections {
			path = append(path, p.Schema())
		}
	}
	cfg.ConnConfig.RuntimeParams["search_path"] = strings.Join(append(path, "public"), ", ")
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}
