package twitch

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

func decodeInto(t testing.TB, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// say lets viewers write numbered messages.
func (h *hall) say(t testing.TB, from, to int) (want []string) {
	t.Helper()
	for i := from; i < to; i++ {
		h.fake.Say(h.fake.User("theirs"), fmt.Sprint(i))
		want = append(want, fmt.Sprint(i))
	}
	return want
}

func TestEverythingGrantedIsHeard(t *testing.T) {
	t.Parallel()
	h := listened(t)
	heard := bodyAs[events.ConnectionHeard](t, h.all(t, events.Facts, "connection.heard")[0])
	if heard.Transport != "websocket" || len(heard.Subscriptions) != len(grantedSubjects(asked())) {
		t.Fatalf("heard %+v", heard)
	}
	for _, sub := range heard.Subscriptions {
		if sub.Status != "enabled" {
			t.Errorf("%s is not told: %s, %s", sub.Type, sub.Status, sub.Reason)
		}
	}
	want := h.say(t, 0, 50)
	h.fake.Emit("channel.follow", map[string]any{"broadcaster_user_id": ourChannel, "user_id": "7", "user_login": "theirs", "user_name": "Theirs", "followed_at": "2026-03-14T20:00:00Z"})
	if got := texts(t, h.await(t, events.Chat, "channel.message_sent", 50)); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	follow := bodyAs[events.ActivitySeen](t, h.await(t, events.Chat, "channel.activity_seen", 1)[0])
	if follow.Kind != "follow" || !follow.Alert || follow.Person.ID != "7" {
		t.Errorf("follow %+v", follow)
	}
	h.fake.Online()
	if live := bodyAs[events.WentLive](t, h.await(t, events.Facts, "channel.went_live", 1)[0]); live.Found || live.Channel != ourChannel {
		t.Errorf("live %+v", live)
	}
	if gaps := h.all(t, events.Facts, "capture.gap_detected"); len(gaps) != 0 {
		t.Errorf("nothing was missed, but %d gaps are told", len(gaps))
	}
	if list := h.all(t, events.Facts, "connection.heard"); len(list) != 1 {
		t.Errorf("it is told %d times that Twitch is heard", len(list))
	}
}

func TestWhatIsToldTwiceIsThereOnce(t *testing.T) {
	t.Parallel()
	h := listened(t)
	h.fake.Twice(true)
	want := h.say(t, 0, 20)
	h.fake.Twice(false)
	want = append(want, h.say(t, 20, 21)...)
	if got := texts(t, h.await(t, events.Chat, "channel.message_sent", 21)); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestMovingLosesNothing(t *testing.T) {
	t.Parallel()
	h := listened(t)
	want := h.say(t, 0, 100)
	if len(h.fake.Reconnect()) != 1 {
		t.Fatal("there is no session to move")
	}
	want = append(want, h.say(t, 100, 200)...)
	if err := h.fake.Wait(t.Context(), func(s fake.State) bool { return s.Sessions[0].Reconnects == 1 && s.Sessions[0].Connections == 1 }); err != nil {
		t.Fatal(err)
	}
	want = append(want, h.say(t, 200, 300)...)
	got := texts(t, h.await(t, events.Chat, "channel.message_sent", 300))
	slices.Sort(got) // two sockets have no order between them
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %d: %v", len(got), got)
	}
	st := h.fake.State()
	if len(st.Sessions) != 1 || slices.Contains(st.Sessions[0].Closed, 4001) || slices.Contains(st.Sessions[0].Closed, 4004) {
		t.Errorf("sessions %+v", st.Sessions)
	}
	if gaps := h.all(t, events.Facts, "capture.gap_detected"); len(gaps) != 0 {
		t.Errorf("%d gaps", len(gaps))
	}
}

func TestADropIsAGapAndHeals(t *testing.T) {
	t.Parallel()
	h := listened(t)
	h.fake.Online()
	h.await(t, events.Facts, "channel.went_live", 1)
	h.say(t, 0, 1)
	h.await(t, events.Chat, "channel.message_sent", 1)
	h.fake.Fail(fake.Failure{Method: "GET", Path: "/helix/channels", Times: 2, Status: 503})
	h.fake.Drop()
	h.await(t, events.Facts, "connection.silent", 1)
	h.await(t, events.Facts, "connection.heard", 2)
	h.say(t, 1, 2)
	h.await(t, events.Chat, "channel.message_sent", 2)
	detected := h.await(t, events.Facts, "capture.gap_detected", 1)[0]
	gap := bodyAs[events.GapDetected](t, detected)
	if gap.Capture != ourChannel || gap.Source != "twitch" || !gap.To.After(gap.From) || gap.Why == "" {
		t.Errorf("gap %+v", gap)
	}
	filled := bodyAs[events.GapFilled](t, h.await(t, events.Facts, "capture.gap_filled", 1)[0])
	if filled.Gap != gap.Gap || !slices.Contains(filled.Filled, "stream") || !slices.Contains(filled.Filled, "channel") || !slices.Contains(filled.Missing, "chat") {
		t.Errorf("filled %+v", filled)
	}
	if live := h.all(t, events.Facts, "channel.went_live"); len(live) != 1 {
		t.Errorf("the stream is told %d times", len(live))
	}
}

func TestEveryCloseCodeHeals(t *testing.T) {
	t.Parallel()
	for _, code := range []int{4000, 4005, 4006} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			h := listened(t)
			h.fake.CloseSockets(code)
			h.await(t, events.Facts, "connection.heard", 2)
			silent := bodyAs[events.ConnectionSilent](t, h.all(t, events.Facts, "connection.silent")[0])
			if want := closings[code]; silent.Reason != fmt.Sprintf("%s (%d)", want, code) {
				t.Errorf("reason %q", silent.Reason)
			}
		})
	}
}

