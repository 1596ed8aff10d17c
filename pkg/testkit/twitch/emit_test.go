package twitch_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

func TestEmit(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	_, ws := listening(t, s, "channel.chat.message")
	theirs := s.User("theirs")
	future := morning.Add(24 * time.Hour)
	s.Say(theirs, "later", twitch.ID("told"), twitch.At(future), twitch.Times(2))
	for range 2 {
		if got := ws.next(t, "notification"); got.Metadata.ID != "told" || !got.Metadata.Timestamp.Equal(future) || got.Metadata.Version != "1" {
			t.Fatalf("got %+v", got.Metadata)
		}
	}
	if !s.Redeliver("told", twitch.At(morning)) || s.Redeliver("nothing") {
		t.Fatal("the wrong message was sent again")
	}
	if got := ws.next(t, "notification"); got.Metadata.ID != "told" || !got.Metadata.Timestamp.Equal(morning) {
		t.Fatalf("got %+v", got.Metadata)
	}
	s.Twice(true)
	s.Say(theirs, "echo")
	if a, b := ws.next(t, "notification"), ws.next(t, "notification"); a.Metadata.ID != b.Metadata.ID {
		t.Fatal("the two have two ids")
	}
	s.Twice(false)
	s.Say(theirs, "raw", twitch.Raw([]byte(`{"metadata":`)))
	if _, said, err := ws.ReadMessage(); err != nil || string(said) != `{"metadata":` {
		t.Fatalf("got %s, %v", said, err)
	}
	s.Say(theirs, "big", twitch.Size(2<<20))
	if got := ws.next(t, "notification").Payload.Event; len(got["padding"].(string)) < 2<<20-2000 || got["message"] == nil {
		t.Fatal("the message is not big")
	}
	if sent := s.Emit("channel.chat.message", map[string]any{"broadcaster_user_id": "3001"}); len(sent) != 0 {
		t.Fatalf("a message of another channel was sent: %v", sent)
	}
	if sent := s.Emit("channel.follow", s.Follow(theirs)); len(sent) != 0 {
		t.Fatalf("what nobody subscribed to was sent: %v", sent)
	}
}

func TestABurstKeepsItsOrder(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	_, ws := listening(t, s, "channel.chat.message")
	theirs := s.User("theirs")
	var want []string
	for range 5000 {
		want = append(want, s.Say(theirs, "one of many").MessageID)
	}
	for i, id := range want {
		if got := ws.next(t, "notification").Payload.Event["message_id"]; got != id {
			t.Fatalf("message %d is %v", i, got)
		}
	}
}

func TestExamplesReachTheirSubscribers(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	scopes := append([]string{
		"moderator:read:blocked_terms", "moderator:read:chat_settings", "moderator:read:unban_requests", "moderator:read:banned_users",
		"moderator:read:chat_messages", "moderator:read:warnings", "moderator:read:moderators", "moderator:read:vips",
	}, all...)
	c := client{s, s.Grant(s.Broadcaster, scopes...).AccessToken}
	ws := connect(t, s.EventSubURL)
	known := map[string]bool{}
	for _, e := range append(s.Examples(), s.Ugly()...) {
		if !known[e.Type] {
			known[e.Type] = true
			condition := map[string]string{"broadcaster_user_id": "1001"}
			if e.Type == "channel.moderate" {
				condition["moderator_user_id"] = "1001"
				status, said, _ := c.do(t, "POST", "/eventsub/subscriptions", map[string]any{
					"type": e.Type, "version": e.Version, "condition": condition, "transport": map[string]string{"method": "websocket", "session_id": ws.session},
				})
				if status != 202 {
					t.Fatalf("%s: %d %v", e.Type, status, said)
				}
			} else if status, said := c.subscribe(t, e.Type, e.Version, ws.session); status != 202 {
				t.Fatalf("%s: %d %v", e.Type, status, said)
			}
		}
		sent := s.Emit(e.Type, e.Event)
		if len(sent) != 1 {
			t.Fatalf("%s reached %d subscriptions", e.Name, len(sent))
		}
		var want map[string]any
		if err := json.Unmarshal(sent[0].Event, &want); err != nil {
			t.Fatalf("%s is no JSON: %v", e.Name, err)
		}
		if got := ws.next(t, "notification"); got.Metadata.ID != sent[0].ID || len(got.Payload.Event) != len(want) {
			t.Fatalf("%s came as %+v", e.Name, got)
		}
	}
	if len(known) < 40 {
		t.Fatalf("there are examples of %d types only", len(known))
	}
}

func TestFragmentsMakeTheText(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	const text = "@theirs  Cheer100 nice Kappa ! cheer5 @nobody oursHype"
	m := s.Message(s.User("amber_fern"), text)
	var whole strings.Builder
	var kinds []string
	for _, f := range m.Message.Fragments {
		whole.WriteString(f.Text)
		kinds = append(kinds, f.Type)
	}
	if whole.String() != text || m.Cheer.Bits != 105 || strings.Join(kinds, " ") != "mention text cheermote text emote text cheermote text emote" {
		t.Fatalf("the fragments are %v of %q, the cheer %+v", kinds, whole.String(), m.Cheer)
	}
	reply := s.Message(s.User("theirs"), "yes").ReplyTo(s.Message(s.User("ours"), "what?").ReplyTo(m))
	if reply.Reply.ThreadMessageID != m.MessageID || reply.Reply.ParentMessageBody != "what?" {
		t.Fatalf("the reply is %+v", reply.Reply)
	}
}
