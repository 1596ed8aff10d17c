package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/obs"
	"github.com/afterglow-live/afterglow/services/clips"
	bridges "github.com/afterglow-live/afterglow/services/obs"
	"github.com/afterglow-live/afterglow/services/streams"
)

// studio is an OBS with a bridge beside it, and a platform that the bridge tells.
type studio struct {
	*testkit.System
	obs *fake.Server
	// folder is what OBS records into, state where the bridge remembers.
	folder, state string
	// away says that the platform cannot be reached.
	away atomic.Bool
	// late is by how many seconds the clock of OBS is late.
	late atomic.Int64
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	idle := clips.Service
	idle.Reactors = nil
	s := &studio{
		System: testkit.Start(t, testkit.Platform(t), idle, streams.Service, bridges.Service),
		folder: filepath.Join(t.TempDir(), "Videos"), state: filepath.Join(t.TempDir(), "state", "obs.json"),
	}
	check(t, os.MkdirAll(s.folder, 0o700))
	var err error
	s.obs, err = fake.Start(fake.Options{Directory: s.folder, Password: "secret", Clock: func() time.Time {
		return time.Now().Add(-time.Duration(s.late.Load()) * time.Second)
	}})
	check(t, err)
	t.Cleanup(s.obs.Close)
	return s
}

// heard is a bridge that a test listens to.
type heard struct {
	*obsBridge
	lines    chan string
	warnings chan string
	stop     context.CancelFunc
	done     chan error
}

// bridge starts the bridge, with what was remembered before.
func (s *studio) bridge(t *testing.T, change func(*obsCmd)) *heard {
	t.Helper()
	h := &heard{lines: make(chan string, 1000), warnings: make(chan string, 1000), done: make(chan error, 1)}
	hear := func(to chan string) io.Writer {
		return writerFunc(func(p []byte) (int, error) {
			to <- string(p)
			return len(p), nil
		})
	}
	cmd := obsCmd{URL: s.obs.URL(), Password: "secret", Name: "studio", Settle: 50 * time.Millisecond, JSON: true}
	if change != nil {
		change(&cmd)
	}
	h.obsBridge = &obsBridge{
		obsCmd: cmd, t: &terminal{out: hear(h.lines), err: hear(h.warnings), log: s.Logger}, pause: time.Millisecond,
		connect: func(context.Context) (platform, func(), error) {
			if s.away.Load() {
				return nil, nil, errors.New("nothing runs")
			}
			return inside{conn: s.Logs, caller: testkit.Owner("ours")}, func() {}, nil
		},
	}
	var err error
	h.journal, err = openJournal(s.state)
	check(t, err)
	h.taken, err = readTaken(s.state + "-files")
	check(t, err)
	var ctx context.Context
	ctx, h.stop = context.WithCancel(t.Context())
	go func() {
		defer close(h.done)
		err := h.run(ctx)
		h.journal.close() // whoever hears of the end may open it again
		h.done <- err
	}()
	t.Cleanup(func() { h.end(t) })
	return h
}

func (h *heard) end(t *testing.T) {
	t.Helper()
	h.stop()
	if err := <-h.done; err != nil {
		t.Errorf("the bridge ends with %v", err)
	}
}

// wait waits for a line about something, and answers it.
func (h *heard) wait(t *testing.T, parts ...string) string {
	t.Helper()
	for {
		select {
		case l := <-h.lines:
			if !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(l, part) }) {
				return l
			}
		case err := <-h.done:
			t.Fatalf("the bridge ends with %v, want %v", err, parts)
		}
	}
}

// bridgeThat is what the platform knows of the bridge, once it is so.
func (s *studio) bridgeThat(t *testing.T, ok func(bridges.Bridge) bool) bridges.Bridge {
	t.Helper()
	list := testkit.WaitDocument(t, s.System, "ours", "obs", func(l api.List[bridges.Bridge]) bool { return len(l.Items) == 1 && ok(l.Items[0]) })
	return list.Items[0]
}

// facts are all events of the bridge on the log.
func (s *studio) facts(t *testing.T) []es.Event {
	t.Helper()
	last, err := s.Logs.Last(t.Context(), events.Facts.Name)
	check(t, err)
	var all []es.Event
	check(t, s.Logs.Tail(t.Context(), events.Facts, es.TailFrom{Subject: events.Facts.Aggregate("ours", "obs", "studio"), Until: last}, func(e es.Event) error {
		all = append(all, e)
		return nil
	}))
	return all
}

