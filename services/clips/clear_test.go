package clips_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

// A desk is cleared once its clip is done with, also when that became known while nothing ran here, and
// not while somebody works at it.
func TestDesksAreCleared(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	for _, e := range []events.Event{
		events.ClipRegistered{Clip: "before", Stream: "s1"},
		events.ClipFailed{Clip: "before", Reason: "it broke"},
		events.ClipRegistered{Clip: "after", Stream: "s1"},
		events.ClipRegistered{Clip: "busy", Stream: "s1"},
	} {
		if _, err := p.Logs.Append(t.Context(), "ours", e); err != nil {
			t.Fatal(err)
		}
	}
	for _, clip := range []string{"before", "after", "busy"} {
		if err := os.MkdirAll(filepath.Join(p.Work, "clips", clip), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	lock, err := os.Create(filepath.Join(p.Work, "clips", "busy", "lock"))
	if err == nil {
		err = unix.Flock(int(lock.Fd()), unix.LOCK_SH)
	}
	if err != nil {
		t.Fatal(err)
	}
	s := testkit.Start(t, p, idle())
	wantClear(t, p, "after", "busy")
	happened(t, s, events.ClipDeleted{Clip: "busy"}, events.ClipDeleted{Clip: "after"})
	wantClear(t, p, "busy")
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	happened(t, s, events.ClipDeleted{Clip: "busy"})
	wantClear(t, p)
}

// Who works at a desk keeps it from being cleared, and clears it when the work is cut short.
func TestDesksOfDeletedClipsAreCleared(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	m := testkit.Meddle(t, &p)
	file := filepath.Join(t.TempDir(), "a.mp4")
	if err := os.WriteFile(file, []byte("no film"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Blob.Upload(t.Context(), file, "ours/sources/x/source"); err != nil {
		t.Fatal(err)
	}
	fetching := make(chan struct{})
	began := sync.OnceFunc(func() { close(fetching) })
	m.With(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/source") {
			return false
		}
		began()
		<-r.Context().Done()
		return true
	})
	s := testkit.Start(t, p, clips.Service)
	happened(t, s, events.ClipRegistered{Clip: "c1", Stream: "s1", Name: "a.mp4", Size: 7, Object: "ours/sources/x/source"})
	<-fetching
	wantClear(t, p, "c1")
	if err := call(t, s, ours, "DELETE /api/clips/{clip}", "clip", "c1"); err != nil {
		t.Fatal(err)
	}
	wantClear(t, p)
}

// wantClear waits until there are desks of these clips alone, for as long as the test may take.
func wantClear(t *testing.T, p run.Platform, but ...string) {
	t.Helper()
	left := -1
	for t.Context().Err() == nil && left != len(but) {
		entries, err := os.ReadDir(filepath.Join(p.Work, "clips"))
		if err != nil {
			t.Fatal(err)
		}
		left = len(entries)
	}
	for _, clip := range but {
		if _, err := os.Stat(filepath.Join(p.Work, "clips", clip)); err != nil {
			t.Error(err)
		}
	}
}
