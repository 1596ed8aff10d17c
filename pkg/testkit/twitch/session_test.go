package twitch_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

func TestASessionThatSubscribesToNothingIsClosed(t *testing.T) {
	t.Parallel()
	s, clock := start(t)
	ws := connect(t, s.EventSubURL)
	clock.Advance(10 * time.Second)
	if code := ws.end(t); code != 4003 {
		t.Fatalf("closed with %d", code)
	}
	_, used := listening(t, s, "stream.online")
	clock.Advance(9 * time.Second)
	s.Online()
	used.next(t, "notification")
}

func TestAClientMaySayNothing(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	_, ws := listening(t, s, "stream.online")
	if err := ws.WriteMessage(websocket.TextMessage, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if code := ws.end(t); code != 4001 {
		t.Fatalf("closed with %d", code)
	}
	if got := s.State().Subscriptions[0]; got.Status != "websocket_received_inbound_traffic" || got.Transport.DisconnectedAt == "" {
		t.Fatalf("the subscription is %+v", got)
	}
}

func TestKeepalive(t *testing.T) {
	t.Parallel()
	s, clock := start(t)
	c := client{s, s.Grant(s.Broadcaster, all...).AccessToken}
	for asked, want := range map[string]int{"": 10, "?keepalive_timeout_seconds=1": 10, "?keepalive_timeout_seconds=25": 25, "?keepalive_timeout_seconds=9999": 600} {
		ws := dial(t, s.EventSubURL+asked)
		welcome := ws.next(t, "session_welcome")
		if got := *welcome.Payload.Session.Keepalive; got != want {
			t.Fatalf("%q got a keepalive of %d s", asked, got)
		}
		_ = ws.Close()
	}
	ws := connect(t, s.EventSubURL)
	if status, said := c.subscribe(t, "stream.online", "1", ws.session); status != 202 {
		t.Fatal(status, said)
	}
	clock.Advance(10 * time.Second)
	ws.next(t, "session_keepalive")
	clock.Advance(6 * time.Second)
	s.Online()
	ws.next(t, "notification")
	clock.Advance(9 * time.Second) // what was said counts
	s.Online()
	ws.next(t, "notification")
}

func TestSilence(t *testing.T) {
	t.Parallel()
	s, clock := start(t)
	_, ws := listening(t, s, "stream.online")
	s.Silence(true)
	clock.Advance(10 * time.Second)
	s.Silence(false)
	clock.Advance(10 * time.Second)
	if at := ws.next(t, "session_keepalive").Metadata.Timestamp; !at.Equal(morning.Add(20 * time.Second)) {
		t.Fatalf("a word came at %s", at)
	}
}

func TestAPingThatIsNotAnswered(t *testing.T) {
	t.Parallel()
	s, clock := start(t, func(c *twitch.Config) { c.PongWait = 50 * time.Millisecond })
	_, ws := listening(t, s, "stream.online")
	ws.SetPingHandler(func(string) error { return nil })
	clock.Advance(30 * time.Second)
	if code := ws.end(t); code != 4002 {
		t.Fatalf("closed with %d", code)
	}
}

func TestAPingThatIsAnswered(t *testing.T) {
	t.Parallel()
	s, clock := start(t)
	_, ws := listening(t, s, "stream.online")
	frames := make(chan error, 1)
	go func() {
		for {
			if _, _, err := ws.ReadMessage(); err != nil {
				frames <- err
				return
			}
		}
	}()
	clock.Advance(90 * time.Second)
	if pongs := s.State().Sessions[0].Pongs; pongs != 3 {
		t.Fatalf("%d pings were answered", pongs)
	}
	_ = ws.Close()
	if err := <-frames; err == nil {
		t.Fatal("the socket did not end")
	}
}

func TestReconnect(t *testing.T) {
	t.Parallel()
	s, clock := start(t)
	_, old := listening(t, s, "channel.chat.message")
	s.Reconnect()
	told := old.next(t, "session_reconnect").Payload.Session
	if told.Status != "reconnecting" || told.Keepalive != nil || told.ID != old.session {
		t.Fatalf("told to reconnect with %+v", told)
	}
	fresh := connect(t, told.Reconnect)
	if fresh.session != old.session {
		t.Fatal("the session has another id")
	}
	m := s.Say(s.User("theirs"), "while both are there")
	for _, ws := range []*socket{old, fresh} {
		if got := ws.next(t, "notification").Payload.Event["message_id"]; got != m.MessageID {
			t.Fatalf("got the message %v", got)
		}
	}
	clock.Advance(10 * time.Second) // subscriptions came along: nothing is unused
	old.next(t, "session_keepalive")
	fresh.next(t, "session_keepalive")
	go func() { // it answers pings
		for {
			if _, _, err := fresh.ReadMessage(); err != nil {
				return
			}
		}
	}()
	ended := make(chan int, 1)
	go func() { ended <- old.end(t) }()
	clock.Advance(20 * time.Second)
	if code := <-ended; code != 4004 {
		t.Fatalf("the former socket was closed with %d", code)
	}
	if got := s.State(); got.Sessions[0].Connections != 1 || got.Subscriptions[0].Status != "enabled" {
		t.Fatalf("after that: %+v", got)
	}
	again := dial(t, told.Reconnect)
	if code := again.end(t); code != 4007 {
		t.Fatalf("the same URL again was closed with %d", code)
	}
}

func TestReconnectThatNobodyFollows(t *testing.T) {
	t.Parallel()
	s, clock := start(t)
	_, ws := listening(t, s, "stream.online")
	s.Reconnect()
	ended := make(chan int, 1)
	go func() { ended <- ws.end(t) }()
	clock.Advance(30 * time.Second)
	if code := <-ended; code != 4004 {
		t.Fatalf("closed with %d", code)
	}
	if got := s.State().Subscriptions[0].Status; got != "websocket_failed_to_reconnect" {
		t.Fatalf("the subscription is %s", got)
	}
}

func TestDrop(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	c, ws := listening(t, s, "stream.online")
	if n := s.Drop(); n != 1 {
		t.Fatalf("%d sockets were dropped", n)
	}
	_, _, err := ws.ReadMessage()
	var closed *websocket.CloseError
	if errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
		t.Fatalf("the socket said %v", err)
	}
	if status, said := c.subscribe(t, "stream.offline", "1", ws.session); status != 400 {
		t.Fatal(status, said)
	}
	s.Fail(twitch.Failure{Path: "/ws", Status: http.StatusServiceUnavailable, Times: 1})
	if _, response, err := websocket.DefaultDialer.DialContext(t.Context(), s.EventSubURL, nil); err == nil || response.StatusCode != 503 {
		t.Fatal("the handshake did not fail")
	}
	connect(t, s.EventSubURL)
}
