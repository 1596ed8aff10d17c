package twitch

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

func TestAGapHasItsLengthWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	began := time.Now()
	g := missedSince(began, began.Add(time.Minute), "")
	if g.to.Sub(g.from) != time.Minute {
		t.Errorf("gap %+v", g)
	}
	// What is known from before a restart has no other clock than the machine's, which was set back.
	g = missedSince(began.Add(time.Hour).Round(0), began, "")
	if !g.from.Equal(g.to) {
		t.Errorf("gap %+v", g)
	}
}

func TestATimeWithoutPermissionIsAGapThatSaysSo(t *testing.T) {
	t.Parallel()
	h := listened(t)
	h.fake.Disconnect(h.fake.Broadcaster)
	h.await(t, events.Facts, "connection.lost", 1)
	h.connect(t)
	h.heard(t, events.Facts, "capture.gap_detected", func(e es.Event) bool { // there may be one of a slow beginning
		return strings.Contains(bodyAs[events.GapDetected](t, e).Why, "not connected")
	})
}

// What is on its way when a message is taken in was not heard yet.
func TestAMessageIsHeardFromWhenItWasSent(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for stamp, ago := range map[string]time.Duration{
		now.Add(-2 * time.Second).UTC().Format(time.RFC3339Nano): 2 * time.Second,
		now.Add(-time.Hour).UTC().Format(time.RFC3339Nano):       35 * time.Second,
		now.Add(time.Hour).UTC().Format(time.RFC3339Nano):        0,
		"": 0,
	} {
		var f frame
		f.Metadata.Timestamp = stamp
		if got := now.Sub(f.sent(now, 35*time.Second)); got != ago {
			t.Errorf("%q was sent %s ago", stamp, got)
		}
	}
}

func TestTheSameFollowIsFoundOnce(t *testing.T) {
	t.Parallel()
	h := listened(t)
	at := time.Now().UTC()
	h.fake.Emit("channel.follow", map[string]any{"user_id": h.fake.User("theirs").ID, "broadcaster_user_id": ourChannel, "followed_at": at.Format(time.RFC3339Nano)})
	told := bodyAs[events.ActivitySeen](t, h.await(t, events.Chat, "channel.activity_seen", 1)[0])
	l := &listener{link: link{Owner: "ours", Channel: ourChannel, Scopes: asked()}, d: h.d, clock: machine{}}
	found := followID(l.Channel, h.fake.User("theirs").ID, at.Truncate(time.Second))
	if told.Activity != found {
		t.Errorf("told %s, found %s", told.Activity, found)
	}
	n, err := l.findFollowers(t.Context(), gap{from: time.Now().AddDate(-50, 0, 0), to: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	list := h.all(t, events.Chat, "channel.activity_seen")
	if len(list) != n+1 {
		t.Errorf("%d are found, and %d there", n, len(list)-1)
	}
	for _, e := range list[1:] {
		if a := bodyAs[events.ActivitySeen](t, e); !a.Found || a.Alert || e.Time.After(time.Now()) || a.Kind != "follow" {
			t.Errorf("found %+v", a)
		}
	}
	l.Scopes = nil
	if _, err := l.findFollowers(t.Context(), gap{from: at, to: at}); err == nil {
		t.Error("nobody may look who follows")
	}
}

func TestAStreamThatEndedInAGapIsFoundWhenItIsCertain(t *testing.T) {
	t.Parallel()
	c := newTimers()
	p, server := stage(t, fake.Config{Clock: c.Manual})
	h := enter(t, p, server, c)
	h.connect(t)
	h.await(t, events.Facts, "connection.heard", 1)
	server.Online()
	h.await(t, events.Facts, "channel.went_live", 1)
	server.Viewers(7)
	for len(h.all(t, events.Chat, "channel.viewers_counted")) == 0 {
		c.Advance(countEvery)
	}
	counted := bodyAs[events.ViewersCounted](t, h.await(t, events.Chat, "channel.viewers_counted", 1)[0])
	if counted.Viewers != 7 || counted.Channel != ourChannel {
		t.Errorf("counted %+v", counted)
	}
	h.Stop(t)
	server.Quietly(false)
	again := enter(t, p, server, c)
	c.armed(t.Context(), confirmAfter)
	if off := again.all(t, events.Facts, "channel.went_offline"); len(off) != 0 {
		t.Fatal("it is believed too early that the stream has ended")
	}
	c.Advance(confirmAfter)
	off := bodyAs[events.WentOffline](t, again.await(t, events.Facts, "channel.went_offline", 1)[0])
	if !off.Found {
		t.Error("it was told, not found")
	}
	again.await(t, events.Facts, "capture.gap_filled", 1)
}

func TestAChannelThatIsLiveWhenItIsConnectedIsFound(t *testing.T) {
	t.Parallel()
	p, server := stage(t, fake.Config{})
	h := enter(t, p, server, machine{})
	server.Quietly(true)
	h.connect(t)
	live := h.await(t, events.Facts, "channel.went_live", 1)[0]
	shown := h.await(t, events.Facts, "channel.updated", 1)[0]
	if e := bodyAs[events.WentLive](t, live); !e.Found || e.Channel != ourChannel || e.StartedAt.IsZero() || live.Seq < shown.Seq {
		t.Errorf("found %+v at %d, after its title at %d", e, live.Seq, shown.Seq)
	}
	if missed := h.all(t, events.Facts, "capture.gap_detected"); len(missed) != 0 {
		t.Errorf("nothing was missed, but %d gaps are told", len(missed))
	}
}

func TestAStreamThatEndedWhileDisconnectedIsFound(t *testing.T) {
	t.Parallel()
	c := newTimers()
	p, server := stage(t, fake.Config{Clock: c.Manual})
	h := enter(t, p, server, c)
	h.connect(t)
	h.await(t, events.Facts, "connection.heard", 1)
	server.Online()
	h.await(t, events.Facts, "channel.went_live", 1)
	if _, err := h.Call(t, ours(""), "DELETE /api/connections/twitch", api.Input{}, nil); err != nil {
		t.Fatal(err)
	}
	h.await(t, events.Facts, "connection.closed", 1)
	server.Quietly(false)
	h.connect(t)
	c.armed(t.Context(), confirmAfter)
	c.Advance(confirmAfter)
	if off := bodyAs[events.WentOffline](t, h.await(t, events.Facts, "channel.went_offline", 1)[0]); !off.Found {
		t.Error("it was told, not found")
	}
}

func TestOneProcessListensAtATime(t *testing.T) {
	t.Parallel()
	h := listened(t)
	ctx, cancel := context.WithCancel(t.Context())
	var other sync.WaitGroup
	other.Go(func() { _ = newEars(machine{}).listen(ctx, h.d) })
	defer other.Wait()
	defer cancel()
	h.say(t, 0, 1)
	h.await(t, events.Chat, "channel.message_sent", 1)
	if st := h.fake.State(); len(st.Sessions) != 1 {
		t.Fatalf("%d sessions", len(st.Sessions))
	}
	h.Stop(t)
	h.await(t, events.Facts, "capture.gap_filled", 1)
	h.say(t, 1, 2)
	h.await(t, events.Chat, "channel.message_sent", 2)
	if st := h.fake.State(); len(st.Sessions) != 2 {
		t.Fatalf("%d sessions", len(st.Sessions))
	}
}