func TestOddMessagesAreOnRecord(t *testing.T) {
	t.Parallel()
	h := listened(t)
	h.fake.Emit("channel.follow", map[string]any{"user_id": "7"}, fake.Raw([]byte("{no json")))
	h.fake.Emit("channel.follow", map[string]any{"user_id": "8"}, fake.Size(2<<20))
	h.fake.Emit("channel.follow", map[string]any{"user_id": "9", "new": map[string]any{"field": 1}}, fake.At(time.Now().AddDate(1, 0, 0)))
	seen := h.await(t, events.Chat, "channel.activity_seen", 1)[0]
	if a := bodyAs[events.ActivitySeen](t, seen); a.Person.ID != "9" || seen.Time.After(time.Now()) {
		t.Errorf("seen at %s: %+v", seen.Time, a)
	}
	h.await(t, events.Facts, "capture.gap_filled", 1)
	if list := h.all(t, events.Facts, "connection.silent"); len(list) != 0 {
		t.Error("the session was lost")
	}
}

func TestSilenceIsNoticed(t *testing.T) {
	t.Parallel()
	c := newTimers()
	p, server := stage(t, fake.Config{Clock: c.Manual})
	h := enter(t, p, server, c)
	h.connect(t)
	h.await(t, events.Facts, "connection.heard", 1)
	server.Silence(true)
	for len(h.all(t, events.Facts, "connection.silent")) == 0 {
		c.Advance(keepaliveAsked + keepaliveGrace)
	}
	server.Silence(false)
	h.fake.Drop() // what the watchdog closed
}

func TestRevocationEndsTheConnection(t *testing.T) {
	t.Parallel()
	h := listened(t)
	st := h.fake.State()
	i := slices.IndexFunc(st.Subscriptions, func(s fake.Subscription) bool { return s.Type == "channel.follow" })
	h.fake.Revoke(st.Subscriptions[i].ID, "moderator_removed")
	gone := bodyAs[events.SubscriptionRevoked](t, h.await(t, events.Facts, "connection.subscription_revoked", 1)[0])
	if gone.Type != "channel.follow" || gone.Status != "moderator_removed" {
		t.Errorf("gone %+v", gone)
	}
	h.fake.Disconnect(h.fake.Broadcaster)
	lost := bodyAs[events.ConnectionLost](t, h.await(t, events.Facts, "connection.lost", 1)[0])
	if lost.Reason != "revoked" && lost.Reason != "refused" {
		t.Errorf("lost %+v", lost)
	}
	if err := h.fake.Wait(t.Context(), func(s fake.State) bool { return s.Sessions[len(s.Sessions)-1].Connections == 0 }); err != nil {
		t.Fatal(err)
	}
	h.connect(t)
	if err := h.fake.Subscribed(t.Context(), "channel.chat.message", "channel.follow"); err != nil {
		t.Fatal(err)
	}
	h.await(t, events.Facts, "capture.gap_detected", 1)
	h.shown(t, "open")
}

