package clips_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

// evening is when the recordings of these tests begin.
var evening = time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC)

// contents makes each file of these tests another one.
var contents atomic.Int64

// recording is when a file was made: minutes after the evening began.
func recording(from, until int) map[string]any {
	return map[string]any{
		"startedAt": evening.Add(time.Duration(from) * time.Minute),
		"endedAt":   evening.Add(time.Duration(until) * time.Minute),
	}
}

// arrive announces a file and puts it, but does not complete it.
func arrive(t *testing.T, s *testkit.System, more map[string]any) clips.Upload {
	t.Helper()
	data := fmt.Appendf(nil, "content %d", contents.Add(1))
	up := start(t, s, "a.mkv", len(data), more)
	put(t, up.Parts[0].URL, data)
	return up
}

// A recording finds the stream of what was recorded within ten minutes of it.
func TestRecordingsFindTheirStream(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	with := func(more map[string]any, name string, value any) map[string]any {
		more[name] = value
		return more
	}
	for i, each := range []struct {
		what          string
		first, second map[string]any
		same          bool
	}{
		{"right after it", recording(0, 30), recording(30, 60), true},
		{"ten minutes after it", recording(0, 30), recording(40, 60), true},
		{"eleven minutes after it", recording(0, 30), recording(41, 60), false},
		{"ten minutes before it", recording(40, 60), recording(0, 30), true},
		{"eleven minutes before it", recording(41, 60), recording(0, 30), false},
		{"at the same time", recording(0, 60), recording(20, 30), true},
		{"a moment, near", map[string]any{"startedAt": evening}, map[string]any{"startedAt": evening.Add(10 * time.Minute)}, true},
		{"a moment, far", map[string]any{"startedAt": evening}, map[string]any{"startedAt": evening.Add(11 * time.Minute)}, false},
		{"by its name", map[string]any{"startedAt": evening}, map[string]any{"name": "2026-01-31 21-05-00.mkv", "timeZone": "Europe/Berlin"}, true},
		{"copied years later", recording(0, 2_000_000), recording(100, 130), false},
		{"changed before it began", recording(0, -60), recording(-65, -62), false},
		{"with a title", recording(0, 30), with(recording(30, 60), "title", "Other"), false},
		{"after one with a title", with(recording(0, 30), "title", "First"), recording(30, 60), true},
		{"without times", map[string]any{}, map[string]any{}, false},
		{"without a start", map[string]any{"endedAt": evening}, map[string]any{"endedAt": evening}, false},
	} {
		who := testkit.Owner(fmt.Sprintf("ours%d", i))
		if first, second := stream(t, s, who, each.first), stream(t, s, who, each.second); (first == second) != each.same {
			t.Errorf("%s: streams %s and %s", each.what, first, second)
		}
	}
	if stream(t, s, ours, recording(0, 30)) == stream(t, s, testkit.Owner("theirs"), recording(0, 30)) {
		t.Error("a recording is in somebody else's stream")
	}
}

// stream takes a file in and answers the stream that it came into.
func stream(t *testing.T, s *testkit.System, who api.Caller, more map[string]any) string {
	t.Helper()
	data := fmt.Appendf(nil, "content %d", contents.Add(1))
	body := map[string]any{"name": "a.mkv", "size": len(data)}
	for k, v := range more {
		body[k] = v
	}
	var up clips.Upload
	if _, err := s.Call(t, who, "POST /api/uploads", testkit.Body(body), &up); err != nil {
		t.Fatal(err)
	}
	put(t, up.Parts[0].URL, data)
	var c clips.Clip
	if _, err := s.Call(t, who, "POST /api/uploads/{upload}/complete", testkit.Params("upload", up.ID), &c); err != nil {
		t.Fatal(err)
	}
	return c.StreamID
}

// The files of a recording that was split end in one stream, in whatever order they arrive.
func TestSplitRecordingIsOneStream(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	for day, order := range [][]int{{0, 1, 2, 3}, {3, 0, 2, 1}, {2, 0, 3, 1}, {1, 3, 0, 2}} {
		var ups []clips.Upload
		for part := range 4 {
			from := day*24*60 + part*30
			ups = append(ups, arrive(t, s, recording(from, from+30)))
		}
		streams := map[string]bool{}
		for _, part := range order {
			streams[finish(t, s, ups[part]).StreamID] = true
		}
		if len(streams) != 1 {
			t.Errorf("in the order %v: streams %v", order, streams)
		}
	}
}

// Two recordings of one session that are completed at the same moment are in one stream.
func TestRacingRecordingsAreOneStream(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	for day := range 5 {
		ups := make([]clips.Upload, 6)
		for i := range ups {
			ups[i] = arrive(t, s, recording(day*24*60, day*24*60+30))
		}
		streams := make([]string, len(ups))
		var group sync.WaitGroup
		for i, up := range ups {
			group.Go(func() { streams[i] = finish(t, s, up).StreamID })
		}
		group.Wait()
		for _, stream := range streams {
			if stream == "" || stream != streams[0] {
				t.Fatalf("streams %v", streams)
			}
		}
	}
}

