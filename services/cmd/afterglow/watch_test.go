package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
	"github.com/afterglow-live/afterglow/services/streams"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Dir(path), 0o700))
	check(t, os.WriteFile(path, []byte(content), 0o600))
}

// takingIn is a platform that takes files in, and does nothing with them.
func takingIn(t *testing.T) *testkit.System {
	t.Helper()
	idle := clips.Service
	idle.Reactors = nil
	return testkit.Start(t, testkit.Platform(t), idle, streams.Service)
}

// sight is a watch that a test looks at.
type sight struct {
	*watcher
	lines chan watched
	away  atomic.Bool
	stop  context.CancelFunc
	done  chan error
	// warnings are what it told people.
	warnings chan string
}

// watching watches folders for a test, with what was decided before.
func watching(t *testing.T, p run.Platform, before *taken, existing bool, folders ...string) *sight {
	t.Helper()
	s := &sight{lines: make(chan watched, 100), warnings: make(chan string, 100), done: make(chan error, 1)}
	s.watcher = &watcher{
		watchCmd: watchCmd{Folders: folders, Existing: existing, Settle: 50 * time.Millisecond, JSON: true}, taken: before,
		settling: settling{after: 50 * time.Millisecond}, known: filesAlone{},
		t: &terminal{out: writerFunc(s.hear), err: writerFunc(s.warned), log: p.Logger},
		connect: func(context.Context) (platform, func(), error) {
			if s.away.Load() {
				return nil, nil, errors.New("nothing runs")
			}
			return inside{conn: p.Logs, caller: testkit.Owner("ours")}, func() {}, nil
		},
	}
	var ctx context.Context
	ctx, s.stop = context.WithCancel(t.Context())
	go func() { s.done <- s.run(ctx) }()
	t.Cleanup(func() { s.end(t) })
	return s
}

