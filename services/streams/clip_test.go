package streams_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/streams"
)

// shelf is a service that hears of clips from the test.
type shelf struct {
	*testkit.System
	t *testing.T
	// told is where the newest event is that the test has put on the log.
	told es.Position
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	return &shelf{System: testkit.Start(t, testkit.Platform(t), streams.Service), t: t}
}

func (s *shelf) tell(list ...events.Event) {
	s.t.Helper()
	for _, e := range list {
		var err error
		if s.told, err = s.Logs.Append(s.t.Context(), "ours", e); err != nil {
			s.t.Fatal(err)
		}
	}
}

// shown calls an endpoint when the tables know what the test has told.
func shown[T any](s *shelf, who api.Caller, endpoint string, in api.Input) (out T, err error) {
	s.t.Helper()
	_, err = s.Call(s.t, who, endpoint, in, &out, s.told)
	return out, err
}

func (s *shelf) stream(id string) streams.Stream {
	s.t.Helper()
	got, err := shown[streams.Stream](s, ours, "GET /api/streams/{stream}", testkit.Params("stream", id))
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

func (s *shelf) list(params ...string) []streams.StreamSummary {
	s.t.Helper()
	page, err := shown[api.List[streams.StreamSummary]](s, ours, "GET /api/streams", testkit.Params(params...))
	if err != nil {
		s.t.Fatal(err)
	}
	return page.Items
}

var began = time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC)

// A clip tells how far it is, and can be played before it is done.
func TestClipBecomesPlayable(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	parts := []events.Span{{Start: 0, End: 60}, {Start: 60, End: 100}}
	sizes := []events.PictureSize{{ID: "720p"}, {ID: "480p"}}
	type plot func(clip string) events.Event
	copied := func(clip string) events.Event {
		return events.ClipPlanned{Clip: clip, Version: "copies", CopyVideo: true, Sizes: sizes, Parts: parts}
	}
	encoded := func(clip string) events.Event {
		return events.ClipPlanned{Clip: clip, Version: "encodes", Sizes: sizes, Parts: parts}
	}
	sound := func(clip string) events.Event { return events.ClipPlanned{Clip: clip, Version: "sound"} }
	part := func(version string, number int) plot {
		return func(clip string) events.Event {
			return events.ClipPartPackaged{Clip: clip, Version: version, Part: number}
		}
	}
	rejected := func(clip string) events.Event { return events.ClipPlanRejected{Clip: clip, Version: "copies"} }
	failed := func(clip string) events.Event { return events.ClipFailed{Clip: clip} }
	retried := func(clip string) events.Event { return events.ClipRetried{Clip: clip} }
	packaged := func(clip string) events.Event { return events.ClipPackaged{Clip: clip, Duration: 100} }
	for number, c := range []struct {
		name        string
		told        []plot
		playable    bool
		done, total int
	}{
		{"nothing is planned", nil, false, 0, 0},
		{"the picture is copied", []plot{copied}, true, 0, 2},
		{"there is only sound", []plot{sound}, true, 0, 0},
		{"all is encoded", []plot{encoded}, false, 0, 2},
		{"its first part is there", []plot{encoded, part("encodes", 0)}, true, 1, 2},
		{"its last part is there", []plot{encoded, part("encodes", 1)}, false, 1, 2},
		{"a part is there twice", []plot{encoded, part("encodes", 0), part("encodes", 0)}, true, 1, 2},
		{"all parts are there", []plot{encoded, part("encodes", 1), part("encodes", 0)}, true, 2, 2},
		{"the plan is told again", []plot{encoded, part("encodes", 0), encoded}, true, 1, 2},
		{"the plan is rejected", []plot{copied, part("copies", 0), rejected, part("copies", 1)}, false, 0, 0},
		{"another takes its place", []plot{copied, part("copies", 0), rejected, encoded, part("copies", 1)}, false, 0, 2},
		{"it failed with a part", []plot{encoded, part("encodes", 0), failed}, true, 1, 2},
		{"it is tried again", []plot{encoded, part("encodes", 0), failed, retried}, true, 1, 2},
		{"it was packaged some time ago", []plot{packaged}, true, 0, 0},
	} {
		id := fmt.Sprintf("s%d", number)
		s.tell(events.StreamCreated{Stream: id, Title: c.name, StartedAt: began}, events.ClipRegistered{Clip: id, Stream: id, Size: 1000})
		for _, told := range c.told {
			s.tell(told(id))
		}
		got := s.stream(id)
		clip := got.Clips[0]
		if clip.Playable != c.playable || clip.PartsDone != c.done || clip.PartsTotal != c.total {
			t.Errorf("%s: playable %v, %d of %d parts", c.name, clip.Playable, clip.PartsDone, clip.PartsTotal)
		}
		whole, single := "", ""
		if c.playable {
			whole, single = "/media/streams/"+id+"/hls/index.m3u8", "/media/"+id+"/hls/index.m3u8"
		}
		if got.Playable != c.playable || got.HLSURL != whole || clip.HLSURL != single {
			t.Errorf("%s: stream playable %v at %q, clip at %q", c.name, got.Playable, got.HLSURL, clip.HLSURL)
		}
		if row := s.list("q", c.name)[0]; row != got.StreamSummary {
			t.Errorf("%s: the list has %+v, the page %+v", c.name, row, got.StreamSummary)
		}
	}
}