// told are the kinds of the events of the bridge on the log, without those of the disk.
func (s *studio) told(t *testing.T) string {
	t.Helper()
	var kinds []string
	for _, e := range s.facts(t) {
		if kind := strings.TrimPrefix(e.Name, "obs."); kind != "disk_measured" {
			kinds = append(kinds, kind)
		}
	}
	return strings.Join(kinds, " ")
}

func (s *studio) clips(t *testing.T) map[string]clips.Clip {
	t.Helper()
	var page api.List[clips.Clip]
	_, err := s.Call(t, testkit.Owner("ours"), "GET /api/clips", testkit.Params(), &page)
	check(t, err)
	all := map[string]clips.Clip{}
	for _, c := range page.Items {
		all[c.Name] = c
	}
	return all
}

// record writes a recording as OBS does: it is open as long as it grows.
func record(t *testing.T, path, content string) *os.File {
	t.Helper()
	file, err := os.Create(path)
	check(t, err)
	_, err = file.WriteString(content)
	check(t, err)
	return file
}

// A recording is imported when it is whole, remuxed and all, with the start that was measured.
func TestBridgeImportsRecordings(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	s.obs.SetProfile("Video", "AutoRemux", "true")
	h := s.bridge(t, nil)
	h.wait(t, `"connected"`, "33.0.1", s.folder)
	before := time.Now()
	path := s.obs.StartRecord()
	after := time.Now()
	file := record(t, path, "as it is recorded")
	h.wait(t, `"clock_measured"`)
	measured := time.Now()
	s.obs.StopRecord()
	h.wait(t, `"record_stopped"`)
	check(t, file.Close())
	mp4 := strings.TrimSuffix(path, ".mkv") + ".mp4"
	check(t, media.Sample(t.Context(), mp4, 1))
	h.wait(t, `"imported"`, filepath.Base(mp4))
	h.wait(t, `"copy"`, filepath.Base(path))
	b := s.bridgeThat(t, func(b bridges.Bridge) bool { return b.OffsetMs != nil && !b.Recording && b.Disk != nil })
	// How exact it is depends on how fast OBS is answered here; timecodes are in whole frames.
	wrong := *b.OffsetErrorMs + milliseconds(time.Second/30*2)
	made, ok := s.clips(t)[filepath.Base(mp4)]
	if !ok || made.StartedAt == nil || milliseconds(before.Sub(*made.StartedAt)) > wrong || milliseconds(made.StartedAt.Sub(after)) > wrong {
		t.Errorf("the clip is %+v, recorded between %s and %s, give or take %v ms", made, before, after, wrong)
	}
	// It begins before OBS says so, and OBS has said so before it was measured.
	if *b.OffsetErrorMs < 0 || *b.OffsetMs > wrong || *b.OffsetMs < milliseconds(before.Sub(measured))-wrong || b.Disk.Path != s.folder || b.Disk.Total == 0 {
		t.Errorf("the bridge is %+v, its clock %v ± %v ms", b, *b.OffsetMs, *b.OffsetErrorMs)
	}
}

// A recording that is made while OBS streams belongs to the live stream.
func TestBridgePutsRecordingsIntoTheLiveStream(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	h := s.bridge(t, nil)
	h.wait(t, `"connected"`)
	s.obs.StartStream()
	live := testkit.WaitDocument(t, s.System, "ours", "live", func(l streams.Live) bool { return l.Live })
	path := s.obs.StartRecord()
	write(t, path, "all of it")
	s.obs.StopRecord()
	h.wait(t, `"imported"`)
	if made := s.clips(t)[filepath.Base(path)]; made.StreamID != live.Stream {
		t.Errorf("the clip is of the stream %s, live is %s", made.StreamID, live.Stream)
	}
}

