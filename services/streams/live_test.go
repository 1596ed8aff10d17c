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
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/streams"
)

// stage is a service that hears from the test what channels and OBS tell.
type stage struct {
	*shelf
	now time.Time
}

func newStage(t *testing.T) *stage {
	t.Helper()
	return onStage(t, testkit.Platform(t))
}

func onStage(t *testing.T, p run.Platform) *stage {
	t.Helper()
	return &stage{&shelf{System: testkit.Start(t, p, streams.Service), t: t}, time.Now().UTC().Truncate(time.Second)}
}

// ago is so many minutes before the test began.
func (s *stage) ago(minutes int) time.Time { return s.now.Add(-time.Duration(minutes) * time.Minute) }

func (s *stage) clock(minutes int) events.ObsClock { return events.ObsClock{At: s.ago(minutes)} }

func (s *stage) online(minutes int) events.Event {
	return events.WentLive{Channel: "c1", Broadcast: "b", StartedAt: s.ago(minutes)}
}

// offline tells that the channel went off air.
func (s *stage) offline(minutes int) {
	s.t.Helper()
	s.tellAt(events.WentOffline{Channel: "c1"}, s.ago(minutes))
}

func (s *stage) tellAt(e events.Event, at time.Time) {
	s.t.Helper()
	var err error
	if s.told, err = s.Logs.Append(s.t.Context(), "ours", e, es.At(at)); err != nil {
		s.t.Fatal(err)
	}
}

// quiet waits until nothing comes any more of what was told; a timer may still.
func (s *stage) quiet() {
	s.t.Helper()
	for before := uint64(0); ; {
		for _, r := range streams.Service.Reactors {
			for {
				status, err := r.Status(s.t.Context(), s.Logs)
				if err == nil && status.Waiting == 0 && status.Working == 0 { // an error: it has not begun yet
					break
				}
				if s.t.Context().Err() != nil {
					s.t.Fatal(err)
				}
			}
		}
		last, err := s.Logs.Last(s.t.Context(), "FACTS")
		if err != nil {
			s.t.Fatal(err)
		}
		s.told = es.Position{Log: "FACTS", Seq: last}
		if last == before {
			return
		}
		before = last
	}
}

