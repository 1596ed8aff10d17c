package twitch_test

import (
	"testing"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

func TestSubscribing(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	c, ws := listening(t, s)
	status, said := c.subscribe(t, "stream.online", "1", ws.session)
	first := said["data"].([]any)[0].(map[string]any)
	if status != 202 || first["status"] != "enabled" || first["cost"] != 0.0 || said["total"] != 1.0 || said["max_total_cost"] != 10.0 {
		t.Fatalf("subscribed with %d %v", status, said)
	}
	if status, said = c.subscribe(t, "stream.online", "1", ws.session); status != 409 || said["id"] != first["id"] {
		t.Fatalf("again: %d %v", status, said)
	}
	for range 2 {
		if status, said = c.subscribe(t, "stream.online", "1", connect(t, s.EventSubURL).session); status != 202 {
			t.Fatalf("over another socket: %d %v", status, said)
		}
	}
	if status, said = c.subscribe(t, "stream.offline", "1", connect(t, s.EventSubURL).session); status != 429 {
		t.Fatalf("over a fourth socket: %d %v", status, said)
	}
	if status, _, _ := c.do(t, "DELETE", "/eventsub/subscriptions?id="+first["id"].(string), nil); status != 204 {
		t.Fatalf("deleted with %d", status)
	}
	if status, _, _ := c.do(t, "DELETE", "/eventsub/subscriptions?id="+first["id"].(string), nil); status != 404 {
		t.Fatalf("deleted again with %d", status)
	}
	s.Drop()
	_, said, _ = c.do(t, "GET", "/eventsub/subscriptions?status=websocket_disconnected", nil)
	if said["total"] != 2.0 || said["data"].([]any)[0].(map[string]any)["transport"].(map[string]any)["disconnected_at"] == nil {
		t.Fatalf("after the drop there are %v", said)
	}
	if status, _, _ = c.do(t, "GET", "/eventsub/subscriptions?status=enabled&type=stream.online", nil); status != 400 {
		t.Fatalf("two filters got %d", status)
	}
}

func TestSubscribingToWhatCannotBe(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	c, ws := listening(t, s)
	ask := func(c client, kind, version string, condition map[string]any, session string) int {
		status, _, _ := c.do(t, "POST", "/eventsub/subscriptions", map[string]any{
			"type": kind, "version": version, "condition": condition, "transport": map[string]string{"method": "websocket", "session_id": session},
		})
		return status
	}
	ours := map[string]any{"broadcaster_user_id": "1001"}
	weak := client{s, s.Grant(s.Broadcaster).AccessToken}
	for name, c := range map[string]struct {
		got, want int
	}{
		"an old version":         {ask(c, "channel.follow", "1", ours, ws.session), 400},
		"a key that is missing":  {ask(c, "channel.follow", "2", ours, ws.session), 400},
		"a key that is unknown":  {ask(c, "stream.online", "1", map[string]any{"broadcaster_user_id": "1001", "color": "red"}, ws.session), 400},
		"a number":               {ask(c, "stream.online", "1", map[string]any{"broadcaster_user_id": 1001}, ws.session), 400},
		"nobody":                 {ask(c, "stream.online", "1", map[string]any{"broadcaster_user_id": "7"}, ws.session), 400},
		"both sides of a raid":   {ask(c, "channel.raid", "1", map[string]any{"from_broadcaster_user_id": "1001", "to_broadcaster_user_id": "1001"}, ws.session), 400},
		"another session":        {ask(c, "stream.online", "1", ours, "AgoQnone"), 400},
		"a webhook type":         {ask(c, "user.authorization.revoke", "1", map[string]any{"client_id": s.ClientID}, ws.session), 400},
		"an app token":           {ask(client{s, s.AppToken()}, "stream.online", "1", ours, ws.session), 400},
		"a scope not granted":    {ask(weak, "channel.subscribe", "1", ours, ws.session), 403},
		"somebody else's":        {ask(c, "channel.subscribe", "1", map[string]any{"broadcaster_user_id": "3001"}, ws.session), 403},
		"somebody else's stream": {ask(c, "stream.online", "1", map[string]any{"broadcaster_user_id": "3001"}, ws.session), 202},
	} {
		if c.got != c.want {
			t.Errorf("%s got %d, expected %d", name, c.got, c.want)
		}
	}
	theirs := client{s, s.Grant(s.User("theirs"), all...).AccessToken}
	if got := ask(theirs, "stream.online", "1", ours, ws.session); got != 400 {
		t.Errorf("the socket of somebody else got %d", got)
	}
	for i := range 10 { // nine more cost one each, and the last is too much
		user := s.User("viewer" + string(rune('a'+i)))
		want := 202
		if i == 9 {
			want = 429
		}
		if got := ask(c, "stream.online", "1", map[string]any{"broadcaster_user_id": user.ID}, ws.session); got != want {
			t.Errorf("the one of %s got %d, expected %d", user.Login, got, want)
		}
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	_, ws := listening(t, s, "channel.chat.message", "stream.online")
	if !s.Revoke(s.State().Subscriptions[0].ID, "chat_user_banned") || s.Revoke("nothing", "user_removed") {
		t.Fatal("the wrong one was revoked")
	}
	if got := ws.next(t, "revocation"); got.Payload.Subscription.Status != "chat_user_banned" || got.Metadata.Kind != "channel.chat.message" {
		t.Fatalf("told %+v", got)
	}
	s.Say(s.User("theirs"), "nobody hears this")
	s.Online()
	if got := ws.next(t, "notification"); got.Metadata.Kind != "stream.online" {
		t.Fatalf("told %+v", got)
	}
	s.Disconnect(s.Broadcaster)
	if got := s.State().Subscriptions[1].Status; got != "authorization_revoked" {
		t.Fatalf("a subscription outlived the connection: %s", got)
	}
	if got := ws.next(t, "revocation"); got.Payload.Subscription.Status != "authorization_revoked" {
		t.Fatalf("told %+v", got)
	}
	until(t, s, func(st twitch.State) bool { return st.Tokens == 0 })
}
