package clips_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
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

var alice = testkit.Owner("alice")

// idle is the service without its reactors, for what does not need them.
func idle() run.Service {
	s := clips.Service
	s.Reactors = nil
	return s
}

func start(t *testing.T, s *testkit.System, name string, size int, more map[string]any) clips.Upload {
	t.Helper()
	body := map[string]any{"name": name, "size": size}
	for k, v := range more {
		body[k] = v
	}
	var up clips.Upload
	if _, err := s.Call(t, alice, "POST /api/uploads", testkit.Body(body), &up); err != nil {
		t.Fatal(err)
	}
	return up
}

func put(t *testing.T, url string, data []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if text, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK {
		t.Fatalf("putting a part: %s: %s", res.Status, text)
	}
}

func part(up clips.Upload, data []byte, number int) []byte {
	from := int64(number-1) * up.PartSize
	return data[from:min(from+up.PartSize, int64(len(data)))]
}

func finish(t *testing.T, s *testkit.System, up clips.Upload) clips.Clip {
	t.Helper()
	var c clips.Clip
	if _, err := s.Call(t, alice, "POST /api/uploads/{upload}/complete", testkit.Params("upload", up.ID), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func send(t *testing.T, s *testkit.System, name string, data []byte, more map[string]any) clips.Clip {
	t.Helper()
	up := start(t, s, name, len(data), more)
	for _, p := range up.Parts {
		put(t, p.URL, part(up, data, p.Number))
	}
	return finish(t, s, up)
}

// A file in several parts, put in any order and twice, is one clip, and what is missing is told.
func TestUploadInParts(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	data := bytes.Repeat([]byte("0123456789abcdef"), 40<<20/16)
	up := start(t, s, `C:\Videos\evening.mkv`, len(data), nil)
	if len(up.Parts) != 3 || up.Name != "evening.mkv" {
		t.Fatalf("%d parts, name %q", len(up.Parts), up.Name)
	}
	put(t, up.Parts[2].URL, part(up, data, 3))
	put(t, up.Parts[0].URL, part(up, data, 1))
	put(t, up.Parts[0].URL, part(up, data, 1))
	_, err := s.Call(t, alice, "POST /api/uploads/{upload}/complete", testkit.Params("upload", up.ID), nil)
	testkit.WantFault(t, err, fault.Conflict)
	var again clips.Upload
	if _, err := s.Call(t, alice, "GET /api/uploads/{upload}", testkit.Params("upload", up.ID), &again); err != nil || len(again.Arrived) != 2 {
		t.Fatalf("%+v, %v", again.Arrived, err)
	}
	put(t, again.Parts[1].URL, part(up, data, 2))
	c := finish(t, s, up)
	if c.Size != int64(len(data)) || c.State != "registered" || len(c.SHA256) != 64 {
		t.Fatalf("clip %+v", c)
	}
	if again := finish(t, s, up); again.ID != c.ID {
		t.Fatalf("completed again: %s, want %s", again.ID, c.ID)
	}
	testkit.WantFault(t, call(t, s, alice, "DELETE /api/uploads/{upload}", "upload", up.ID), fault.Conflict)
}

func call(t *testing.T, s *testkit.System, who api.Caller, endpoint string, params ...string) error {
	t.Helper()
	_, err := s.Call(t, who, endpoint, testkit.Params(params...), nil)
	return err
}

// The same content is one clip under any name, also when it is completed at the same moment.
func TestSameContentIsOneClip(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, idle())
	data := []byte("the same content")
	ids := make([]string, 4)
	var ups []clips.Upload
	for i := range ids {
		up := start(t, s, fmt.Sprintf("name-%d.mp4", i), len(data), nil)
		put(t, up.Parts[0].URL, data)
		ups = append(ups, up)
	}
	var group sync.WaitGroup
	for i, up := range ups {
		group.Go(func() { ids[i] = finish(t, s, up).ID })
	}
	group.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("clips %v", ids)
		}
	}
	var page api.List[clips.Clip]
	if _, err := s.Call(t, alice, "GET /api/clips", testkit.Params(), &page); err != nil || len(page.Items) != 1 {
		t.Fatalf("%d clips, %v", len(page.Items), err)
	}
	stored, err := p.Blob.List(t.Context(), "alice/sources/")
	if err != nil || len(stored) != 1 {
		t.Fatalf("%d objects are stored, want 1: %v", len(stored), err)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	for name, body := range map[string]map[string]any{
		"empty file":     {"name": "a.mp4", "size": 0},
		"no name":        {"size": 5},
		"unknown stream": {"name": "a.mp4", "size": 5, "streamId": "nope"},
		"long title":     {"name": "a.mp4", "size": 5, "title": strings.Repeat("x", 201)},
	} {
		if _, err := s.Call(t, alice, "POST /api/uploads", testkit.Body(body), nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	up := start(t, s, "a.mp4", 5, nil)
	mallory := testkit.Owner("mallory")
	testkit.WantFault(t, call(t, s, mallory, "GET /api/uploads/{upload}", "upload", up.ID), fault.NotFound)
	testkit.WantFault(t, call(t, s, mallory, "POST /api/uploads/{upload}/complete", "upload", up.ID), fault.NotFound)
	if err := call(t, s, alice, "DELETE /api/uploads/{upload}", "upload", up.ID); err != nil {
		t.Fatal(err)
	}
	testkit.WantFault(t, call(t, s, alice, "POST /api/uploads/{upload}/complete", "upload", up.ID), fault.NotFound)
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
	doc := testkit.WaitDocument(t, s, "alice", "clip/"+c.ID, func(c clips.Clip) bool { return c.State == "packaged" || c.State == "failed" })
	if doc.State != "packaged" || len(doc.Renditions) < 3 || doc.PosterURL == "" || doc.SpritesURL == "" || doc.Duration < 2.9 {
		t.Fatalf("clip %+v", doc)
	}
	for _, url := range []string{doc.HLSURL, doc.DASHURL, doc.PosterURL, doc.SpritesURL} {
		path := strings.TrimPrefix(url, "/media/"+c.ID+"/")
		var f api.File
		if _, err := s.Call(t, alice, "GET /media/{clip}/{file...}", testkit.Params("clip", c.ID, "file", path), &f); err != nil {
			t.Fatal(err)
		}
		if o, err := p.Blob.Stat(t.Context(), f.Key); err != nil || o.Size == 0 {
			t.Errorf("%s: %+v, %v", url, o, err)
		}
		testkit.WantFault(t, call(t, s, testkit.Owner("mallory"), "GET /media/{clip}/{file...}", "clip", c.ID, "file", path), fault.NotFound)
	}
	testkit.WantFault(t, call(t, s, alice, "GET /media/{clip}/{file...}", "clip", c.ID, "file", "../../sources/x"), fault.NotFound)
	if left, _ := os.ReadDir(filepath.Join(p.Work, "clips")); len(left) != 0 {
		t.Errorf("%d folders of work are left", len(left))
	}
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
		doc := testkit.WaitDocument(t, s, "alice", "clip/"+c.ID, func(c clips.Clip) bool { return c.State != "registered" })
		if doc.State != "refused" || doc.Reason == "" {
			t.Errorf("%s: %+v", name, doc)
		}
	}
}

// A stored file that is gone is a failure with a reason, not a clip that waits for ever.
func TestMissingFileIsAFailure(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	service := clips.Service
	service.Reactors = append([]run.Reactor{}, service.Reactors...)
	for i := range service.Reactors {
		service.Reactors[i].Attempts = 1
	}
	s := testkit.Start(t, p, service)
	if _, err := p.Logs.Append(t.Context(), "alice", events.ClipRegistered{Clip: "c1", Stream: "s1", Name: "a.mp4", Size: 1, Object: "alice/sources/x/source"}, es.Expect(0)); err != nil {
		t.Fatal(err)
	}
	doc := testkit.WaitDocument(t, s, "alice", "clip/c1", func(c clips.Clip) bool { return c.State != "registered" })
	if doc.State != "failed" || !strings.Contains(doc.Reason, "no such object") {
		t.Fatalf("clip %+v", doc)
	}
}