// live is what is on air once nothing comes any more.
func (s *stage) live() streams.Live {
	s.t.Helper()
	s.quiet()
	got, err := shown[streams.Live](s.shelf, ours, "GET /api/live", testkit.Params())
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

// when is what is on air as soon as it fits.
func (s *stage) when(fits func(streams.Live) bool) streams.Live {
	s.t.Helper()
	return testkit.WaitDocument(s.t, s.System, "ours", "live", fits)
}

// begins waits for a stream to be on air, another than the one before.
func (s *stage) begins(before streams.Live) streams.Live {
	s.t.Helper()
	v := s.when(func(v streams.Live) bool { return v.Live && v.Stream != before.Stream })
	testkit.WaitDocument(s.t, s.System, "ours", "stream/"+v.Stream, func(v streams.Stream) bool { return v.Live })
	return v
}

// ends waits for the stream to be over.
func (s *stage) ends(stream string) streams.Stream {
	s.t.Helper()
	return testkit.WaitDocument(s.t, s.System, "ours", "stream/"+stream, func(v streams.Stream) bool { return v.EndedAt != nil })
}

func dropped(v streams.Live) bool { return v.DroppedAt != nil }

func held(v streams.Live) bool { return v.Live && v.DroppedAt == nil }

// facts are those on the log: first of the broadcast, then of its streams, in a word each.
func (s *stage) facts() string {
	s.t.Helper()
	names := map[string][]string{}
	for seq := uint64(1); seq <= s.told.Seq; seq++ {
		e, err := s.Logs.Read(s.t.Context(), es.Position{Log: "FACTS", Seq: seq})
		if err != nil {
			s.t.Fatal(err)
		}
		names[e.Aggregate] = append(names[e.Aggregate], e.Name)
	}
	return strings.Join(append(names["broadcast"], names["stream"]...), " ")
}

func sources(v streams.Live) string {
	var names []string
	for _, s := range v.Sources {
		names = append(names, s.Source)
	}
	return strings.Join(names, " ")
}

func press(s *stage, endpoint string, body any) streams.Live {
	s.t.Helper()
	var v streams.Live
	if _, err := s.Call(s.t, ours, endpoint, testkit.Body(body), &v); err != nil {
		s.t.Fatal(err)
	}
	return v
}

// Whatever tells that something is live, and in whatever order, it is one stream from the first to the last.
func TestAllSourcesAreOneStream(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	if v := s.live(); v.Live || v.Stream != "" || v.Sources == nil {
		t.Fatalf("before anything: %+v", v)
	}
	s.tell(events.ChannelUpdated{Channel: "c1", Title: " Mine \n and yours "}, events.ObsStreamStarted{Bridge: "den", ObsClock: s.clock(60)})
	began := s.begins(streams.Live{})
	if !began.Live || began.Title != "Mine and yours" || began.Channel != "" || !began.StartedAt.Equal(s.ago(60)) || sources(began) != "obs" {
		t.Fatalf("began %+v", began)
	}
	s.tell(s.online(59), s.online(59))
	if v := s.when(func(v streams.Live) bool { return sources(v) == "obs twitch" }); v.Stream != began.Stream || v.Channel != "c1" {
		t.Fatalf("joined %+v", v)
	}
	if v := press(s, "POST /api/live/start", map[string]any{"title": "Another"}); v.Stream != began.Stream || v.Title != began.Title || sources(v) != "obs twitch button" {
		t.Fatalf("held %+v", v)
	}
	stream := testkit.WaitDocument(t, s.System, "ours", "stream/"+began.Stream, func(v streams.Stream) bool { return v.Channel != "" })
	if !stream.Live || stream.State != "live" || stream.Channel != "c1" || !stream.StartedAt.Equal(s.ago(60)) || stream.EndedAt != nil {
		t.Errorf("stream %+v", stream)
	}
	if got := s.list("state", "live"); len(got) != 1 || len(s.list("state", "empty")) != 0 {
		t.Errorf("live are %+v", got)
	}
	_, err := s.Call(t, ours, "DELETE /api/streams/{stream}", testkit.Params("stream", began.Stream), nil)
	testkit.WantFault(t, err, fault.Conflict)

	s.offline(6)
	s.tell(events.ObsStreamStopped{Bridge: "den", ObsClock: s.clock(5)})
	if v := s.when(dropped); !v.Live || sources(v) != "button" || !v.DroppedAt.Equal(s.ago(5)) || !v.GraceUntil.Equal(s.ago(-5)) {
		t.Fatalf("dropped %+v", v)
	}
	s.tell(s.online(2))
	if v := s.when(held); v.Stream != began.Stream || v.GraceUntil != nil {
		t.Fatalf("resumed %+v", v)
	}
	stopped := press(s, "POST /api/live/stop", nil)
	if stopped.Live || stopped.EndedAt == nil || stopped.EndedAt.Before(s.now) || sources(stopped) != "" {
		t.Fatalf("stopped %+v", stopped)
	}
	s.ends(began.Stream)
	s.tell(s.online(2)) // is told again
	if v := s.live(); v.Live || !v.EndedAt.Equal(*stopped.EndedAt) {
		t.Fatalf("after the end %+v", v)
	}
	if stream := s.stream(began.Stream); stream.Live || stream.State != "empty" || !stream.EndedAt.Equal(*stopped.EndedAt) {
		t.Errorf("stream %+v", stream)
	}
	if got := s.list(); len(got) != 1 {
		t.Errorf("streams %+v", got)
	}
	if again := press(s, "POST /api/live/stop", nil); again.Live || !again.EndedAt.Equal(*stopped.EndedAt) {
		t.Errorf("stopped again %+v", again)
	}
	want := "broadcast.began broadcast.joined broadcast.joined broadcast.left broadcast.left broadcast.resumed broadcast.ended " +
		"stream.created stream.went_live stream.went_live stream.went_live stream.ended"
	if got := s.facts(); got != want {
		t.Errorf("the log has\n%s, want\n%s", got, want)
	}
}

// A source that does not come back has ended the stream when it left, and the next one begins another.
func TestLongDropEndsTheStream(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.tell(s.online(120))
	first := s.begins(streams.Live{})
	s.offline(60)
	ended := s.when(func(v streams.Live) bool { return v.EndedAt != nil })
	if ended.Live || !ended.EndedAt.Equal(s.ago(60)) {
		t.Fatalf("ended %+v", ended)
	}
	s.tell(s.online(30))
	second := s.begins(first)
	if !second.StartedAt.Equal(s.ago(30)) || second.EndedAt != nil {
		t.Fatalf("the next one is %+v", second)
	}
	if stream := s.ends(first.Stream); stream.Live || !stream.EndedAt.Equal(s.ago(60)) {
		t.Errorf("stream %+v", stream)
	}
	if title := "Stream of " + s.ago(30).Format("2 January 2006"); second.Title != title {
		t.Errorf("the title is %q, want %q", second.Title, title)
	}
	// It is told at once that it went off air and came back too late.
	s.tellAt(events.WentOffline{Channel: "c1"}, s.ago(25))
	s.tell(s.online(5))
	third := s.begins(second)
	if !third.StartedAt.Equal(s.ago(5)) {
		t.Errorf("after that comes %+v", third)
	}
}

// What is over when it is heard of does not begin, however it is told.
func TestWhatIsOverDoesNotBegin(t *testing.T) {
	t.Parallel()
	for what, told := range map[string]func(s *stage){
		"the end comes first": func(s *stage) { s.offline(10); s.tell(s.online(60)) },
		"it is told too late": func(s *stage) { s.tell(s.online(49 * 60)) },
		"OBS has stopped before": func(s *stage) {
			s.tell(events.ObsStreamStopped{Bridge: "den", ObsClock: s.clock(1)}, events.ObsStreamStarted{Bridge: "den", ObsClock: s.clock(2)})
		},
		"OBS does not stream": func(s *stage) { s.tell(events.ObsConnected{Bridge: "den", ObsClock: s.clock(1)}) },
		"OBS has ended": func(s *stage) {
			s.tell(events.ObsDisconnected{Bridge: "den", ObsClock: s.clock(1)}, events.ObsConnected{Bridge: "den", ObsClock: s.clock(2), Streaming: true})
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			told(s)
			if v := s.live(); v.Live || v.Stream != "" {
				t.Errorf("%+v", v)
			}
		})
	}
}

