package obs_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/obs"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var (
	ours   = testkit.Owner("ours")
	theirs = testkit.Owner("theirs")
	began  = time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC)
)

func after(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }

// tell tells events of the bridge "studio".
func tell(t *testing.T, s *testkit.System, who api.Caller, list ...obs.BridgeEvent) (obs.TakenEvents, error) {
	t.Helper()
	var taken obs.TakenEvents
	_, err := s.Call(t, who, "POST /api/obs/{bridge}/events", testkit.Body(map[string]any{"events": list}, "bridge", "studio"), &taken)
	return taken, err
}

func bridgesOf(t *testing.T, s *testkit.System, who api.Caller) []obs.Bridge {
	t.Helper()
	at, err := s.Logs.Version(t.Context(), events.Facts, who.Owner, "obs", "studio")
	if err != nil {
		t.Fatal(err)
	}
	var page api.List[obs.Bridge]
	if _, err := s.Call(t, who, "GET /api/obs", testkit.Params(), &page, at); err != nil {
		t.Fatal(err)
	}
	return page.Items
}

// An evening: every kind of event, and what is known after it.
var evening = []struct {
	event obs.BridgeEvent
	then  func(b *obs.Bridge)
}{
	{obs.BridgeEvent{Kind: "connected", Version: "33.0.1", Folder: "/videos", Scene: "Break"}, func(b *obs.Bridge) {
		b.Connected, b.OBSVersion, b.Scene = true, "33.0.1", "Break"
	}},
	{obs.BridgeEvent{Kind: "disk_measured", Free: 10, Total: 100}, func(b *obs.Bridge) { b.Disk = &obs.Disk{Path: "/videos", Free: 10, Total: 100} }},
	{obs.BridgeEvent{Kind: "record_started", File: "a.mkv"}, func(b *obs.Bridge) {
		b.Recording, b.RecordingSince, b.RecordingFile = true, new(after(2)), "a.mkv"
	}},
	{obs.BridgeEvent{Kind: "clock_measured", File: "a.mkv", StartedAt: &began, ErrorMs: 0.5, OffsetMs: -12}, func(b *obs.Bridge) {
		b.OffsetMs, b.OffsetErrorMs = new(-12.0), new(0.5)
	}},
	{obs.BridgeEvent{Kind: "stream_started", TimecodeMs: 2000}, func(b *obs.Bridge) { b.Streaming, b.StreamSince = true, new(after(4)) }},
	{obs.BridgeEvent{Kind: "scene_changed", Scene: "Talking"}, func(b *obs.Bridge) { b.Scene = "Talking" }},
	{obs.BridgeEvent{Kind: "record_paused"}, func(b *obs.Bridge) { b.Paused = true }},
	{obs.BridgeEvent{Kind: "record_resumed"}, func(b *obs.Bridge) { b.Paused = false }},
	{obs.BridgeEvent{Kind: "replay_saved", File: "Replay 1.mkv"}, func(*obs.Bridge) {}},
	{obs.BridgeEvent{Kind: "record_split", File: "a.mkv", Next: "b.mkv"}, func(b *obs.Bridge) { b.RecordingFile = "b.mkv" }},
	{obs.BridgeEvent{Kind: "record_stopped", File: "b.mkv"}, func(b *obs.Bridge) {
		b.Recording, b.RecordingSince, b.RecordingFile = false, nil, ""
	}},
	{obs.BridgeEvent{Kind: "disconnected", Reason: "OBS was closed."}, func(b *obs.Bridge) { b.Connected, b.Reason = false, "OBS was closed." }},
	{obs.BridgeEvent{Kind: "connected", Version: "33.0.2", Folder: "/other", Scene: "Break", Streaming: true, Recording: true}, func(b *obs.Bridge) {
		b.Connected, b.Reason, b.OBSVersion, b.Scene, b.Disk.Path = true, "", "33.0.2", "Break", "/other"
		b.Recording, b.RecordingSince = true, new(after(12))
	}},
	{obs.BridgeEvent{Kind: "stream_stopped"}, func(b *obs.Bridge) { b.Streaming, b.StreamSince = false, nil }},
}

// numbered are the events of the evening, a second apart.
func numbered() []obs.BridgeEvent {
	var list []obs.BridgeEvent
	for i, step := range evening {
		step.event.ID, step.event.At = "e"+string(rune('a'+i)), after(i)
		list = append(list, step.event)
	}
	return list
}

