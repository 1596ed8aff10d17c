package streams_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/streams"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var (
	ours   = testkit.Owner("ours")
	theirs = testkit.Owner("theirs")
)

func create(t *testing.T, s *testkit.System, title string) streams.Stream {
	t.Helper()
	var made streams.Stream
	if _, err := s.Call(t, ours, "POST /api/streams", testkit.Body(map[string]any{"title": title}), &made); err != nil {
		t.Fatal(err)
	}
	return made
}

func TestStreamIsCreatedRenamedAndListed(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), streams.Service)
	made := create(t, s, "  First light ")
	if made.Title != "First light" || made.State != "empty" || made.Markers == nil || made.Clips == nil {
		t.Fatalf("made %+v", made)
	}
	var renamed streams.Stream
	if _, err := s.Call(t, ours, "PATCH /api/streams/{stream}", testkit.Body(map[string]any{"title": "Second light"}, "stream", made.ID), &renamed); err != nil {
		t.Fatal(err)
	}
	var page api.List[streams.StreamSummary]
	if _, err := s.Call(t, ours, "GET /api/streams", testkit.Params("q", "second"), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 1 || page.Items[0].Title != "Second light" || page.Next != "" {
		t.Fatalf("page %+v", page)
	}
	if _, err := s.Call(t, ours, "GET /api/streams", testkit.Params("q", "100%"), &page); err != nil || len(page.Items) != 0 {
		t.Fatalf("a per cent sign in a search is a per cent sign: %+v, %v", page, err)
	}
}

func TestListsGoOnWithTheCursor(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), streams.Service)
	for _, title := range []string{"b", "a", "d", "c", "e"} {
		create(t, s, title)
	}
	for sort, want := range map[string]string{"newest": "ecdab", "oldest": "badce", "title": "abcde"} {
		got, cursor := "", ""
		for range 10 {
			var page api.List[streams.StreamSummary]
			if _, err := s.Call(t, ours, "GET /api/streams", testkit.Params("sort", sort, "limit", "2", "cursor", cursor), &page); err != nil {
				t.Fatal(err)
			}
			for _, item := range page.Items {
				got += item.Title
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", sort, got, want)
		}
	}
	_, err := s.Call(t, ours, "GET /api/streams", testkit.Params("cursor", "x"), nil)
	testkit.WantFault(t, err, fault.Invalid)
}