// A reactor that is new reads all that ever was: it begins what is on air now, and nothing else.
func TestHistoryDoesNotBegin(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := &stage{&shelf{System: &testkit.System{Platform: p}, t: t}, time.Now().UTC().Truncate(time.Second)}
	for _, day := range []int{700, 30, 2, 1} {
		s.tellAt(s.online(day*24*60+60), s.ago(day*24*60+60))
		if day != 30 { // its end was never told
			s.offline(day * 24 * 60)
		}
		s.tell(
			events.ObsConnected{Bridge: "den", ObsClock: s.clock(day*24*60 + 70)},
			events.ObsStreamStarted{Bridge: "den", ObsClock: s.clock(day*24*60 + 60)},
			events.ObsStreamStopped{Bridge: "den", ObsClock: s.clock(day * 24 * 60)},
		)
	}
	s.tell(s.online(45))
	s = onStage(t, p)
	v := s.begins(streams.Live{})
	s.quiet()
	if v.StartedAt.Sub(s.ago(45)).Abs() > time.Minute || sources(v) != "twitch" {
		t.Errorf("%+v", v)
	}
	if got := s.facts(); got != "broadcast.began stream.created stream.went_live" {
		t.Errorf("the log has %s", got)
	}
}

// A clock that is ahead does not make a stream begin later than it is heard of.
func TestFutureIsNow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.tell(s.online(-600))
	if v := s.begins(streams.Live{}); v.StartedAt.After(time.Now()) {
		t.Errorf("%+v", v)
	}
	s.offline(-700)
	if v := s.when(dropped); v.DroppedAt.After(time.Now()) {
		t.Errorf("%+v", v)
	}
}