// Every event changes what is known of the bridge; told again, it changes nothing.
func TestBridgeTells(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), obs.Service)
	if list := bridgesOf(t, s, ours); list == nil || len(list) != 0 {
		t.Errorf("at first there are %+v", list)
	}
	want := obs.Bridge{Bridge: "studio"}
	for i, e := range numbered() {
		if taken, err := tell(t, s, ours, e); err != nil || taken.Added != 1 || taken.Known != 0 {
			t.Fatalf("%s: %+v, %v", e.Kind, taken, err)
		}
		evening[i].then(&want)
		want.LastSeen = e.At
		if got := bridgesOf(t, s, ours); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Errorf("after %s: %+v, want %+v", e.Kind, got, want)
		}
	}
	live := testkit.WaitDocument(t, s, "ours", "obs", func(l api.List[obs.Bridge]) bool {
		return len(l.Items) == 1 && !l.Items[0].Streaming && l.Items[0].OBSVersion == "33.0.2"
	})
	if !reflect.DeepEqual(live.Items[0], want) {
		t.Errorf("live: %+v", live.Items[0])
	}
	before, _ := s.Logs.Last(t.Context(), "FACTS")
	if taken, err := tell(t, s, ours, numbered()...); err != nil || taken.Added != 0 || taken.Known != len(evening) {
		t.Errorf("told again: %+v, %v", taken, err)
	}
	if now, _ := s.Logs.Last(t.Context(), "FACTS"); now != before {
		t.Errorf("the log went from %d to %d", before, now)
	}
	if list := bridgesOf(t, s, theirs); len(list) != 0 {
		t.Errorf("others see %+v", list)
	}
	if taken, err := tell(t, s, theirs, numbered()[:1]...); err != nil || taken.Added != 1 {
		t.Errorf("others tell the same: %+v, %v", taken, err)
	}
}

// The facts are on the log in order, with OBS's own time.
func TestFactsOfABridge(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), obs.Service)
	if taken, err := tell(t, s, ours, numbered()...); err != nil || taken.Added != len(evening) {
		t.Fatalf("%+v, %v", taken, err)
	}
	last, err := s.Logs.Last(t.Context(), "FACTS")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	err = s.Logs.Tail(t.Context(), events.Facts, es.TailFrom{Until: last}, func(e es.Event) error {
		if !e.Time.Equal(after(len(names))) {
			t.Errorf("%s is at %s", e.Name, e.Time)
		}
		names = append(names, strings.TrimPrefix(e.Name, "obs."))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, e := range numbered() {
		want = append(want, e.Kind)
	}
	if !slices.Equal(names, want) {
		t.Errorf("on the log are %v", names)
	}
}

// What cannot be is refused with a sentence, and nothing of what was told with it is taken.
func TestRefusedEvents(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), obs.Service)
	good := obs.BridgeEvent{ID: "e1", Kind: "scene_changed", At: began, Scene: "Break"}
	for name, change := range map[string]func(e *obs.BridgeEvent){
		"no id":             func(e *obs.BridgeEvent) { e.ID = "" },
		"an odd id":         func(e *obs.BridgeEvent) { e.ID = "a b" },
		"no kind":           func(e *obs.BridgeEvent) { e.Kind = "" },
		"another kind":      func(e *obs.BridgeEvent) { e.Kind = "flew" },
		"no time":           func(e *obs.BridgeEvent) { e.At = time.Time{} },
		"the future":        func(e *obs.BridgeEvent) { e.At = time.Now().Add(48 * time.Hour) },
		"a clock of no use": func(e *obs.BridgeEvent) { e.Kind = "clock_measured" },
		"negative time":     func(e *obs.BridgeEvent) { e.TimecodeMs = -1 },
		"too much room":     func(e *obs.BridgeEvent) { e.Free = 1 },
		"a long scene":      func(e *obs.BridgeEvent) { e.Scene = strings.Repeat("x", 1001) },
	} {
		bad := good
		change(&bad)
		if _, err := tell(t, s, ours, good, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := tell(t, s, ours)
	testkit.WantFault(t, err, fault.Invalid)
	_, err = tell(t, s, ours, slices.Repeat([]obs.BridgeEvent{good}, 101)...)
	testkit.WantFault(t, err, fault.Invalid)
	_, err = s.Call(t, ours, "POST /api/obs/{bridge}/events", testkit.Body(map[string]any{"events": []obs.BridgeEvent{good}}, "bridge", "a b"), nil)
	testkit.WantFault(t, err, fault.Invalid)
	viewer := ours
	viewer.Role = api.Moderator
	_, err = tell(t, s, viewer, good)
	testkit.WantFault(t, err, fault.Forbidden)
	if last, err := s.Logs.Last(t.Context(), "FACTS"); err != nil || last != 0 {
		t.Errorf("on the log are %d events, %v", last, err)
	}
}