// How long a recording plays says when it ended; a stream that was deleted takes no more.
func TestSessionFollowsWhatIsKnown(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, idle())
	first := finish(t, s, arrive(t, s, map[string]any{"startedAt": evening}))
	tell := func(e events.Event) {
		t.Helper()
		at, err := p.Logs.Append(t.Context(), "ours", e)
		if err == nil {
			_, err = s.Call(t, ours, "GET /api/clips", testkit.Params(), nil, at)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	tell(events.ClipProbed{Clip: first.ID, Container: "matroska", Duration: 3600})
	second := finish(t, s, arrive(t, s, map[string]any{"startedAt": evening.Add(65 * time.Minute)}))
	if second.StreamID != first.StreamID {
		t.Errorf("streams %s and %s", first.StreamID, second.StreamID)
	}
	tell(events.StreamCreated{Stream: first.StreamID, Title: "a", StartedAt: evening})
	chosen := arrive(t, s, map[string]any{"streamId": first.StreamID})
	tell(events.StreamDeleted{Stream: first.StreamID})
	if third := finish(t, s, arrive(t, s, recording(66, 70))); third.StreamID == first.StreamID {
		t.Error("a recording came into a stream that was deleted")
	}
	if err := call(t, s, ours, "POST /api/uploads/{upload}/complete", "upload", chosen.ID); err == nil {
		t.Error("a recording came into a stream that was deleted, by its id")
	}
}

// The later of two recordings may be registered first: the stream begins with the earlier one all the same.
func TestStreamBeginsWithItsFirstRecording(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	first := arrive(t, s, recording(0, 30))
	finish(t, s, arrive(t, s, recording(30, 60)))
	finish(t, s, first)
	made := told(t, s, 1, func(e events.ClipRegistered) bool { return e.NewStream != nil })[0]
	if !made.NewStream.StartedAt.Equal(evening) {
		t.Errorf("the stream starts at %s, its first recording at %s", made.NewStream.StartedAt, evening)
	}
}

// What was recorded while a stream was live belongs to it, also when the stream is over by the time the
// recording arrives.
func TestRecordingsFindTheLiveStream(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, idle())
	for i, each := range []struct {
		what        string
		from, until int
		ended       int // when the stream was no longer live; zero is not yet
		same        bool
	}{
		{"while it is live", 20, 30, 0, true},
		{"hours later, while it is live", 600, 660, 0, true},
		{"over its beginning", -20, 5, 0, true},
		{"ten minutes before it", -30, -10, 0, true},
		{"eleven minutes before it", -30, -11, 0, false},
		{"while it was live", 20, 30, 60, true},
		{"over all of it", -60, 120, 60, true},
		{"ten minutes after it", 70, 80, 60, true},
		{"eleven minutes after it", 71, 80, 60, false},
	} {
		who := testkit.Owner(fmt.Sprintf("ours%d", i))
		told := []events.Event{
			events.StreamCreated{Stream: who.Owner, Title: "a", StartedAt: evening},
			events.StreamWentLive{Stream: who.Owner, At: evening},
		}
		if each.ended != 0 {
			told = append(told, events.StreamEnded{Stream: who.Owner, At: evening.Add(time.Duration(each.ended) * time.Minute)})
		}
		for _, e := range told {
			if _, err := p.Logs.Append(t.Context(), who.Owner, e); err != nil {
				t.Fatal(err)
			}
		}
		if got := stream(t, s, who, recording(each.from, each.until)); (got == who.Owner) != each.same {
			t.Errorf("%s: stream %s", each.what, got)
		}
	}
	// A stream that was never live is only where its recordings are, and one that was deleted is nowhere.
	for _, last := range []events.Event{events.StreamCreated{Stream: "s1", Title: "a", StartedAt: evening}, events.StreamDeleted{Stream: "s2"}} {
		_, id := last.Event()
		if id == "s2" {
			for _, e := range []events.Event{events.StreamCreated{Stream: id, Title: "a", StartedAt: evening}, events.StreamWentLive{Stream: id, At: evening}} {
				if _, err := p.Logs.Append(t.Context(), "theirs", e); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := p.Logs.Append(t.Context(), "theirs", last); err != nil {
			t.Fatal(err)
		}
		if got := stream(t, s, testkit.Owner("theirs"), recording(0, 10)); got == id {
			t.Errorf("a recording is in the stream %s", got)
		}
	}
	// Of a recording and a live stream that are as near, the stream has it.
	if _, err := p.Logs.Append(t.Context(), "ours", events.StreamCreated{Stream: "s3", Title: "a", StartedAt: evening}); err != nil {
		t.Fatal(err)
	}
	before := stream(t, s, ours, recording(0, 30))
	if _, err := p.Logs.Append(t.Context(), "ours", events.StreamWentLive{Stream: "s3", At: evening}); err != nil {
		t.Fatal(err)
	}
	if got := stream(t, s, ours, recording(10, 20)); got != "s3" || before == "s3" {
		t.Errorf("streams %s and %s", before, got)
	}
}
