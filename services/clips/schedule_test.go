package clips_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

// only is the service with none but the named reactors.
func only(names ...string) run.Service {
	s := clips.Service
	s.Reactors = slices.DeleteFunc(slices.Clone(s.Reactors), func(r run.Reactor) bool { return !slices.Contains(names, r.Name) })
	return s
}

// told waits until the log has that many events of a kind that match, and gives them.
func told[E events.Event](t *testing.T, s *testkit.System, count int, match func(E) bool) []E {
	t.Helper()
	var found []E
	var name E
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	kind, _ := name.Event()
	err := s.Logs.Tail(ctx, events.Facts, es.TailFrom{Subject: events.Facts.Everyone(kind)}, func(e es.Event) error {
		var body E
		if err := json.Unmarshal(e.Data, &body); err != nil {
			return err
		}
		if match == nil || match(body) {
			found = append(found, body)
		}
		if len(found) == count {
			cancel()
		}
		return nil
	})
	if len(found) < count {
		t.Fatalf("%d events %s, want %d: %v", len(found), kind, count, err)
	}
	return found
}

// happened appends events of ours, one after the other.
func happened(t *testing.T, s *testkit.System, list ...events.Event) es.Position {
	t.Helper()
	var at es.Position
	for _, e := range list {
		var err error
		if at, err = s.Logs.Append(t.Context(), "ours", e); err != nil {
			t.Fatal(err)
		}
	}
	return at
}

// inWork are the events of a clip that is cut into parts.
func inWork(clip string, parts int) []events.Event {
	planned := events.ClipPlanned{
		Clip: clip, Version: "v-" + clip, Object: "ours/sources/" + clip + "/source", Name: clip + ".mkv", Base: "ours/clips/" + clip + "/v-" + clip,
		Duration: float64(60 * parts), FrameRate: 30, Sizes: []events.PictureSize{{ID: "240p", Width: 320, Height: 240}}, Sound: []events.SoundTrack{},
	}
	for i := range parts {
		planned.Parts = append(planned.Parts, events.Span{Start: float64(60 * i), End: float64(60*i + 60)})
	}
	return []events.Event{
		events.ClipRegistered{Clip: clip, Stream: "s1", Name: clip + ".mkv", Size: 8, Object: planned.Object},
		events.ClipProbed{Clip: clip, Object: planned.Object, Name: clip + ".mkv", Container: "matroska", Duration: planned.Duration},
		planned,
	}
}

// part is what a machine says of a part that it has encoded.
func packagedPart(clip string, part int) events.ClipPartPackaged {
	return events.ClipPartPackaged{Clip: clip, Version: "v-" + clip, Part: part, Runs: []events.TrackRun{{
		Track: "240p", Object: fmt.Sprintf("ours/clips/%s/v-%s/%04d-240p.mp4", clip, clip, part), InitBytes: 700, Codecs: "avc1.640015",
		Timescale: 120000, Start: int64(part) * 60 * 120000, Offset: 700, Segments: [][2]int64{{60 * 120000, 1000}},
	}}}
}

func released(clip string) func(events.ClipPartReleased) bool {
	return func(e events.ClipPartReleased) bool { return e.Clip == clip }
}

func parts(list []events.ClipPartReleased) []int {
	var numbers []int
	for _, e := range list {
		numbers = append(numbers, e.Part)
	}
	return numbers
}