func TestMarkersAreOnTheStreamsClock(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), streams.Service)
	made := create(t, s, "x")
	var group sync.WaitGroup
	for i := range 8 { // all at once: each decides on what the others have done
		group.Go(func() {
			at := float64(i)
			if _, err := s.Call(t, ours, "POST /api/streams/{stream}/markers", testkit.Body(map[string]any{"label": "m", "at": at}, "stream", made.ID), nil); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	doc := testkit.WaitDocument(t, s, "ours", "stream/"+made.ID, func(v streams.Stream) bool { return len(v.Markers) == 8 })
	var now streams.Marker
	if _, err := s.Call(t, ours, "POST /api/streams/{stream}/markers", testkit.Body(map[string]any{"label": "now"}, "stream", made.ID), &now); err != nil {
		t.Fatal(err)
	}
	if now.At < 0 || now.At > time.Since(made.StartedAt).Seconds() {
		t.Errorf("a marker without a time is at %v", now.At)
	}
	p, err := s.Call(t, ours, "DELETE /api/streams/{stream}/markers/{marker}", testkit.Params("stream", made.ID, "marker", doc.Markers[0].ID), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got streams.Stream
	if _, err := s.Call(t, ours, "GET /api/streams/{stream}", testkit.Params("stream", made.ID), &got, p); err != nil {
		t.Fatal(err)
	}
	if len(got.Markers) != 8 || got.Markers[0].ID == doc.Markers[0].ID {
		t.Errorf("markers %+v", got.Markers)
	}
	_, err = s.Call(t, ours, "DELETE /api/streams/{stream}/markers/{marker}", testkit.Params("stream", made.ID, "marker", doc.Markers[0].ID), nil)
	testkit.WantFault(t, err, fault.NotFound)
}

// Of those who keep adding markers to one stream nobody is turned away.
func TestManyAddMarkersToOneStream(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), streams.Service)
	made := create(t, s, "x")
	const writers, each = 12, 10
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range each {
				if _, err := s.Call(t, ours, "POST /api/streams/{stream}/markers", testkit.Body(map[string]any{"label": "m"}, "stream", made.ID), nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if !t.Failed() {
		testkit.WaitDocument(t, s, "ours", "stream/"+made.ID, func(v streams.Stream) bool { return len(v.Markers) == writers*each })
	}
}

func TestWrongInputChangesNothing(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, streams.Service)
	made := create(t, s, "x")
	before, err := p.Logs.Last(t.Context(), "FACTS")
	if err != nil {
		t.Fatal(err)
	}
	stream := []string{"stream", made.ID}
	for name, c := range map[string]struct {
		endpoint string
		in       api.Input
		code     fault.Code
	}{
		"no title":        {"POST /api/streams", testkit.Body(map[string]any{}), fault.Invalid},
		"two lines":       {"POST /api/streams", testkit.Body(map[string]any{"title": "a\nb"}), fault.Invalid},
		"unknown field":   {"POST /api/streams", testkit.Body(map[string]any{"title": "a", "colour": "red"}), fault.Invalid},
		"wrong type":      {"POST /api/streams", testkit.Body(map[string]any{"title": 7}), fault.Invalid},
		"no JSON":         {"POST /api/streams", api.Input{Body: []byte("{")}, fault.Invalid},
		"negative time":   {"POST /api/streams/{stream}/markers", testkit.Body(map[string]any{"label": "a", "at": -1}, stream...), fault.Invalid},
		"unknown stream":  {"POST /api/streams/{stream}/markers", testkit.Body(map[string]any{"label": "a"}, "stream", "nope"), fault.NotFound},
		"time of a fable": {"POST /api/streams", testkit.Body(map[string]any{"title": "a", "startedAt": "9999-12-31T23:30:00Z"}), fault.Invalid},
		"endless id":      {"PATCH /api/streams/{stream}", testkit.Body(map[string]any{"title": "a"}, "stream", strings.Repeat("a", 5000)), fault.NotFound},
		"unknown sort":    {"GET /api/streams", testkit.Params("sort", "best"), fault.Invalid},
		"no number":       {"GET /api/streams", testkit.Params("limit", "many"), fault.Invalid},
	} {
		if _, err := s.Call(t, ours, c.endpoint, c.in, nil); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after, _ := p.Logs.Last(t.Context(), "FACTS"); after != before {
		t.Errorf("the log went from %d to %d", before, after)
	}
}

func TestNobodySeesWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), streams.Service)
	made := create(t, s, "x")
	var page api.List[streams.StreamSummary]
	if _, err := s.Call(t, theirs, "GET /api/streams", testkit.Params(), &page); err != nil || len(page.Items) != 0 {
		t.Errorf("list %+v, %v", page, err)
	}
	_, err := s.Call(t, theirs, "GET /api/streams/{stream}", testkit.Params("stream", made.ID), nil)
	testkit.WantFault(t, err, fault.NotFound)
	_, err = s.Call(t, theirs, "PATCH /api/streams/{stream}", testkit.Body(map[string]any{"title": "mine"}, "stream", made.ID), nil)
	testkit.WantFault(t, err, fault.NotFound)
	viewer := api.Caller{Account: "v", Owner: "ours", Role: api.Viewer}
	_, err = s.Call(t, viewer, "PATCH /api/streams/{stream}", testkit.Body(map[string]any{"title": "mine"}, "stream", made.ID), nil)
	testkit.WantFault(t, err, fault.Forbidden)
	_, err = s.Call(t, api.Caller{}, "GET /api/streams", testkit.Params(), nil)
	testkit.WantFault(t, err, fault.Unauthenticated)
}