// A clip tells what is in it, and shows its pictures as soon as there are any.
func TestClipTellsWhatIsInIt(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.tell(
		events.ClipRegistered{Clip: "c1", Stream: "s1", Name: "a.mkv", Size: 1000, NewStream: &events.NewStream{}},
		events.ClipRegistered{Clip: "c2", Stream: "s1", Name: "b.mkv", Size: 500},
		events.StreamCreated{Stream: "s1", Title: "x", StartedAt: began},
		events.ClipProbed{Clip: "c1", Duration: 100, Video: &events.VideoFacts{Width: 1080, Height: 1920}, Audio: make([]events.AudioFacts, 3)},
		events.ClipProbed{Clip: "c2", Duration: 20, Audio: make([]events.AudioFacts, 1)},
		events.ClipPictured{Clip: "c1", Poster: true, Sprites: true},
		events.ClipPictured{Clip: "c2"},
		events.ClipPaused{Clip: "c2"},
	)
	got := s.stream("s1")
	want := streams.StreamClip{
		ID: "c1", Name: "a.mkv", State: "probed", Size: 1000, Duration: 100, Width: 1080, Height: 1920, AudioTracks: 3,
		PosterURL: "/media/c1/poster.jpg", SpritesURL: "/media/c1/sprites.vtt",
	}
	if got.Clips[0] != want {
		t.Errorf("the first is %+v", got.Clips[0])
	}
	want = streams.StreamClip{ID: "c2", Name: "b.mkv", State: "probed", Paused: true, Size: 500, Duration: 20, AudioTracks: 1, Offset: 100}
	if got.Clips[1] != want {
		t.Errorf("the second is %+v", got.Clips[1])
	}
	if got.Size != 1500 || got.Duration != 120 || got.State != "processing" || got.PosterURL != "/media/c1/poster.jpg" {
		t.Errorf("the stream is %+v", got.StreamSummary)
	}
	s.tell(events.ClipResumed{Clip: "c2"}, events.ClipPackaged{Clip: "c1", Version: "v1", Duration: 100}, events.ClipDeleted{Clip: "c2"})
	got = s.stream("s1")
	if len(got.Clips) != 1 || got.Clips[0].PosterURL == "" || got.Clips[0].SpritesURL == "" || got.Size != 1000 || got.Duration != 100 || got.State != "ready" {
		t.Errorf("without the second it is %+v", got)
	}
	s.tell(events.ClipPaused{Clip: "c2"}, events.ClipRegistered{Clip: "c2", Stream: "s1", Name: "again.mkv", Size: 500}, events.ClipDeleted{Clip: "c1"})
	if got = s.stream("s1"); len(got.Clips) != 1 || got.Clips[0].Name != "again.mkv" || got.Clips[0].Paused || got.Playable || got.PosterURL != "" {
		t.Errorf("with the second sent again it is %+v", got)
	}
}

// Nothing brings a deleted stream back, and what is told of its clips is of no concern.
func TestDeletedStream(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.tell(events.StreamCreated{Stream: "s1", Title: "x", StartedAt: began}, events.ClipRegistered{Clip: "c1", Stream: "s1"},
		events.ClipPackaged{Clip: "c1"}, events.StreamPublished{Stream: "s1"})
	if _, err := s.Call(t, ours, "POST /api/streams/{stream}/markers", testkit.Body(map[string]any{"label": "m"}, "stream", "s1"), nil); err != nil {
		t.Fatal(err)
	}
	stream := testkit.Params("stream", "s1")
	_, err := shown[any](s, theirs, "DELETE /api/streams/{stream}", stream)
	testkit.WantFault(t, err, fault.NotFound)
	moderator := api.Caller{Account: "m", Owner: "ours", Role: api.Moderator}
	_, err = shown[any](s, moderator, "DELETE /api/streams/{stream}", stream)
	testkit.WantFault(t, err, fault.Forbidden)
	if s.told, err = s.Call(t, ours, "DELETE /api/streams/{stream}", stream, nil); err != nil {
		t.Fatal(err)
	}
	if written, err := s.Logs.Read(t.Context(), s.told); err != nil || written.Name != "stream.deleted" {
		t.Errorf("%s is on the log, %v", written.Name, err)
	}
	s.tell(
		events.ClipFailed{Clip: "c1"}, events.ClipPartPackaged{Clip: "c1"}, events.ClipDeleted{Clip: "c1"},
		events.ClipRegistered{Clip: "late", Stream: "s1"}, events.ClipProbed{Clip: "late"}, events.ClipDeleted{Clip: "late"},
		events.StreamRenamed{Stream: "s1", Title: "y"}, events.StreamCreated{Stream: "s2", Title: "z", StartedAt: began},
	)
	for _, endpoint := range []string{
		"GET /api/streams/{stream}", "DELETE /api/streams/{stream}", "GET /api/watch/{stream}",
		"POST /api/streams/{stream}/publish", "POST /api/streams/{stream}/unpublish",
	} {
		_, err := shown[any](s, ours, endpoint, stream)
		testkit.WantFault(t, err, fault.NotFound)
	}
	if list := s.list(); len(list) != 1 || list[0].ID != "s2" {
		t.Errorf("the list is %+v", list)
	}
	if list := s.list("q", "late"); len(list) != 0 {
		t.Errorf("the late clip is found: %+v", list)
	}
	var rows, parked int
	db := s.Pool(t)
	if err := db.QueryRow(t.Context(), `select (select count(*) from clip) + (select count(*) from marker)`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows are left, %v", rows, err)
	}
	if err := db.QueryRow(t.Context(), `select count(*) from es.parked`).Scan(&parked); err != nil || parked != 0 {
		t.Errorf("%d events could not be folded, %v", parked, err)
	}
}