// A clip with a higher priority goes first, and a paused one waits.
func TestPartsAreReleasedByPriority(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), only("clips-schedule"))
	happened(t, s, inWork("long", 20)...)
	if got := parts(told(t, s, 6, released("long"))); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5}) {
		t.Fatalf("released at first: %v", got)
	}
	happened(t, s, inWork("urgent", 2)...)
	var c clips.Clip
	if _, err := s.Call(t, ours, "PATCH /api/clips/{clip}", testkit.Body(map[string]any{"priority": 5}, "clip", "urgent"), &c); err != nil || c.Priority != 5 {
		t.Fatalf("%+v, %v", c, err)
	}
	happened(t, s, packagedPart("long", 0), packagedPart("long", 1))
	if got := parts(told(t, s, 2, released("urgent"))); !slices.Equal(got, []int{0, 1}) {
		t.Fatalf("released of the urgent one: %v", got)
	}
	if _, err := s.Call(t, ours, "POST /api/clips/{clip}/pause", testkit.Params("clip", "long"), &c); err != nil || !c.Paused {
		t.Fatalf("%+v, %v", c, err)
	}
	happened(t, s, packagedPart("long", 2), packagedPart("urgent", 0), packagedPart("urgent", 1),
		events.ClipPictured{Clip: "urgent", Base: "ours/clips/urgent/pictures-x"})
	told(t, s, 1, func(e events.ClipPackaged) bool {
		return e.Clip == "urgent" && len(e.Renditions) == 1 && e.Renditions[0].BitRate > 0
	})
	if got := told(t, s, 6, released("long")); len(got) != 6 {
		t.Errorf("a paused clip goes on: %v", parts(got))
	}
	var resumed clips.Clip
	if _, err := s.Call(t, ours, "POST /api/clips/{clip}/resume", testkit.Params("clip", "long"), &resumed); err != nil || resumed.Paused {
		t.Fatalf("%+v, %v", resumed, err)
	}
	if got := parts(told(t, s, 9, released("long"))); !slices.Equal(got, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("released after it was resumed: %v", got)
	}
	if resumed.PartsDone != 3 || resumed.PartsTotal != 20 || !resumed.Playable {
		t.Errorf("the clip: %+v", resumed)
	}
}

// Cancelled work stops; parts that are there are not encoded again when it is tried again.
func TestCancelledClipKeepsItsParts(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), only("clips-schedule"))
	happened(t, s, inWork("long", 4)...)
	told(t, s, 4, released("long"))
	happened(t, s, packagedPart("long", 0))
	var c clips.Clip
	if _, err := s.Call(t, ours, "POST /api/clips/{clip}/cancel", testkit.Params("clip", "long"), &c); err != nil || c.State != "failed" || c.Reason == "" {
		t.Fatalf("%+v, %v", c, err)
	}
	told[events.JobCancelled](t, s, 3, nil)
	for _, verb := range []string{"cancel", "pause", "resume"} {
		testkit.WantFault(t, call(t, s, ours, "POST /api/clips/{clip}/"+verb, "clip", "long"), fault.Conflict)
	}
	if c, err := retry(t, s, ours, "long"); err != nil || c.State != "registered" {
		t.Fatalf("%+v, %v", c, err)
	}
	happened(t, s, inWork("long", 4)[1:]...)
	again := parts(told(t, s, 7, released("long"))[4:])
	if !slices.Equal(again, []int{1, 2, 3}) {
		t.Errorf("released again: %v", again)
	}
}

// A job that was given up and is tried again goes on with its clip.
func TestRedrivenJobGoesOnWithItsClip(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), only("clips-redriven"))
	happened(t, s, inWork("c1", 2)...)
	at := happened(t, s, events.ClipPartReleased{Clip: "c1", Version: "v-c1", Part: 1}, events.ClipFailed{Clip: "c1", Stage: "package", Reason: "x"})
	cause := es.Position{Log: at.Log, Seq: at.Seq - 1}
	happened(t, s, events.LetterRedriven{Letter: "l1", Reactor: "clips-encode", Position: cause.String()})
	told(t, s, 1, func(e events.ClipRetried) bool { return e.Clip == "c1" })
}