func TestClipsFindTheirPlace(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, streams.Service)
	began := time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC)
	later := began.Add(time.Hour)
	tell := func(e events.Event) {
		t.Helper()
		if _, err := p.Logs.Append(t.Context(), "ours", e); err != nil {
			t.Fatal(err)
		}
	}
	tell(events.ClipRegistered{Clip: "c1", Stream: "s1", Name: "a.mkv", NewStream: &events.NewStream{Title: "An evening", StartedAt: began}, StartedAt: &began})
	tell(events.ClipRegistered{Clip: "c2", Stream: "s1", Name: "b.mkv", StartedAt: &later})
	tell(events.ClipProbed{Clip: "c1", Duration: 600})
	tell(events.ClipPackaged{Clip: "c1", Duration: 600, Poster: true})
	tell(events.ClipRefused{Clip: "c2", Reason: "this is no media"})
	doc := testkit.WaitDocument(t, s, "ours", "stream/s1", func(v streams.Stream) bool { return v.State == "ready" && len(v.Clips) == 2 })
	if doc.Title != "An evening" || doc.Clips[0].PosterURL != "/media/c1/poster.jpg" || doc.Clips[1].Offset != 3600 || doc.Clips[1].Reason != "this is no media" {
		t.Errorf("document %+v", doc)
	}
	tell(events.ClipFailed{Clip: "c2", Reason: "Packaging was given up."})
	tell(events.ClipRetried{Clip: "c2"})
	doc = testkit.WaitDocument(t, s, "ours", "stream/s1", func(v streams.Stream) bool { return v.State == "processing" })
	if c := doc.Clips[1]; c.State != "registered" || c.Reason != "" {
		t.Errorf("clip %+v", c)
	}
}

// The list and the page of a stream say the same about it, wherever its clips stand.
func TestListAndPageAgree(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, streams.Service)
	began := time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC)
	at := func(offset time.Duration) *time.Time { when := began.Add(offset); return &when }
	cases := map[string]struct {
		starts []*time.Time
		want   float64
	}{
		"none":              {nil, 0},
		"overlapping":       {[]*time.Time{at(0), at(50 * time.Second)}, 150},
		"with a gap":        {[]*time.Time{at(0), at(time.Hour)}, 3700},
		"without a time":    {[]*time.Time{nil, at(200 * time.Second), nil}, 500},
		"before the start":  {[]*time.Time{at(-time.Hour), at(-time.Minute), at(time.Second)}, 101},
		"over the start":    {[]*time.Time{at(-500 * time.Millisecond)}, 99.5},
		"all sorts of them": {[]*time.Time{at(-time.Hour), nil, at(90*time.Second + 500*time.Millisecond)}, 290.5},
	}
	want := map[string]float64{}
	var last es.Position
	tell := func(e events.Event) {
		t.Helper()
		var err error
		if last, err = p.Logs.Append(t.Context(), "ours", e); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range cases {
		id := strings.ReplaceAll(name, " ", "-")
		want[id] = c.want
		tell(events.StreamCreated{Stream: id, Title: name, StartedAt: began})
		for i, start := range c.starts {
			clip := fmt.Sprintf("%s-%d", id, i)
			tell(events.ClipRegistered{Clip: clip, Stream: id, Name: "a.mkv", StartedAt: start})
			tell(events.ClipPackaged{Clip: clip, Duration: 100})
		}
	}
	var page api.List[streams.StreamSummary]
	if _, err := s.Call(t, ours, "GET /api/streams", testkit.Params(), &page, last); err != nil || len(page.Items) != len(cases) {
		t.Fatalf("%d streams, %v", len(page.Items), err)
	}
	for _, item := range page.Items {
		var one streams.Stream
		if _, err := s.Call(t, ours, "GET /api/streams/{stream}", testkit.Params("stream", item.ID), &one); err != nil {
			t.Fatal(err)
		}
		if item.Duration != want[item.ID] || one.Duration != item.Duration || one.State != item.State {
			t.Errorf("%s: the list says %v %s, the page %v %s, want %v", item.ID, item.Duration, item.State, one.Duration, one.State, want[item.ID])
		}
	}
}