// All that happens is told in order, also what happens while the platform is away; nothing is told twice.
func TestBridgeTellsInOrder(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	h := s.bridge(t, nil)
	s.bridgeThat(t, func(b bridges.Bridge) bool { return b.Connected && b.Scene == "Scene" })
	s.obs.StartStream()
	s.bridgeThat(t, func(b bridges.Bridge) bool { return b.Streaming })
	s.away.Store(true)
	s.obs.SetScene("Talking")
	path := s.obs.StartRecord()
	file := record(t, path, "one")
	h.wait(t, `"clock_measured"`)
	s.obs.PauseRecord()
	s.obs.ResumeRecord()
	s.obs.SaveReplay("Replay 1.mkv")
	next := filepath.Join(s.folder, "next.mkv")
	s.obs.Emit("RecordFileChanged", map[string]any{"newOutputPath": next})
	check(t, file.Close())
	write(t, next, "two")
	s.obs.StopRecord()
	s.obs.StopStream()
	if told := <-h.warnings; !strings.Contains(told, "nothing runs; it is tried again") {
		t.Errorf("told is %q", told)
	}
	h.wait(t, `"stream_stopped"`)
	h.end(t) // in the middle of it
	again := s.bridge(t, nil)
	again.wait(t, `"connected"`)
	s.away.Store(false)
	s.obs.Exit()
	s.bridgeThat(t, func(b bridges.Bridge) bool { return !b.Connected && b.Reason == "OBS was closed." })
	const want = "connected stream_started scene_changed record_started clock_measured record_paused record_resumed replay_saved " +
		"record_split record_stopped stream_stopped disconnected connected disconnected"
	if told := s.told(t); told != want {
		t.Errorf("told is\n%s, want\n%s", told, want)
	}
	for _, e := range s.facts(t) {
		var clock struct {
			Timecode int64 `json:"timecodeMs"`
		}
		check(t, json.Unmarshal(e.Data, &clock))
		if strings.Contains("obs.record_paused obs.record_resumed obs.record_split", e.Name) && clock.Timecode <= 0 {
			t.Errorf("%s has the timecode %d", e.Name, clock.Timecode)
		}
	}
	for range 2 {
		again.wait(t, `"imported"`)
	}
	if all := s.clips(t); len(all) != 2 || all["next.mkv"].StartedAt == nil {
		t.Errorf("there are %+v", all)
	}
}

// What happens while the bridge is dead is found when it lives again.
func TestBridgeFindsWhatItHasMissed(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	write(t, filepath.Join(s.folder, "old.mkv"), "recorded long before")
	h := s.bridge(t, nil)
	h.wait(t, `"connected"`)
	first := s.obs.StartRecord()
	growing := record(t, first, "one ")
	h.wait(t, `"clock_measured"`)
	h.end(t)

	s.obs.StopRecord() // nobody hears it
	check(t, growing.Close())
	second := filepath.Join(s.folder, "second.mkv")
	s.late.Store(10)
	s.obs.StartStream()
	s.obs.StartRecord()
	s.late.Store(0)
	growing = record(t, second, "two ")
	again := s.bridge(t, nil)
	again.wait(t, `"record_stopped"`, filepath.Base(first))
	again.wait(t, `"record_started"`, "second.mkv")
	again.wait(t, `"connected"`, `"streaming":true`, `"recording":true`)
	again.wait(t, `"imported"`, filepath.Base(first))
	s.obs.Drop()
	again.wait(t, `"disconnected"`)
	s.obs.NotReady(3)
	again.wait(t, `"connected"`)
	s.obs.StopRecord()
	check(t, growing.Close())
	again.wait(t, `"imported"`, "second.mkv")
	if all := s.clips(t); len(all) != 2 {
		t.Errorf("there are %d clips", len(all))
	}
	again.end(t)
	if told := s.told(t); strings.Count(told, "record_started") != 2 || strings.Count(told, "stream_started") != 1 || strings.Count(told, "record_stopped") != 2 {
		t.Errorf("told is %s", told)
	}
}

