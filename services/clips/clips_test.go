package clips_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var ours = testkit.Owner("ours")

// idle is the service without its reactors, for what does not need them.
func idle() run.Service {
	s := clips.Service
	s.Reactors = nil
	return s
}

// A recording becomes playable, and each of its files is there for its owner alone.
func TestRecordingBecomesPlayable(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, clips.Service)
	file := filepath.Join(t.TempDir(), "sample.mp4")
	if err := media.Sample(t.Context(), file, 3); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := send(t, s, "sample.mp4", data, nil)
	doc := testkit.WaitDocument(t, s, "ours", "clip/"+c.ID, func(c clips.Clip) bool { return c.State == "packaged" || c.State == "failed" })
	if doc.State != "packaged" || len(doc.Renditions) < 3 || doc.PosterURL == "" || doc.SpritesURL == "" || doc.Duration < 2.9 {
		t.Fatalf("clip %+v", doc)
	}
	for _, url := range []string{doc.HLSURL, doc.DASHURL, doc.PosterURL, doc.SpritesURL} {
		path := strings.TrimPrefix(url, "/media/"+c.ID+"/")
		var f api.File
		if _, err := s.Call(t, ours, "GET /media/{clip}/{file...}", testkit.Params("clip", c.ID, "file", path), &f); err != nil {
			t.Fatal(err)
		}
		if len(f.Content) > 0 {
			continue
		}
		if o, err := p.Blob.Stat(t.Context(), f.Key); err != nil || o.Size == 0 {
			t.Errorf("%s: %+v, %v", url, o, err)
		}
		testkit.WantFault(t, call(t, s, testkit.Owner("theirs"), "GET /media/{clip}/{file...}", "clip", c.ID, "file", path), fault.NotFound)
	}
	testkit.WantFault(t, call(t, s, ours, "GET /media/{clip}/{file...}", "clip", c.ID, "file", "../../sources/x"), fault.NotFound)
	wantClear(t, p)
}

// What is no media is refused, with a reason, whatever it is called.
func TestNoMediaIsRefused(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), clips.Service)
	for name, content := range map[string]string{
		"text.mp4":     "this is a text, not a video",
		"playlist.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
	} {
		c := send(t, s, name, []byte(content), nil)
		doc := testkit.WaitDocument(t, s, "ours", "clip/"+c.ID, func(c clips.Clip) bool { return c.State != "registered" })
		if doc.State != "refused" || doc.Reason == "" {
			t.Errorf("%s: %+v", name, doc)
		}
	}
}

// impatient is the service that gives up after the first try.
func impatient() run.Service {
	s := clips.Service
	s.Reactors = append([]run.Reactor{}, s.Reactors...)
	for i := range s.Reactors {
		s.Reactors[i].Attempts = 1
	}
	return s
}

func retry(t *testing.T, s *testkit.System, who api.Caller, clip string) (clips.Clip, error) {
	t.Helper()
	var c clips.Clip
	_, err := s.Call(t, who, "POST /api/clips/{clip}/retry", testkit.Params("clip", clip), &c)
	return c, err
}

