package api_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

type echoed struct {
	Name  string `path:"name" json:"-"`
	Limit int    `query:"limit" json:"-"`
	Text  string `json:"text"`
}

func toy() run.Service {
	return run.Service{Name: "toy", Doc: "a toy", Endpoints: []run.Endpoint{
		api.Post("/api/toys/{name}", "says what it heard", api.Editors, func(ctx context.Context, _ *run.Deps, req echoed) (map[string]any, error) {
			return map[string]any{"name": req.Name, "limit": req.Limit, "text": req.Text, "owner": api.OwnerOf(ctx)}, nil
		}),
		api.Post("/api/panics", "panics", api.Everybody, func(context.Context, *run.Deps, struct{}) (api.None, error) {
			panic("a mistake")
		}),
	}}
}

// A request is put together from the path, the query and the body, and each mistake names its field.
func TestEndpointBindsItsRequest(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), toy())
	ours := testkit.Owner("ours")
	var got map[string]any
	if _, err := s.Call(t, ours, "POST /api/toys/{name}", testkit.Body(map[string]any{"text": "hi"}, "name", "a", "limit", "3"), &got); err != nil {
		t.Fatal(err)
	}
	if got["name"] != "a" || got["limit"] != 3.0 || got["text"] != "hi" || got["owner"] != "ours" {
		t.Errorf("got %v", got)
	}
	for field, in := range map[string]api.Input{
		"limit": testkit.Params("name", "a", "limit", "x"),
		"text":  testkit.Body(map[string]any{"text": 1}, "name", "a"),
		"more":  testkit.Params("name", "a", "more", "1"),
		"Name":  {Params: map[string]string{"name": "a"}, Body: []byte(`{"Name":"b"}`)},
	} {
		_, err := s.Call(t, ours, "POST /api/toys/{name}", in, nil)
		if f := fault.From(err); f.Code != fault.Invalid || f.Fields[field] == "" {
			t.Errorf("%s: %v", field, f)
		}
	}
	_, err := s.Call(t, api.Caller{}, "POST /api/toys/{name}", testkit.Params("name", "a"), nil)
	testkit.WantFault(t, err, fault.Unauthenticated)
	_, err = s.Call(t, ours, "POST /api/panics", api.Input{}, nil)
	testkit.WantFault(t, err, fault.Internal)
}

// A service that starts a moment later has been waited for; one that does not come is told.
func TestCallWaitsForTheService(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	route := toy().Endpoints[0].Route
	call := api.Call{Caller: testkit.Owner("ours"), Input: testkit.Body(map[string]any{"text": "hi"}, "name", "a")}
	answered := make(chan error, 1)
	go func() {
		_, err := api.Do(t.Context(), p.Logs, "toy", route, call)
		answered <- err
	}()
	testkit.Start(t, p, toy())
	if err := <-answered; err != nil {
		t.Error(err)
	}
	_, err := api.Do(t.Context(), p.Logs, "nobody", route, call)
	testkit.WantFault(t, err, fault.Unavailable)
}

// Who calls while a service stops and starts again is answered by one of them.
func TestCallsWhileServicesStop(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	toy := toy()
	stop := make(chan struct{})
	answers := make(chan error, 100)
	var calling sync.WaitGroup
	for range 8 {
		calling.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				_, err := api.Do(t.Context(), p.Logs, toy.Name, toy.Endpoints[0].Route,
					api.Call{Caller: testkit.Owner("ours"), Input: testkit.Body(map[string]any{"text": "hi"}, "name", "a")})
				answers <- err
			}
		})
	}
	for range 30 {
		server, err := api.Serve(t.Context(), p.Logs, toy.Name, toy.Doc, "1.0.0", toy.Endpoints, &run.Deps{},
			func(context.Context, es.Position) error { return nil }, p.Logger)
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			if err := <-answers; err != nil {
				t.Error(err)
			}
		}
		if err := server.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	go func() {
		calling.Wait()
		close(answers)
	}()
	for err := range answers { // the last ones find nobody
		if err != nil {
			testkit.WantFault(t, err, fault.Unavailable)
		}
	}
}

// A database that goes away in the middle is something to wait for, not a mistake of ours.
func TestDatabaseThatIsAway(t *testing.T) {
	t.Parallel()
	service := run.Service{Name: "toy", Doc: "a toy", Endpoints: []run.Endpoint{
		api.Post("/api/ends", "ends its own connection", api.Everybody, func(ctx context.Context, d *run.Deps, _ struct{}) (api.None, error) {
			_, err := d.DB.Exec(ctx, "select pg_terminate_backend(pg_backend_pid())")
			return api.None{}, err
		}),
	}}
	s := testkit.Start(t, testkit.Platform(t), service)
	_, err := s.Call(t, testkit.Owner("ours"), "POST /api/ends", api.Input{}, nil)
	testkit.WantFault(t, err, fault.Unavailable)
}

func TestFeedMatchesItsTopic(t *testing.T) {
	t.Parallel()
	feed := api.Feed{Topic: "chat/{channel}", Filter: "chat.{owner}.{channel}.>"}
	for topic, want := range map[string]string{
		"chat/c1": "chat.o1.c1.>", "chat/c1/x": "", "chat": "", "chat/*": "", "chat/a.b": "", "chat/>": "", "other/c1": "",
	} {
		if got, ok := feed.Match(topic, "o1"); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", topic, got, ok)
		}
	}
}

func TestPageEndsWithItsCursor(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 31, 20, 0, 0, 1000, time.UTC)
	cursor := func(last int) string { return api.TimeCursor(at, fmt.Sprint(last)) }
	if page := api.Page([]int{1, 2}, 2, cursor); len(page.Items) != 2 || page.Next != "" {
		t.Errorf("the last page: %+v", page)
	}
	page := api.Page([]int{1, 2, 3}, 2, cursor)
	got, id, err := api.ParseTimeCursor(page.Next)
	if err != nil || len(page.Items) != 2 || id != "2" || !got.Equal(at) {
		t.Errorf("a page that goes on: %+v, %v, %s, %v", page, got, id, err)
	}
	if got, id, err := api.ParseTimeCursor(""); got != nil || id != "" || err != nil {
		t.Errorf("the beginning: %v, %s, %v", got, id, err)
	}
	for _, wrong := range []string{"x", api.Cursor("a"), api.Cursor("garbage", "x"), api.Cursor("2026-01-31T20:00:00Z", "\x00")} {
		if _, _, err := api.ParseTimeCursor(wrong); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// A version belongs to an owner's aggregate, which the path names: anything else is told at once.
func TestVersionedIsDeclaredWell(t *testing.T) {
	t.Parallel()
	answer := func(context.Context, *run.Deps, echoed) (api.None, error) { return api.None{}, nil }
	well := api.Get("/api/toys/{name}", "a toy", api.Viewers, answer)
	if e := well.Versioned("name"); e.Aggregate != "name" {
		t.Errorf("got %+v", e.Route)
	}
	for name, wrong := range map[string]func(){
		"no such parameter": func() { well.Versioned("toy") },
		"nobody's":          func() { api.Get("/api/toys/{name}", "a toy", api.Everybody, answer).Versioned("name") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: declared without a complaint", name)
				}
			}()
			wrong()
		}()
	}
}
