package clips_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

func start(t testing.TB, s *testkit.System, name string, size int, more map[string]any) clips.Upload {
	t.Helper()
	body := map[string]any{"name": name, "size": size}
	for k, v := range more {
		body[k] = v
	}
	var up clips.Upload
	if _, err := s.Call(t, ours, "POST /api/uploads", testkit.Body(body), &up); err != nil {
		t.Fatal(err)
	}
	return up
}

func put(t testing.TB, url string, data []byte) {
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

func finish(t testing.TB, s *testkit.System, up clips.Upload) clips.Clip {
	t.Helper()
	var c clips.Clip
	if _, err := s.Call(t, ours, "POST /api/uploads/{upload}/complete", testkit.Params("upload", up.ID), &c); err != nil {
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
	_, err := s.Call(t, ours, "POST /api/uploads/{upload}/complete", testkit.Params("upload", up.ID), nil)
	testkit.WantFault(t, err, fault.Conflict)
	var again clips.Upload
	if _, err := s.Call(t, ours, "GET /api/uploads/{upload}", testkit.Params("upload", up.ID), &again); err != nil || len(again.Arrived) != 2 {
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
	testkit.WantFault(t, call(t, s, ours, "DELETE /api/uploads/{upload}", "upload", up.ID), fault.Conflict)
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
	if _, err := s.Call(t, ours, "GET /api/clips", testkit.Params(), &page); err != nil || len(page.Items) != 1 {
		t.Fatalf("%d clips, %v", len(page.Items), err)
	}
	stored, err := p.Blob.List(t.Context(), "ours/sources/")
	if err != nil || len(stored) != 1 {
		t.Fatalf("%d objects are stored, want 1: %v", len(stored), err)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	for name, body := range map[string]map[string]any{
		"empty file":      {"name": "a.mp4", "size": 0},
		"no name":         {"size": 5},
		"unknown stream":  {"name": "a.mp4", "size": 5, "streamId": "nope"},
		"long title":      {"name": "a.mp4", "size": 5, "title": strings.Repeat("x", 201)},
		"two lines":       {"name": "a.mp4", "size": 5, "contentType": "a\r\nb"},
		"long type":       {"name": "a.mp4", "size": 5, "contentType": "video/" + strings.Repeat("x", 5000)},
		"time of a fable": {"name": "a.mp4", "size": 5, "startedAt": "1234-01-31T20:00:00Z"},
		"end of a fable":  {"name": "a.mp4", "size": 5, "endedAt": "2345-01-31T20:00:00Z"},
		"no such zone":    {"name": "a.mp4", "size": 5, "timeZone": "Middle/Earth"},
		"zone by a path":  {"name": "a.mp4", "size": 5, "timeZone": "../../etc/passwd"},
	} {
		if _, err := s.Call(t, ours, "POST /api/uploads", testkit.Body(body), nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	up := start(t, s, "a.mp4", 5, nil)
	theirs := testkit.Owner("theirs")
	testkit.WantFault(t, call(t, s, theirs, "GET /api/uploads/{upload}", "upload", up.ID), fault.NotFound)
	testkit.WantFault(t, call(t, s, theirs, "POST /api/uploads/{upload}/complete", "upload", up.ID), fault.NotFound)
	if err := call(t, s, ours, "DELETE /api/uploads/{upload}", "upload", up.ID); err != nil {
		t.Fatal(err)
	}
	testkit.WantFault(t, call(t, s, ours, "POST /api/uploads/{upload}/complete", "upload", up.ID), fault.NotFound)
}

// More may be added to the stream of a clip before the stream itself is made.
func TestUploadToTheStreamOfAClip(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	first := send(t, s, "a.mp4", []byte("the first"), nil)
	if c := send(t, s, "b.mp4", []byte("the second"), map[string]any{"streamId": first.StreamID}); c.StreamID != first.StreamID {
		t.Errorf("clip %+v", c)
	}
	deleted := happened(t, s, events.StreamCreated{Stream: first.StreamID, Title: "x"}, events.StreamDeleted{Stream: first.StreamID})
	_, err := s.Call(t, ours, "POST /api/uploads", testkit.Body(map[string]any{"name": "c.mp4", "size": 5, "streamId": first.StreamID}), nil, deleted)
	testkit.WantFault(t, err, fault.Invalid)
}

// An upload is either thrown away or it becomes a clip.
func TestAbortAndCompleteExcludeEachOther(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, idle())
	db, err := pgx.Connect(t.Context(), p.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(context.WithoutCancel(t.Context())) }()
	data := []byte("being checked")
	up := start(t, s, "a.mp4", len(data), nil)
	put(t, up.Parts[0].URL, data)
	if _, err := db.Exec(t.Context(), `select pg_advisory_lock(hashtextextended('upload ' || $1::text, 0))`, up.ID); err != nil {
		t.Fatal(err)
	}
	testkit.WantFault(t, call(t, s, ours, "DELETE /api/uploads/{upload}", "upload", up.ID), fault.Conflict)
	if _, err := db.Exec(t.Context(), `select pg_advisory_unlock_all()`); err != nil {
		t.Fatal(err)
	}
	if err := call(t, s, ours, "DELETE /api/uploads/{upload}", "upload", up.ID); err != nil {
		t.Fatalf("a check that was cut short: %v", err)
	}
	for i := range 6 {
		data := fmt.Appendf(nil, "content %d", i)
		up := start(t, s, "a.mp4", len(data), nil)
		put(t, up.Parts[0].URL, data)
		var group sync.WaitGroup
		var made, thrown error
		group.Go(func() { made = call(t, s, ours, "POST /api/uploads/{upload}/complete", "upload", up.ID) })
		group.Go(func() { thrown = call(t, s, ours, "DELETE /api/uploads/{upload}", "upload", up.ID) })
		group.Wait()
		if (made == nil) == (thrown == nil) {
			t.Errorf("complete: %v; abort: %v", made, thrown)
		}
	}
}

// A completed upload tells which clip it has become.
func TestCompletedUploadNamesItsClip(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	data := []byte("all there")
	up := start(t, s, "a.mp4", len(data), nil)
	put(t, up.Parts[0].URL, data)
	c := finish(t, s, up)
	var got clips.Upload
	if _, err := s.Call(t, ours, "GET /api/uploads/{upload}", testkit.Params("upload", up.ID), &got); err != nil {
		t.Fatal(err)
	}
	if got.Clip != c.ID || got.Parts == nil || len(got.Parts) != 0 {
		t.Errorf("upload %+v, want the clip %s", got, c.ID)
	}
}

// A file that is too large for the installation is refused before it is sent.
func TestUploadLimit(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	p.Config.UploadLimit = 200_000_000
	s := testkit.Start(t, p, idle())
	start(t, s, "a.mp4", 200_000_000, nil)
	_, err := s.Call(t, ours, "POST /api/uploads", testkit.Body(map[string]any{"name": "a.mp4", "size": 200_000_001}), nil)
	testkit.WantFault(t, err, fault.TooLarge)
	if !strings.Contains(err.Error(), "at most 200 MB") {
		t.Error(err)
	}
	_, err = s.Call(t, ours, "POST /api/uploads", testkit.Body(map[string]any{"name": "a.mp4", "size": int64(5001) << 30}), nil)
	testkit.WantFault(t, err, fault.TooLarge)
}

// Whoever has lost an upload finds it by its file, and nobody else does.
func TestUnfinishedUploadsAreListed(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	ended := time.Date(2026, 1, 31, 21, 0, 0, 123_000_000, time.UTC)
	first := start(t, s, "a.mkv", 9, map[string]any{"endedAt": ended, "title": " Evening "})
	start(t, s, "b.mkv", 9, nil)
	data := []byte("done with")
	done := start(t, s, "a.mkv", len(data), nil)
	put(t, done.Parts[0].URL, data)
	finish(t, s, done)
	list := func(who api.Caller, params ...string) []clips.UnfinishedUpload {
		t.Helper()
		var page api.List[clips.UnfinishedUpload]
		if _, err := s.Call(t, who, "GET /api/uploads", testkit.Params(params...), &page); err != nil {
			t.Fatal(err)
		}
		return page.Items
	}
	if all := list(ours); len(all) != 2 || all[0].Name != "b.mkv" {
		t.Errorf("all: %+v", all)
	}
	found := list(ours, "name", "a.mkv", "size", "9")
	if len(found) != 1 || found[0].ID != first.ID || found[0].Title != "Evening" || !found[0].EndedAt.Equal(ended) {
		t.Errorf("found: %+v", found)
	}
	if others := slices.Concat(list(ours, "name", "a.mkv", "size", "8"), list(testkit.Owner("theirs"))); len(others) != 0 {
		t.Errorf("others: %+v", others)
	}
}

// After a clip was deleted, its content is as new; what had been sent before cannot be completed again.
func TestDeletedContentIsSentAgain(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, idle())
	data := []byte("twice in a life")
	up := start(t, s, "a.mp4", len(data), nil)
	put(t, up.Parts[0].URL, data)
	c := finish(t, s, up)
	gone, err := p.Logs.Append(t.Context(), "ours", events.ClipDeleted{Clip: c.ID, Object: "ours/sources/" + up.ID + "/source"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Call(t, ours, "POST /api/uploads/{upload}/complete", testkit.Params("upload", up.ID), nil, gone)
	testkit.WantFault(t, err, fault.NotFound)
	if !strings.Contains(err.Error(), "send the file again") {
		t.Error(err)
	}
	again := send(t, s, "b.mp4", data, nil)
	if again.ID != c.ID || again.Name != "b.mp4" || again.State != "registered" || again.StreamID == c.StreamID {
		t.Errorf("was %+v, is %+v", c, again)
	}
	if same := send(t, s, "c.mp4", data, nil); same.ID != c.ID || same.Name != "b.mp4" {
		t.Errorf("a third time: %+v", same)
	}
	if stored, err := p.Blob.List(t.Context(), "ours/sources/"); err != nil || len(stored) != 1 {
		t.Errorf("%d files are stored, want 1: %v", len(stored), err)
	}
}