func (s *sight) end(t *testing.T) {
	t.Helper()
	s.stop()
	if err := <-s.done; err != nil {
		t.Errorf("watching: %v", err)
	}
	s.done <- nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func (s *sight) hear(p []byte) (int, error) {
	var line watched
	err := json.Unmarshal(p, &line)
	s.lines <- line
	return len(p), err
}

func (s *sight) warned(p []byte) (int, error) {
	s.warnings <- string(p)
	return len(p), nil
}

// wantWarning waits until something is told.
func (s *sight) wantWarning(t *testing.T, text string) {
	t.Helper()
	select {
	case told := <-s.warnings:
		if !strings.Contains(told, text) {
			t.Fatalf("told is %q, want %q", told, text)
		}
	case line := <-s.lines:
		t.Fatalf("%+v, want %q", line, text)
	case err := <-s.done:
		s.done <- err
		t.Fatalf("watching ended: %v", err)
	}
}

// want waits for what becomes of the next file.
func (s *sight) want(t *testing.T, what, name string) {
	t.Helper()
	select {
	case line := <-s.lines:
		if line.What != what || filepath.Base(line.File) != name {
			t.Fatalf("%s: %s %s, want %s: %s", filepath.Base(line.File), line.What, line.Reason, name, what)
		}
	case told := <-s.warnings:
		t.Fatalf("told is %q, want %s: %s", told, name, what)
	case err := <-s.done:
		s.done <- err
		t.Fatalf("watching ended: %v", err)
	}
}

func noneTaken(t *testing.T) *taken {
	return &taken{path: filepath.Join(t.TempDir(), "state", "watch.json"), Files: map[string]fate{}}
}

// What is recorded into a folder is imported once it is whole, once.
func TestWatch(t *testing.T) {
	t.Parallel()
	s := takingIn(t)
	dir := filepath.Join(t.TempDir(), "Videos")
	at := func(name string) string { return filepath.Join(dir, name) }
	write(t, at("old.mkv"), "recorded long ago")
	state := noneTaken(t)
	w := watching(t, s.Platform, state, false, dir)
	w.wantWarning(t, `1 older recordings in `+dir+` are left out; take them with: afterglow watch --existing "`+dir)

	write(t, at(".hidden.mkv"), "hidden")
	write(t, at("notes.txt"), "no recording")
	write(t, at("2026-01-31 20-00-00.mkv.part"), "renamed when it is whole")
	check(t, os.Rename(at("2026-01-31 20-00-00.mkv.part"), at("2026-01-31 20-00-00.mkv")))
	w.want(t, "imported", "2026-01-31 20-00-00.mkv")

	growing, err := os.Create(at("growing.mkv"))
	check(t, err)
	_, err = growing.WriteString("one ")
	check(t, err)
	write(t, at("below/meanwhile.mkv"), "another one, below")
	w.want(t, "imported", "meanwhile.mkv")
	_, err = growing.WriteString("two")
	check(t, err)
	write(t, at("vanishing.mkv.part"), "gone before it is whole")
	check(t, os.Remove(at("vanishing.mkv.part")))
	check(t, growing.Close())
	w.want(t, "imported", "growing.mkv")

	both := record(t, at("both.mkv"), "as OBS records it") // open until its copy is there, or it is whole alone
	write(t, at("both.mp4"), "as OBS remuxes it")
	check(t, both.Close())
	w.want(t, "imported", "both.mp4")
	w.want(t, "copy", "both.mkv")
	write(t, at("later.mkv"), "as it was recorded")
	w.want(t, "imported", "later.mkv")
	write(t, at("later.mp4"), "as it was remuxed later")
	w.want(t, "copy", "later.mp4")
	write(t, at("old.mp4"), "an old one, remuxed")
	w.want(t, "copy", "old.mp4")
	write(t, at("empty.mkv"), "")
	w.want(t, "refused", "empty.mkv")

	check(t, os.Rename(dir, dir+" away"))
	w.wantWarning(t, dir+" cannot be read")
	check(t, os.Rename(dir+" away", dir))
	w.wantWarning(t, dir+" is back")
	write(t, at("back.mkv"), "after the folder was away")
	w.want(t, "imported", "back.mkv")

	w.away.Store(true)
	write(t, at("patient.mkv"), "while the platform was away")
	w.wantWarning(t, "patient.mkv: nothing runs; it is tried again")
	w.away.Store(false)
	w.want(t, "imported", "patient.mkv")
	w.end(t)

	write(t, at("between.mkv"), "while nobody watched")
	check(t, json.Unmarshal(contentOf(t, state.path), state))
	again := watching(t, s.Platform, state, true, dir)
	var names []string
	for range 2 {
		line := <-again.lines
		names = append(names, line.What+" "+filepath.Base(line.File))
	}
	if !slices.Equal(names, []string{"imported old.mkv", "imported between.mkv"}) {
		t.Errorf("then: %v", names)
	}
	again.end(t)
	if len(again.lines) != 0 {
		t.Errorf("and: %+v", <-again.lines)
	}
	var page api.List[clips.Clip]
	_, err = s.Call(t, testkit.Owner("ours"), "GET /api/clips", testkit.Params(), &page)
	check(t, err)
	if len(page.Items) != 9 {
		t.Errorf("there are %d clips", len(page.Items))
	}
}

func contentOf(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	check(t, err)
	return data
}

// An import goes on where an earlier one of the same file stopped.
func TestImportGoesOn(t *testing.T) {
	t.Parallel()
	s := takingIn(t)
	file := filepath.Join(t.TempDir(), "a.mkv")
	content := bytes.Repeat([]byte("0123456789abcdef"), 20<<20/16)
	write(t, file, string(content))
	r, err := recordingAt(file)
	check(t, err)
	im := &importer{platform: inside{conn: s.Logs, caller: testkit.Owner("ours")}, t: &terminal{out: &bytes.Buffer{}, err: &bytes.Buffer{}, log: s.Logger}}
	first, err := im.begin(t.Context(), r)
	check(t, err)
	other := bytes.Repeat([]byte("x"), int(first.PartSize)) // tells whether the part is sent again
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, first.Parts[0].URL, bytes.NewReader(other))
	check(t, err)
	res, err := http.DefaultClient.Do(req)
	check(t, err)
	check(t, res.Body.Close())
	raw, _, err := im.take(t.Context(), r, newBar(im.t.err, ""))
	check(t, err)
	var made clips.Clip
	check(t, json.Unmarshal(raw, &made))
	sum := sha256.Sum256(append(other, content[first.PartSize:]...))
	if made.SHA256 != hex.EncodeToString(sum[:]) {
		t.Error("the part that had arrived was sent again")
	}
	if again, err := im.begin(t.Context(), r); err != nil || again.ID == first.ID || len(again.Arrived) != 0 {
		t.Errorf("then %+v, %v", again, err)
	}
}

