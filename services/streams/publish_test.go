package streams_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/streams"
)

// Publishing and its opposite are told once, however often somebody asks.
func TestPublishIsToldOnce(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	made := create(t, s.System, "x")
	id := testkit.Params("stream", made.ID)
	if made.Published || made.WatchURL != "" {
		t.Errorf("a new stream is published: %+v", made)
	}
	viewer := api.Caller{Account: "v", Owner: "ours", Role: api.Viewer}
	for _, way := range []string{"publish", "unpublish"} {
		endpoint := "POST /api/streams/{stream}/" + way
		_, err := s.Call(t, viewer, endpoint, id, nil)
		testkit.WantFault(t, err, fault.Forbidden)
		_, err = s.Call(t, theirs, endpoint, id, nil)
		testkit.WantFault(t, err, fault.NotFound)
		before, _ := s.Logs.Last(t.Context(), "FACTS")
		for range 2 {
			var got streams.Stream
			if _, err := s.Call(t, ours, endpoint, id, &got); err != nil {
				t.Fatal(err)
			}
			watch := ""
			if way == "publish" {
				watch = "/watch/" + made.ID
			}
			if got.Published != (way == "publish") || got.WatchURL != watch {
				t.Errorf("%s: published %v at %q", way, got.Published, got.WatchURL)
			}
		}
		if after, _ := s.Logs.Last(t.Context(), "FACTS"); after != before+1 {
			t.Errorf("%s: the log went from %d to %d", way, before, after)
		}
	}
	_, _, err := do[streams.Stream](t, s.System, http.MethodPost, "/api/streams/{stream}/publish", api.Call{Input: id, IfMatch: `"1.x"`})
	testkit.WantFault(t, err, fault.Precondition)
}

// Everybody sees of a published stream what is needed to watch it, and nothing else; of others not
// even that they are there.
func TestWatch(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	later := began.Add(time.Hour)
	s.tell(
		events.StreamCreated{Stream: "s1", Title: "An evening", StartedAt: began},
		events.ClipRegistered{Clip: "c1", Stream: "s1", Name: "secret.mkv", StartedAt: &began},
		events.ClipRegistered{Clip: "c2", Stream: "s1", Name: "secret.mkv", StartedAt: &later},
		events.ClipRegistered{Clip: "c3", Stream: "s1", Name: "secret.txt"},
		events.ClipRefused{Clip: "c3", Reason: "secret"},
	)
	nobody, id := api.Caller{}, testkit.Params("stream", "s1")
	watch := func(who api.Caller, in api.Input) (streams.WatchedStream, error) {
		t.Helper()
		return shown[streams.WatchedStream](s, who, "GET /api/watch/{stream}", in)
	}
	if _, err := s.Call(t, ours, "POST /api/streams/{stream}/markers", testkit.Body(map[string]any{"label": "secret"}, "stream", "s1"), nil); err != nil {
		t.Fatal(err)
	}
	for _, who := range []api.Caller{nobody, theirs, ours} {
		_, private := watch(who, id)
		testkit.WantFault(t, private, fault.NotFound)
		_, absent := watch(who, testkit.Params("stream", "s2"))
		testkit.WantFault(t, absent, fault.NotFound)
	}
	s.tell(events.StreamPublished{Stream: "s1"})
	got, err := watch(nobody, id)
	if err != nil || got.Title != "An evening" || got.HLSURL != "" || got.Clips == nil || len(got.Clips) != 0 {
		t.Errorf("before anything can be played it is %+v, %v", got, err)
	}
	s.tell(
		events.ClipProbed{Clip: "c2", Duration: 50},
		events.ClipPictured{Clip: "c2", Poster: true, Sprites: true},
		events.ClipPlanned{Clip: "c2", Version: "v1", CopyVideo: true, Sizes: make([]events.PictureSize, 1)},
		events.ClipPackaged{Clip: "c1", Duration: 100},
	)
	raw, err := shown[json.RawMessage](s, nobody, "GET /api/watch/{stream}", id)
	want := `{"id":"s1","title":"An evening","startedAt":"2026-01-31T20:00:00Z","duration":3650,"posterUrl":"/media/c2/poster.jpg",` +
		`"hlsUrl":"/media/streams/s1/hls/index.m3u8","complete":false,"clips":[{"id":"c1","offset":0,"duration":100},` +
		`{"id":"c2","offset":3600,"duration":50,"posterUrl":"/media/c2/poster.jpg","spritesUrl":"/media/c2/sprites.vtt"}]}`
	if err != nil || string(raw) != want {
		t.Errorf("everybody sees %s, %v", raw, err)
	}
	s.tell(events.StreamUnpublished{Stream: "s1"})
	_, err = watch(nobody, id)
	testkit.WantFault(t, err, fault.NotFound)
}