// shown waits until the document says so of the transport.
func (h *hall) shown(t *testing.T, state string) {
	t.Helper()
	testkit.WaitDocument(t, h.System, "ours", "connections", func(list Connections) bool {
		return len(list.Items) == 1 && list.Items[0].Transport.State == state
	})
}

// A connection that was lost, and turns out to hold after all, is shown as it is.
func TestLostAndFoundAgain(t *testing.T) {
	t.Parallel()
	h := listened(t)
	h.shown(t, "open")
	h.fake.Expire()
	if err := lose(t.Context(), h.d, "ours", "revoked", "somebody has taken it back"); err != nil {
		t.Fatal(err)
	}
	h.await(t, events.Facts, "connection.lost", 1)
	if _, err := ask[Connection](t, h, "POST /api/connections/twitch/reconnect", api.Input{}); err != nil {
		t.Fatal(err)
	}
	h.shown(t, "open")
}

func TestSubscriptionsThatFail(t *testing.T) {
	t.Parallel()
	p, server := stage(t, fake.Config{})
	h := enter(t, p, server, machine{})
	server.Fail(fake.Failure{Method: "POST", Path: "/helix/eventsub/subscriptions", Times: 1, Status: 403})
	h.connect(t)
	heard := bodyAs[events.ConnectionHeard](t, h.await(t, events.Facts, "connection.heard", 1)[0])
	var refused []events.Subscription
	for _, sub := range heard.Subscriptions {
		if sub.Status != enabled {
			refused = append(refused, sub)
		}
	}
	if len(refused) != 1 || refused[0].Status != "missing_scope" || refused[0].Reason == "" {
		t.Errorf("refused %+v", refused)
	}
}

func TestAStopIsAGap(t *testing.T) {
	t.Parallel()
	h := listened(t)
	h.fake.Emit("channel.update", map[string]any{"title": "before", "category_id": "1"})
	h.await(t, events.Facts, "channel.updated", 1)
	h.Stop(t)
	started := time.Now()
	h.fake.Quietly(true)
	again := enter(t, h.Platform, h.fake, machine{})
	var gap events.GapDetected
	again.heard(t, events.Facts, "capture.gap_detected", func(e es.Event) bool { // a slow machine may have made one before
		gap = bodyAs[events.GapDetected](t, e)
		return gap.To.After(started)
	})
	if gap.From.After(started) {
		t.Errorf("gap %+v, stopped before %s", gap, started)
	}
	var filled events.GapFilled
	again.heard(t, events.Facts, "capture.gap_filled", func(e es.Event) bool {
		filled = bodyAs[events.GapFilled](t, e)
		return filled.Gap == gap.Gap
	})
	live := bodyAs[events.WentLive](t, again.await(t, events.Facts, "channel.went_live", 1)[0])
	if !live.Found || filled.Found < 1 { // the stream; another title may have been found before
		t.Errorf("found %+v, %+v", live, filled)
	}
	if list := again.all(t, events.Facts, "connection.heard"); len(list) != 1 {
		t.Errorf("nothing has changed, but it is told %d times", len(list))
	}
}

func TestAClosedConnectionIsNoGap(t *testing.T) {
	t.Parallel()
	h := listened(t)
	if _, err := h.d.DB.Exec(t.Context(), "delete from vault.twitch_links"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Logs.Append(t.Context(), "ours", events.ConnectionClosed{Connection: connection}); err != nil {
		t.Fatal(err)
	}
	if err := h.fake.Wait(t.Context(), func(s fake.State) bool { return s.Sessions[0].Connections == 0 }); err != nil {
		t.Fatal(err)
	}
	h.connect(t)
	h.await(t, events.Facts, "connection.heard", 2)
	if gaps := h.all(t, events.Facts, "capture.gap_detected"); len(gaps) != 0 {
		t.Errorf("%d gaps", len(gaps))
	}
}