// Files settle by their stem, and the best of a stem comes first.
func TestSettling(t *testing.T) {
	t.Parallel()
	s := settling{after: 10 * time.Second}
	now := time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC)
	file := func(path string, size int64) recording { return recording{path: path, size: size, modified: now} }
	busy := map[string]bool{}
	see := func(seconds int, there ...recording) (names string, again time.Duration) {
		at := now.Add(time.Duration(seconds) * time.Second)
		whole, next := s.see(at, there, func([]recording) map[string]bool { return busy })
		for _, group := range whole {
			for _, r := range group {
				names += fmt.Sprint(r.path, " ")
			}
		}
		if next.IsZero() {
			return names, 0
		}
		return names, next.Sub(at)
	}
	for _, step := range []struct {
		at    int
		there []recording
		whole string
		again time.Duration
	}{
		{0, []recording{file("a.mkv", 1), file("b.mkv", 1)}, "", 10 * time.Second},
		{6, []recording{file("a.mkv", 2), file("b.mkv", 1)}, "", 4 * time.Second},
		{10, []recording{file("a.mkv", 2), file("b.mkv", 1)}, "b.mkv ", 6 * time.Second},
		{12, []recording{file("a.mkv", 2), file("a.mp4", 1)}, "", 4 * time.Second},
		{17, []recording{file("a.mkv", 2), file("a.mp4", 1)}, "", 5 * time.Second},
		{22, []recording{file("a.mkv", 2), file("a.mp4", 1)}, "a.mp4 a.mkv ", 0},
		{30, nil, "", 0},
		{40, []recording{file("a.mkv", 2)}, "", 10 * time.Second},
	} {
		if whole, again := see(step.at, step.there...); whole != step.whole || again != step.again {
			t.Errorf("after %d s: %q, again in %s", step.at, whole, again)
		}
	}
	busy["a.mkv"] = true
	if whole, again := see(60, file("a.mkv", 2)); whole != "" || again != 10*time.Second {
		t.Errorf("while it is written: %q, again in %s", whole, again)
	}
}

// Folders are searched for recordings, oldest first; what is named is taken as it is.
func TestRecordingsOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"2026-02-01 20-00-00.mkv", "z/2026-01-31 20-00-00.MP4", "c.txt", ".git/d.mkv", "e.mkv.part"} {
		write(t, filepath.Join(dir, name), "x")
	}
	check(t, os.Mkdir(filepath.Join(dir, "nothing"), 0o700))
	found, err := recordingsOf([]string{filepath.Join(dir, "c.txt"), dir})
	check(t, err)
	var names []string
	for _, r := range found {
		names = append(names, filepath.Base(r.path))
	}
	if !slices.Equal(names, []string{"c.txt", "2026-01-31 20-00-00.MP4", "2026-02-01 20-00-00.mkv"}) {
		t.Errorf("found %v", names)
	}
	found, err = recordingsOf([]string{filepath.Join(dir, "nothing"), filepath.Join(dir, "c.txt"), filepath.Join(dir, "lost.mkv")})
	if len(found) != 1 || err == nil || !strings.Contains(err.Error(), "no recording in") || !strings.Contains(err.Error(), "lost.mkv") {
		t.Errorf("found %v, %v", found, err)
	}
}