// A hotkey of OBS, a scene, and what other programs broadcast set markers, at the moment at which they came.
func TestBridgeSetsMarkers(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	h := s.bridge(t, func(c *obsCmd) { c.MarkReplays, c.MarkScreenshots, c.MarkScene = true, true, []string{"Break"} })
	h.wait(t, `"connected"`)
	s.obs.Custom(map[string]any{"afterglow": "marker", "label": "too early"})
	if told := <-h.warnings; !strings.Contains(told, `the marker "too early" is not set`) {
		t.Errorf("told is %q", told)
	}
	_, err := s.Logs.Append(t.Context(), "ours", events.BroadcastBegan{
		Broadcast: "main", Stream: "s1", Title: "an hour ago", Source: "button", At: time.Now().Add(-time.Hour).UTC(),
	})
	check(t, err)
	testkit.WaitDocument(t, s.System, "ours", "live", func(l streams.Live) bool { return l.Live })
	testkit.WaitDocument(t, s.System, "ours", "stream/s1", func(streams.Stream) bool { return true })
	s.obs.Custom(map[string]any{"afterglow": "marker", "label": "broadcast"})
	s.obs.Custom(map[string]any{"somebody": "else"})
	s.obs.SaveReplay("Replay 1.mkv")
	s.obs.Screenshot("/tmp/shot.png")
	s.obs.SetScene("Talking")
	s.obs.SetScene("Break")
	s.obs.Emit("VendorEvent", map[string]any{"vendorName": "deck", "eventType": "key", "eventData": map[string]any{"afterglow": "marker"}})
	now := testkit.WaitDocument(t, s.System, "ours", "stream/s1", func(v streams.Stream) bool { return len(v.Markers) == 5 })
	var labels []string
	for _, m := range now.Markers {
		labels = append(labels, m.Label)
	}
	slices.Sort(labels)
	if !slices.Equal(labels, []string{"Break", "Marker", "Marker", "Replay", "broadcast"}) {
		t.Errorf("the markers are %v", labels)
	}
	h.flag("before", now.StartedAt.Add(-time.Second))
	if told := <-h.warnings; !strings.Contains(told, "nothing was live then") {
		t.Errorf("told is %q", told)
	}
	h.flag("meanwhile", now.StartedAt.Add(90*time.Second))
	now = testkit.WaitDocument(t, s.System, "ours", "stream/s1", func(v streams.Stream) bool { return len(v.Markers) == 6 })
	if now.Markers[0].Label != "meanwhile" || now.Markers[0].At != 90 {
		t.Errorf("the markers are %+v", now.Markers)
	}
}

// With a wrong password the bridge ends, and says where the right one is.
func TestBridgeWithAWrongPassword(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	h := s.bridge(t, func(c *obsCmd) { c.Password = "wrong" })
	if err := <-h.done; err == nil || !strings.Contains(err.Error(), "Show Connect Info; set AFTERGLOW_OBS_PASSWORD to it") {
		t.Errorf("the bridge ends with %v", err)
	}
}

// What the journal says outlives a crash, in the middle of a line too; and it is one bridge's alone.
func TestJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state", "obs.json")
	j, err := openJournal(path)
	check(t, err)
	put := func(folder string) {
		check(t, j.change(func(s *obsState) []item {
			s.Folder = folder
			return []item{{Event: &bridges.BridgeEvent{ID: folder}}}
		}))
	}
	for _, folder := range []string{"a", "b", "c"} {
		put(folder)
	}
	check(t, j.told(1))
	put("d")
	if _, err := openJournal(path); err == nil || !strings.Contains(err.Error(), "give this one another --name") {
		t.Errorf("a second one opens it: %v", err)
	}
	j.close()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	check(t, err)
	_, err = file.WriteString(`{"state":{"folder":"e"},"ite`)
	check(t, err)
	check(t, file.Close())
	j, err = openJournal(path)
	check(t, err)
	defer func() { j.close() }()
	var ids []string
	for _, i := range j.next(t.Context()) {
		ids = append(ids, i.Event.ID)
	}
	if j.known.Folder != "d" || !slices.Equal(ids, []string{"b", "c", "d"}) {
		t.Errorf("it knows %+v and tells %v", j.known, ids)
	}
	// A disk that was full in the middle of a line is one that had a crash.
	whole := j.file
	j.file, err = os.OpenFile("/dev/full", os.O_WRONLY, 0)
	check(t, err)
	check(t, os.Mkdir(path+".new", 0o700))
	if err := j.change(func(*obsState) []item { return nil }); err == nil {
		t.Error("nothing was written, and that is no error")
	}
	_, err = whole.WriteString(`{"state":{"fol`)
	check(t, err)
	check(t, j.file.Close())
	check(t, os.Remove(path+".new"))
	j.file = whole
	put("f")
	j.close()
	j, err = openJournal(path)
	check(t, err)
	if left := j.left(); j.known.Folder != "f" || len(left) != 4 || left[3].Event.ID != "f" {
		t.Errorf("it knows %+v and tells %d", j.known, len(left))
	}
	j.close()
	write(t, path, "nonsense\n")
	if _, err := openJournal(path); err == nil || !strings.Contains(err.Error(), "remove that file to begin anew") {
		t.Errorf("nonsense is read: %v", err)
	}
	check(t, os.Remove(path))
	j, err = openJournal(path)
	check(t, err)
}