// A stored file that is gone is a failure with a reason, not a clip that waits for ever. The clip can
// be tried again, and becomes playable when the file is sent again.
func TestFailedClipIsTriedAgain(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, impatient())
	file := filepath.Join(t.TempDir(), "sample.mp4")
	if err := media.Sample(t.Context(), file, 1); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	id := es.DerivedID("clip", "ours", fmt.Sprintf("%x", sha256.Sum256(data)))
	if _, err := p.Logs.Append(t.Context(), "ours", events.ClipRegistered{
		Clip: id, Stream: "s1", Name: "a.mp4", Size: int64(len(data)), Object: "ours/sources/x/source",
	}, es.Expect(0)); err != nil {
		t.Fatal(err)
	}
	failed := func(c clips.Clip) bool { return c.State == "failed" }
	doc := testkit.WaitDocument(t, s, "ours", "clip/"+id, failed)
	if doc.Reason != "Looking at it was given up after several tries: its stored file is missing. Upload the file again." {
		t.Fatalf("reason %q", doc.Reason)
	}
	again, err := retry(t, s, ours, id)
	if err != nil || again.State == "packaged" || again.StreamID != "s1" {
		t.Fatalf("clip %+v, %v", again, err)
	}
	told[events.ClipFailed](t, s, 2, nil) // the document may still be that of the first time
	last, err := p.Logs.Last(t.Context(), events.Facts.Name)
	if err != nil {
		t.Fatal(err)
	}
	var now clips.Clip
	if _, err := s.Call(t, ours, "GET /api/clips/{clip}", testkit.Params("clip", id), &now, es.Position{Log: events.Facts.Name, Seq: last}); err != nil || !failed(now) {
		t.Fatalf("clip %+v, %v", now, err)
	}
	if c := send(t, s, "b.mp4", data, nil); c.ID != id || c.StreamID != "s1" || c.State == "failed" {
		t.Fatalf("clip %+v", c)
	}
	told[events.ClipPackaged](t, s, 1, nil)
	doc = testkit.WaitDocument(t, s, "ours", "clip/"+id, func(c clips.Clip) bool { return c.State == "packaged" })
	if doc.Reason != "" {
		t.Fatalf("clip %+v", doc)
	}
	_, err = retry(t, s, ours, id)
	testkit.WantFault(t, err, fault.Conflict)
	_, err = retry(t, s, testkit.Owner("theirs"), id)
	testkit.WantFault(t, err, fault.NotFound)
	_, err = retry(t, s, api.Caller{Account: "v", Owner: "ours", Role: api.Viewer}, id)
	testkit.WantFault(t, err, fault.Forbidden)
	if stored, err := p.Blob.List(t.Context(), "ours/sources/"); err != nil || len(stored) != 1 {
		t.Errorf("%d files are stored, want 1: %v", len(stored), err)
	}
}

// What went wrong in detail names paths of the server, and is not for people.
func TestReasonsAreSentences(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, impatient())
	file := filepath.Join(t.TempDir(), "sample.mp4")
	if err := media.Sample(t.Context(), file, 1); err != nil {
		t.Fatal(err)
	}
	if err := p.Blob.Upload(t.Context(), file, "ours/sources/x/source"); err != nil {
		t.Fatal(err)
	}
	// A file where the folder of the clip's work should be.
	if err := os.MkdirAll(filepath.Join(p.Work, "clips"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/null", filepath.Join(p.Work, "clips", "c1")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Logs.Append(t.Context(), "ours", events.ClipRegistered{Clip: "c1", Stream: "s1", Name: "a.mp4", Size: 8, Object: "ours/sources/x/source"}); err != nil {
		t.Fatal(err)
	}
	doc := testkit.WaitDocument(t, s, "ours", "clip/c1", func(c clips.Clip) bool { return c.State != "registered" })
	if doc.State != "failed" || doc.Reason != "Looking at it was given up after several tries: something went wrong on the server; its log says what. Try again." {
		t.Errorf("clip %+v", doc)
	}
}

// Work that somebody did not want is told as that.
func TestCancelledWork(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	cause := events.ClipRegistered{Clip: "c1", Stream: "s1", Name: "a.mp4", Size: 8, Object: "ours/sources/x/source"}
	if _, err := p.Logs.Append(t.Context(), "ours", cause, es.ID("e1")); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Logs.Append(t.Context(), "ours", events.JobCancelled{Job: es.JobID("clips-probe", "e1"), Reactor: "clips-probe"}); err != nil {
		t.Fatal(err)
	}
	s := testkit.Start(t, p, clips.Service)
	doc := testkit.WaitDocument(t, s, "ours", "clip/c1", func(c clips.Clip) bool { return c.State != "registered" })
	if doc.State != "failed" || doc.Reason != "Looking at it was cancelled. Try again when you want it." {
		t.Errorf("clip %+v", doc)
	}
}

func TestForeignCursorsAreRefused(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	for _, cursor := range []string{"x", api.Cursor("garbage", "x"), api.Cursor("2026-01-31T20:00:00Z", "\x00"), api.Cursor("infinity", "")} {
		_, err := s.Call(t, ours, "GET /api/clips", testkit.Params("cursor", cursor), nil)
		testkit.WantFault(t, err, fault.Invalid)
	}
	if _, err := s.Call(t, ours, "GET /api/clips", testkit.Params("cursor", api.Cursor("0000-01-01T00:00:00Z", "x")), nil); err != nil {
		t.Error(err)
	}
}