// Deleting leaves a fact, and not one object: also of more than a thousand.
func TestDeletedClipLeavesNoObjects(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, only("clips-clean", "clips-orphans", "clips-schedule"))
	happened(t, s, events.StreamCreated{Stream: "s1", Title: "An evening"})
	happened(t, s, append(inWork("c1", 1), inWork("c2", 1)...)...)
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, clip := range []string{"c1", "c2"} {
		if err := p.Blob.Upload(t.Context(), file, "ours/sources/"+clip+"/source"); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 1020 {
		if err := p.Blob.Upload(t.Context(), file, fmt.Sprintf("ours/clips/c1/v-c1/%04d-240p.mp4", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Blob.Upload(t.Context(), file, "ours/clips/c2/v-c2/240p.mp4"); err != nil {
		t.Fatal(err)
	}
	testkit.WantFault(t, call(t, s, testkit.Owner("theirs"), "DELETE /api/clips/{clip}", "clip", "c1"), fault.NotFound)
	testkit.WantFault(t, call(t, s, api.Caller{Account: "v", Owner: "ours", Role: api.Viewer}, "DELETE /api/clips/{clip}", "clip", "c1"), fault.Forbidden)
	if err := call(t, s, ours, "DELETE /api/clips/{clip}", "clip", "c1"); err != nil {
		t.Fatal(err)
	}
	testkit.WantFault(t, call(t, s, ours, "GET /api/clips/{clip}", "clip", "c1"), fault.NotFound)
	wantObjects(t, p, "ours/clips/c2/v-c2/240p.mp4", "ours/sources/c2/source")
	happened(t, s, events.StreamDeleted{Stream: "s1"})
	told(t, s, 1, func(e events.ClipDeleted) bool { return e.Clip == "c2" })
	wantObjects(t, p)
	// One that comes too late goes too.
	happened(t, s, inWork("c3", 1)[0])
	told(t, s, 1, func(e events.ClipDeleted) bool { return e.Clip == "c3" })
}

// wantObjects waits until nothing but these is stored, for as long as the test may take.
func wantObjects(t *testing.T, p run.Platform, keys ...string) {
	t.Helper()
	for t.Context().Err() == nil {
		list, err := p.Blob.List(t.Context(), "ours/")
		if err != nil {
			t.Fatal(err)
		}
		var stored []string
		for _, o := range list {
			stored = append(stored, o.Key)
		}
		slices.Sort(stored)
		if slices.Equal(stored, keys) {
			return
		}
		for _, key := range keys {
			if !slices.Contains(stored, key) {
				t.Fatalf("%s is gone; stored: %s", key, strings.Join(stored[:min(10, len(stored))], " "))
			}
		}
	}
	t.Fatal("objects are left")
}

// A clip whose file was sent again waits for its new plan: what an old one wanted is neither encoded nor
// all that there is.
func TestRetriedClipWaitsForItsPlan(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), only("clips-schedule"))
	again := func(clip string) []events.Event {
		object := "ours/sources/again-" + clip + "/source"
		return []events.Event{
			events.ClipFailed{Clip: clip, Stage: "package", Reason: "its stored file is missing"},
			events.ClipRetried{Clip: clip, Object: object, Name: clip + ".mkv"},
			events.ClipProbed{Clip: clip, Object: object, Name: clip + ".mkv", Container: "matroska", Duration: 120},
		}
	}
	anew := func(clip string, parts int) events.ClipPlanned {
		planned := inWork(clip, parts)[2].(events.ClipPlanned)
		planned.Version = "again-" + clip
		return planned
	}
	happened(t, s, inWork("waiting", 2)...)
	happened(t, s, inWork("made", 1)...)
	told(t, s, 3, func(events.ClipPartReleased) bool { return true })
	happened(t, s, packagedPart("made", 0))
	happened(t, s, append(again("waiting"), again("made")...)...)
	happened(t, s, events.ClipPictured{Clip: "made", Base: "ours/clips/made/pictures-x"})
	happened(t, s, inWork("other", 1)...)
	told(t, s, 1, released("other"))
	happened(t, s, anew("waiting", 2), anew("made", 0))
	if list := told(t, s, 4, released("waiting")); list[2].Version != "again-waiting" {
		t.Errorf("released of the old plan: %+v", list[2])
	}
	if list := told[events.ClipPackaged](t, s, 1, nil); list[0].Version != "again-made" {
		t.Errorf("packaged by the old plan: %+v", list[0])
	}
}

// A part that is stored while its clip is deleted leaves nothing behind, though everything of the clip was
// removed before.
func TestPartOfDeletedClipIsRemoved(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	m := testkit.Meddle(t, &p)
	s := testkit.Start(t, p, only("clips-encode"))
	film := filepath.Join(t.TempDir(), "film.mkv")
	if err := os.WriteFile(film, filmed(t, "film.mkv", "-t", "2", "-c:v", "mpeg4"), 0o600); err != nil {
		t.Fatal(err)
	}
	const source = "ours/sources/c1/source"
	if err := p.Blob.Upload(t.Context(), film, source); err != nil {
		t.Fatal(err)
	}
	stored := make(chan struct{}, 10)
	m.With(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "0000-120p") {
			return false
		}
		m.Store.ServeHTTP(httptest.NewRecorder(), r)
		stored <- struct{}{}
		<-r.Context().Done()
		return true
	})
	list := inWork("c1", 1)
	planned := list[2].(events.ClipPlanned)
	planned.Duration, planned.FrameRate, planned.Parts = 2, 25, []events.Span{{End: 2}}
	planned.Sizes = []events.PictureSize{{ID: "240p", Width: 320, Height: 240, MaxRate: 500_000}, {ID: "120p", Width: 160, Height: 120, MaxRate: 200_000}}
	happened(t, s, list[0], list[1], planned)
	_, err := s.Logs.Append(t.Context(), "ours", events.ClipPartReleased{Clip: "c1", Version: planned.Version}, es.ID("released"))
	if err != nil {
		t.Fatal(err)
	}
	<-stored
	if err := call(t, s, ours, "DELETE /api/clips/{clip}", "clip", "c1"); err != nil {
		t.Fatal(err)
	}
	happened(t, s, events.JobCancelled{Job: es.JobID("clips-encode", "released"), Reactor: "clips-encode"})
	wantObjects(t, p, source)
}