// What OBS did while nobody heard it is known when it is heard again.
func TestOBSIsHeardAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.tell(events.ObsStreamStarted{Bridge: "den", ObsClock: s.clock(60)}, events.ObsSceneChanged{Bridge: "den", ObsClock: s.clock(9)})
	first := s.begins(streams.Live{})
	// The bridge has crashed and begins anew.
	s.tell(events.ObsConnected{Bridge: "den", ObsClock: s.clock(8), Streaming: true})
	if v := s.live(); v.Stream != first.Stream || v.DroppedAt != nil {
		t.Fatalf("%+v", v)
	}
	// OBS has crashed, and streams again.
	s.tell(events.ObsDisconnected{Bridge: "den", ObsClock: s.clock(7)})
	if v := s.when(dropped); !v.DroppedAt.Equal(s.ago(7)) {
		t.Fatalf("%+v", v)
	}
	s.tell(events.ObsConnected{Bridge: "den", ObsClock: s.clock(6)}, events.ObsStreamStarted{Bridge: "den", ObsClock: s.clock(5)})
	if v := s.when(held); v.Stream != first.Stream {
		t.Fatalf("%+v", v)
	}
	// The machine has crashed: nobody told that, and nothing was heard for a while.
	s.tell(events.ObsDiskMeasured{Bridge: "den", ObsClock: s.clock(4)}, events.ObsConnected{Bridge: "den", ObsClock: s.clock(1)})
	if v := s.when(dropped); v.Stream != first.Stream || !v.DroppedAt.Equal(s.ago(4)) {
		t.Fatalf("%+v", v)
	}
	// There is another machine.
	s.tell(events.ObsStreamStarted{Bridge: "attic", ObsClock: s.clock(0)}, events.ObsStreamStarted{Bridge: "den", ObsClock: s.clock(0)})
	s.when(held)
	s.tell(events.ObsStreamStopped{Bridge: "den", ObsClock: s.clock(-1)})
	if v := s.live(); v.Stream != first.Stream || v.DroppedAt != nil || sources(v) != "obs" {
		t.Fatalf("%+v", v)
	}
}

// An end that was found afterwards was at some time in the gap: it counts from its beginning.
func TestFoundEndIsThatOfWhatWasHeard(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.tell(s.online(600))
	s.begins(streams.Live{})
	s.tell(events.GapDetected{Capture: "c1", Gap: "g", Source: "twitch", From: s.ago(400), To: s.ago(3), Why: "it was off"})
	s.tellAt(events.WentOffline{Channel: "c1", Found: true}, s.ago(3))
	v := s.when(func(v streams.Live) bool { return v.EndedAt != nil })
	if !v.EndedAt.Equal(s.ago(400)) {
		t.Errorf("%+v", v)
	}
}

// Two processes that hear of all sources at the same moment, and are asked too, make one stream.
func TestTwoProcessesMakeOneStream(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s, other := onStage(t, p), testkit.Start(t, p, streams.Service)
	for range 5 {
		var group sync.WaitGroup
		for _, system := range []*testkit.System{s.System, other} {
			for range 3 {
				group.Go(func() {
					if _, err := system.Call(t, ours, "POST /api/live/start", testkit.Body(map[string]any{}), nil); err != nil {
						t.Error(err)
					}
				})
			}
		}
		for _, e := range []events.Event{s.online(-1), events.ObsStreamStarted{Bridge: "den", ObsClock: events.ObsClock{At: time.Now()}}} {
			group.Go(func() {
				if _, err := p.Logs.Append(t.Context(), "ours", e); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		v := s.when(func(v streams.Live) bool { return v.Live && len(v.Sources) == 3 })
		if press(s, "POST /api/live/stop", nil).Stream != v.Stream {
			t.Error("it is another stream")
		}
		s.ends(v.Stream)
		s.tell(events.WentOffline{Channel: "c1"}, events.ObsStreamStopped{Bridge: "den", ObsClock: events.ObsClock{At: time.Now()}})
	}
	s.quiet()
	if got := s.facts(); strings.Count(got, "broadcast.began") != 5 || strings.Count(got, "stream.created") != 5 || strings.Count(got, "stream.ended") != 5 {
		t.Errorf("the log has %s", got)
	}
}

// Whatever was said when a crash came, the rest follows at the next start.
func TestCrashBetween(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		told []events.Event
		want string
	}{
		"after it began": {nil, "stream.created stream.went_live"},
		"after the stream was made": {
			[]events.Event{events.StreamCreated{Stream: "s1", Title: "a", StartedAt: time.Now()}}, "stream.went_live",
		},
		"before the timer was set": {
			[]events.Event{events.BroadcastLeft{Broadcast: "main", Stream: "s1", Source: "button", At: time.Now().Add(-time.Hour)}},
			"stream.created stream.went_live broadcast.ended stream.ended",
		},
		"before the stream has ended": {
			[]events.Event{events.BroadcastEnded{Broadcast: "main", Stream: "s1", At: time.Now()}}, "stream.created stream.went_live stream.ended",
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			p := testkit.Platform(t)
			s := &stage{&shelf{System: &testkit.System{Platform: p}, t: t}, time.Now()}
			s.tell(events.BroadcastBegan{Broadcast: "main", Stream: "s1", Title: "a", Source: "button", At: time.Now().Add(-2 * time.Hour)})
			s.tell(c.told...)
			before := s.told.Seq
			s = onStage(t, p)
			ended := strings.Contains(c.want, "stream.ended")
			testkit.WaitDocument(t, s.System, "ours", "stream/s1", func(v streams.Stream) bool { return v.Live != ended && (v.EndedAt != nil) == ended })
			s.quiet()
			var names []string
			for seq := before + 1; seq <= s.told.Seq; seq++ {
				e, err := p.Logs.Read(t.Context(), es.Position{Log: "FACTS", Seq: seq})
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, e.Name)
			}
			if got := strings.Join(names, " "); got != c.want {
				t.Errorf("after the crash came %s, want %s", got, c.want)
			}
		})
	}
}

