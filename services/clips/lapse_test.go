package clips_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

// wakeUp has the time of an upload come now.
func wakeUp(t *testing.T, logs *es.Conn, upload string) {
	t.Helper()
	if err := logs.SetTimer(t.Context(), "ours", events.UploadLapsed{Upload: upload}, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// due is when an upload lapses.
func due(t *testing.T, logs *es.Conn, upload string) (time.Duration, bool) {
	t.Helper()
	at, set, err := logs.Timer(t.Context(), "ours", events.UploadLapsed{Upload: upload})
	if err != nil {
		t.Fatal(err)
	}
	return time.Until(at), set
}

// An upload that nobody goes on with is thrown away when its time has come, and no other.
func TestUploadLapses(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, clips.Service)
	abandoned, kept, sent := start(t, s, "a.mp4", 5, nil), start(t, s, "b.mp4", 5, nil), start(t, s, "c.mp4", 5, nil)
	for _, up := range []clips.Upload{abandoned, kept, sent} {
		if in, set := due(t, p.Logs, up.ID); !set || in < 47*time.Hour || in > 48*time.Hour {
			t.Fatalf("due in %s, %v", in, set)
		}
	}
	put(t, sent.Parts[0].URL, []byte("12345")) // nothing but the object store hears of it
	wakeUp(t, p.Logs, sent.ID)
	wakeUp(t, p.Logs, abandoned.ID)
	db := s.Pool(t)
	for left := 3; left > 2; {
		if err := db.QueryRow(t.Context(), `select count(*) from vault.uploads`).Scan(&left); err != nil {
			t.Fatal(err)
		}
	}
	for waits := false; !waits; {
		in, set := due(t, p.Logs, sent.ID)
		waits = set && in > 47*time.Hour
	}
	var up clips.Upload
	for _, id := range []string{kept.ID, sent.ID} {
		if _, err := s.Call(t, ours, "GET /api/uploads/{upload}", testkit.Params("upload", id), &up); err != nil || len(up.Parts) != 1 {
			t.Errorf("got %+v, %v", up, err)
		}
		if err := call(t, s, ours, "DELETE /api/uploads/{upload}", "upload", id); err != nil {
			t.Error(err)
		}
		if _, set := due(t, p.Logs, id); set {
			t.Error("its timer is set")
		}
	}
	if begun, err := p.Blob.Multiparts(t.Context()); err != nil || len(begun) != 0 {
		t.Errorf("the object store still waits for %+v, %v", begun, err)
	}
}

// What is registered when a crash comes is brought to its end: no second file of the same content stays.
func TestCompletedUploadIsSettled(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, clips.Service)
	data := []byte("a text that is no media")
	c := send(t, s, "a.txt", data, nil)
	up := start(t, s, "b.txt", len(data), nil)
	put(t, up.Parts[0].URL, data)
	finish(t, s, up)
	if _, set := due(t, p.Logs, up.ID); set {
		t.Error("its timer is still set")
	}
	object := "ours/sources/" + up.ID + "/source" // as if the process had ended before it was removed
	file := filepath.Join(t.TempDir(), "source")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Blob.Upload(t.Context(), file, object); err != nil {
		t.Fatal(err)
	}
	wakeUp(t, p.Logs, up.ID)
	for there := 2; there > 1; {
		stored, err := p.Blob.List(t.Context(), "ours/sources/")
		if err != nil {
			t.Fatal(err)
		}
		there = len(stored)
	}
	if again := finish(t, s, up); again.ID != c.ID {
		t.Errorf("it is the clip %s, was %s", again.ID, c.ID)
	}
}

// Parts that no upload knows are thrown away when the service starts; those of others are not.
func TestOrphanedPartsAreReaped(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, idle())
	up := start(t, s, "a.mp4", 5, nil)
	for _, key := range []string{"ours/sources/nobody/source", "ours/sources/" + up.ID + "/source", "ours/clips/c1/video.mp4"} {
		if _, err := p.Blob.NewMultipart(t.Context(), key, "video/mp4"); err != nil {
			t.Fatal(err)
		}
	}
	s.Stop(t)
	s = testkit.Start(t, p, idle())
	begun, err := p.Blob.Multiparts(t.Context())
	if err != nil || len(begun) != 2 || begun[0].Key != "ours/clips/c1/video.mp4" || begun[1].Key != "ours/sources/"+up.ID+"/source" {
		t.Fatalf("the object store waits for %+v, %v", begun, err)
	}
	put(t, up.Parts[0].URL, []byte("12345"))
	finish(t, s, up)
}