// A machine that seemed to be dead for a while leaves the file of a part alone that another has made.
func TestPartOfAnotherMachineStays(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	m := testkit.Meddle(t, &p)
	s := testkit.Start(t, p, only("clips-encode"))
	film := filepath.Join(t.TempDir(), "film.mkv")
	if err := os.WriteFile(film, filmed(t, "film.mkv", "-t", "2", "-c:v", "mpeg4"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Blob.Upload(t.Context(), film, "ours/sources/c1/source"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	fetching, goOn := make(chan struct{}, 10), make(chan struct{})
	m.With(func(_ http.ResponseWriter, r *http.Request) bool {
		switch r.Method {
		case http.MethodGet:
			fetching <- struct{}{}
			<-goOn
		case http.MethodPut:
			t.Errorf("%s is stored again", r.URL.Path)
			stop()
		}
		return false
	})
	list := inWork("c1", 1)
	planned := list[2].(events.ClipPlanned)
	planned.Duration, planned.FrameRate, planned.Parts, planned.Sizes[0].MaxRate = 2, 25, []events.Span{{End: 2}}, 500_000
	happened(t, s, list[0], list[1], planned)
	if _, err := s.Logs.Append(t.Context(), "ours", events.ClipPartReleased{Clip: "c1", Version: planned.Version}, es.ID("released")); err != nil {
		t.Fatal(err)
	}
	<-fetching
	happened(t, s, packagedPart("c1", 0))
	testkit.WaitDocument(t, s, "ours", "clip/c1", func(c clips.Clip) bool { return c.PartsDone == 1 })
	close(goOn)
	enough := errors.New("enough")
	err := s.Logs.Tail(ctx, events.Ticks, es.TailFrom{}, func(e es.Event) error {
		var tick events.JobProgressed
		if err := json.Unmarshal(e.Data, &tick); err != nil {
			return err
		}
		if tick.Done && tick.Job == es.JobID("clips-encode", "released") {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Error(err)
	}
}

// Content that is sent again while its clip goes with a deleted stream is not lost with it.
func TestContentSentAgainWhileItsStreamGoes(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	data := []byte("sent again")
	c := send(t, s, "a.mkv", data, nil)
	happened(t, s, events.StreamCreated{Stream: c.StreamID, Title: "An evening"}, events.StreamDeleted{Stream: c.StreamID})
	up := start(t, s, "a.mkv", len(data), nil)
	put(t, up.Parts[0].URL, data)
	testkit.WantFault(t, call(t, s, ours, "POST /api/uploads/{upload}/complete", "upload", up.ID), fault.Unavailable)
	happened(t, s, events.ClipDeleted{Clip: c.ID})
	if again := finish(t, s, up); again.ID != c.ID || again.StreamID == c.StreamID {
		t.Errorf("clip %+v", again)
	}
}