// A service that is stopped again and again in the middle loses nothing and doubles nothing.
func TestStoppedInTheMiddle(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := onStage(t, p)
	for round := range 6 {
		s.tell(s.online(50 - 2*round))
		s.tell(events.ObsStreamStarted{Bridge: "den", ObsClock: s.clock(50 - 2*round)})
		s.Stop(t)
		s.offline(49 - 2*round)
		s.System = testkit.Start(t, p, streams.Service)
		s.tell(events.ObsStreamStopped{Bridge: "den", ObsClock: s.clock(49 - 2*round)})
	}
	s.tell(s.online(2))
	s.when(func(v streams.Live) bool { return sources(v) == "twitch" && v.Sources[0].Since.Equal(s.ago(2)) })
	s.quiet()
	if got := s.facts(); strings.Count(got, "broadcast.began") != 1 {
		t.Errorf("the log has %s", got)
	}
}

func TestButtonIsForThoseWhoMay(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	moderator := api.Caller{Account: "m", Owner: "ours", Role: api.Moderator}
	for _, endpoint := range []string{"POST /api/live/start", "POST /api/live/stop"} {
		_, err := s.Call(t, moderator, endpoint, testkit.Body(map[string]any{}), nil)
		testkit.WantFault(t, err, fault.Forbidden)
	}
	for name, body := range map[string]map[string]any{"two lines": {"title": "a\nb"}, "too long": {"title": strings.Repeat("a", 201)}, "only spaces": {"title": "  "}} {
		if _, err := s.Call(t, ours, "POST /api/live/start", testkit.Body(body), nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := s.Call(t, moderator, "POST /api/live/markers", testkit.Body(map[string]any{"label": "x"}), nil)
	testkit.WantFault(t, err, fault.Conflict)
	if v := press(s, "POST /api/live/start", map[string]any{"title": " By hand "}); !v.Live || v.Title != "By hand" || sources(v) != "button" {
		t.Errorf("%+v", v)
	}
	v := s.begins(streams.Live{})
	if v, err := shown[streams.Live](s.shelf, theirs, "GET /api/live", testkit.Params()); err != nil || v.Live || v.Stream != "" {
		t.Errorf("others see %+v, %v", v, err)
	}
	var marked streams.Marker
	if _, err := s.Call(t, moderator, "POST /api/live/markers", testkit.Body(map[string]any{"label": "  now ", "source": "hotkey"}), &marked); err != nil {
		t.Fatal(err)
	}
	if marked.Label != "now" || marked.Source != "hotkey" || marked.By != "m" || marked.At < 0 || marked.At > time.Since(s.now).Seconds() {
		t.Errorf("marked %+v", marked)
	}
	program := api.Caller{Account: "m", Owner: "ours", Role: api.Moderator, Token: "t1"}
	if _, err := s.Call(t, program, "POST /api/live/markers", testkit.Body(map[string]any{"label": "now"}), &marked); err != nil || marked.Source != "api" {
		t.Errorf("marked %+v, %v", marked, err)
	}
	_, err = s.Call(t, moderator, "POST /api/live/markers", testkit.Body(map[string]any{"label": "now", "source": "chat"}), nil)
	testkit.WantFault(t, err, fault.Invalid)
	stream := testkit.WaitDocument(t, s.System, "ours", "stream/"+v.Stream, func(v streams.Stream) bool { return len(v.Markers) == 2 })
	if len(stream.Markers) != 2 || stream.Markers[0].Source != "hotkey" {
		t.Errorf("markers %+v", stream.Markers)
	}
}

// command is one of somebody with a badge.
func (s *stage) command(id, command, arguments, badge string) events.CommandGiven {
	return events.CommandGiven{
		Channel: "c1", Message: id, Command: command, Arguments: arguments, Person: events.Person{ID: "person-of-chat", Login: "somebody", Name: "Somebody"},
		Badges: []events.Badge{{Set: badge, ID: "1"}},
	}
}

// say puts a command that was given some minutes ago on the log of the chat.
func (s *stage) say(minutes int, e events.CommandGiven, id string) {
	s.t.Helper()
	if _, err := s.Logs.Append(s.t.Context(), "ours", e, es.At(s.ago(minutes)), es.ID(id)); err != nil {
		s.t.Fatal(err)
	}
}

// What moderators mark in the chat is on the stream's clock, and nobody's name is kept with it.
func TestChatSetsMarkers(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	old := &stage{&shelf{System: &testkit.System{Platform: p}, t: t}, time.Now().UTC().Truncate(time.Second)}
	old.say(40, old.command("m0", "mark", "long ago", "moderator"), "0") // before there was a reactor
	s := onStage(t, p)
	s.say(3, s.command("m1", "mark", "nothing is live", "moderator"), "1")
	s.quiet()
	s.tell(s.online(60))
	v := s.begins(streams.Live{})
	other := s.command("m4", "mark", "elsewhere", "moderator")
	other.Channel = "c2"
	shared := s.command("m5", "mark", "of a guest", "moderator")
	shared.Shared = &events.Shared{Channel: events.Person{ID: "c9"}}
	s.say(2, s.command("m2", "mark", "what a save", "moderator"), "2")
	s.say(2, s.command("m2", "mark", "what a save", "moderator"), "2 again")
	s.say(1, s.command("m3", "mark", "me too", "subscriber"), "3")
	s.say(1, other, "4")
	s.say(1, shared, "5")
	s.say(30, s.command("m7", "mark", "told late", "moderator"), "7")
	s.say(70, s.command("m8", "mark", "before it began", "broadcaster"), "8")
	s.say(1, s.command("m9", "so", "what", "moderator"), "9")
	s.say(1, s.command("m10", "marker", "", "broadcaster"), "10")
	testkit.WaitDocument(t, s.System, "ours", "stream/"+v.Stream, func(v streams.Stream) bool { return len(v.Markers) == 2 })
	s.quiet()
	var got []string
	for _, m := range s.stream(v.Stream).Markers {
		got = append(got, fmt.Sprintf("%v %s %s%s", m.At/60, m.Label, m.Source, m.By))
	}
	if want := "[58 what a save chat 59 Marked in chat chat]"; fmt.Sprint(got) != want {
		t.Errorf("markers %v, want %s", got, want)
	}
	for seq := uint64(1); seq <= s.told.Seq; seq++ {
		e, err := p.Logs.Read(t.Context(), es.Position{Log: "FACTS", Seq: seq})
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.ToLower(fmt.Sprint(e.Meta, string(e.Data))); strings.Contains(text, "somebody") || strings.Contains(text, "person-of-chat") {
			t.Errorf("%s tells who it was: %s", e.Name, e.Data)
		}
	}
}

// Who may mark can be set.
func TestEverybodyMayMarkWhenThatIsSet(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	p.Config.MarkRoles = []string{"everyone"}
	s := onStage(t, p)
	s.tell(s.online(60))
	v := s.begins(streams.Live{})
	s.say(2, s.command("m1", "mark", "mine", "premium"), "1")
	testkit.WaitDocument(t, s.System, "ours", "stream/"+v.Stream, func(v streams.Stream) bool { return len(v.Markers) == 1 && v.Markers[0].Label == "mine" })
}

// A bridge that is started in the middle of a stream tells when OBS began, and that it goes on.
func TestBridgeIsStartedLate(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.tell(events.ObsStreamStarted{Bridge: "den", ObsClock: s.clock(30)}, events.ObsConnected{Bridge: "den", ObsClock: s.clock(1), Streaming: true})
	if v := s.begins(streams.Live{}); v.StartedAt == nil || !v.StartedAt.Equal(s.ago(30)) {
		t.Fatalf("%+v", v)
	}
}
