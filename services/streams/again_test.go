package streams_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/streams"
)

// do calls an endpoint as the gateway does, with what HTTP alone knows.
func do[T any](t *testing.T, s *testkit.System, method, path string, call api.Call) (value T, reply api.Reply, err error) {
	t.Helper()
	call.Caller = ours
	for _, e := range streams.Service.Endpoints {
		if e.Method != method || e.Path != path {
			continue
		}
		if reply, err = api.Do(t.Context(), s.Logs, "streams", e.Route, call); err == nil && len(reply.Body) > 0 {
			err = json.Unmarshal(reply.Body, &value)
		}
		return value, reply, err
	}
	t.Fatalf("there is no endpoint %s %s", method, path)
	return value, reply, err
}

// A command that is told again, because nobody knows what became of it, is done once.
func TestCommandToldAgainIsDoneOnce(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), streams.Service)
	making := api.Call{Key: "k1", Input: testkit.Body(map[string]any{"title": "once"})}
	made, _, err := do[streams.Stream](t, s, http.MethodPost, "/api/streams", making)
	if err != nil {
		t.Fatal(err)
	}
	marking := api.Call{Key: "k2", Input: testkit.Body(map[string]any{"label": "now"}, "stream", made.ID)}
	marked, _, err := do[streams.Marker](t, s, http.MethodPost, "/api/streams/{stream}/markers", marking)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := s.Logs.Last(t.Context(), "FACTS")
	for range 2 {
		again, _, err := do[streams.Stream](t, s, http.MethodPost, "/api/streams", making)
		if err != nil || again.ID != made.ID || len(again.Markers) != 1 {
			t.Errorf("the stream again is %+v: %v", again, err)
		}
		if again, _, err := do[streams.Marker](t, s, http.MethodPost, "/api/streams/{stream}/markers", marking); err != nil || again != marked {
			t.Errorf("the marker %+v again is %+v: %v", marked, again, err)
		}
	}
	if after, _ := s.Logs.Last(t.Context(), "FACTS"); after != before {
		t.Errorf("the log went from %d to %d", before, after)
	}
}

// Of two who edit what they have read, the second is told.
func TestEditIsGuardedByTheVersion(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), streams.Service)
	made := create(t, s, "x")
	of := func(v any) api.Input { return testkit.Body(v, "stream", made.ID) }
	_, read, err := do[streams.Stream](t, s, http.MethodGet, "/api/streams/{stream}", api.Call{Input: of(nil)})
	if err != nil || read.Version == 0 {
		t.Fatalf("version %d, %v", read.Version, err)
	}
	tag := api.ETag(read.Version, read.Body)
	_, renamed, err := do[streams.Stream](t, s, http.MethodPatch, "/api/streams/{stream}", api.Call{IfMatch: tag, Input: of(map[string]any{"title": "first"})})
	if err != nil || renamed.Version <= read.Version {
		t.Fatalf("version %d, %v", renamed.Version, err)
	}
	for endpoint, call := range map[string]api.Call{
		"PATCH /api/streams/{stream}":                   {Input: of(map[string]any{"title": "second"})},
		"POST /api/streams/{stream}/markers":            {Input: of(map[string]any{"label": "x"})},
		"DELETE /api/streams/{stream}/markers/{marker}": {Input: testkit.Params("stream", made.ID, "marker", "m1")},
	} {
		call.Caller, call.IfMatch = ours, tag
		for _, e := range streams.Service.Endpoints {
			if e.Method+" "+e.Path == endpoint {
				_, err := api.Do(t.Context(), s.Logs, "streams", e.Route, call)
				testkit.WantFault(t, err, fault.Precondition)
			}
		}
	}
	// Saying what is so already writes nothing, and tells the version all the same.
	_, same, err := do[streams.Stream](t, s, http.MethodPatch, "/api/streams/{stream}", api.Call{Input: of(map[string]any{"title": "first"})})
	if err != nil || same.Version != renamed.Version || same.Position != "" {
		t.Errorf("version %d at %q, %v", same.Version, same.Position, err)
	}
}
