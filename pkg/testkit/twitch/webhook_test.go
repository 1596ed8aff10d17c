package twitch_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

const secret = "a secret of the test"

// hook is a callback: what it gets it hands to the test, which says what is answered.
type hook struct {
	*httptest.Server
	got    chan received
	answer chan int
}

type received struct {
	http.Header
	body []byte
}

func listen(t *testing.T) *hook {
	t.Helper()
	h := &hook{got: make(chan received), answer: make(chan int)}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		select {
		case h.got <- received{r.Header, body}:
		case <-t.Context().Done():
			return
		}
		status := <-h.answer
		if r.Header.Get("Twitch-Eventsub-Message-Type") != "webhook_callback_verification" {
			w.WriteHeader(status)
			return
		}
		var v struct{ Challenge string }
		_ = json.Unmarshal(body, &v)
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(status)
		if status == 200 {
			_, _ = io.WriteString(w, v.Challenge)
		}
	}))
	t.Cleanup(h.Close)
	return h
}

// take answers the next message with a status.
func (h *hook) take(t *testing.T, kind string, status int) received {
	t.Helper()
	m := <-h.got
	h.answer <- status
	id, at := m.Get("Twitch-Eventsub-Message-Id"), m.Get("Twitch-Eventsub-Message-Timestamp")
	if m.Get("Twitch-Eventsub-Message-Type") != kind || m.Get("Twitch-Eventsub-Message-Signature") != twitch.Sign(secret, id, at, m.body) {
		t.Fatalf("got %v %s, expected %s", m.Header, m.body, kind)
	}
	return m
}

func (h *hook) subscribe(t *testing.T, s *twitch.Server, kind string, condition map[string]string) (int, map[string]any) {
	t.Helper()
	status, said, _ := client{s, s.AppToken()}.do(t, "POST", "/eventsub/subscriptions", map[string]any{
		"type": kind, "version": "1", "condition": condition, "transport": map[string]string{"method": "webhook", "callback": h.URL, "secret": secret},
	})
	return status, said
}

// until waits for a state of the server.
func until(t *testing.T, s *twitch.Server, holds func(twitch.State) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := s.Wait(ctx, holds); err != nil {
		t.Fatalf("%v: %+v", err, s.State())
	}
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	s, clock := start(t)
	h := listen(t)
	status, said := h.subscribe(t, s, "stream.online", map[string]string{"broadcaster_user_id": "1001"})
	first := said["data"].([]any)[0].(map[string]any)
	if status != 202 || first["status"] != "webhook_callback_verification_pending" || first["transport"].(map[string]any)["secret"] != nil {
		t.Fatalf("subscribed with %d %v", status, said)
	}
	h.take(t, "webhook_callback_verification", 200)
	if err := s.Subscribed(t.Context(), "stream.online"); err != nil {
		t.Fatal(err)
	}
	s.Online()
	m := h.take(t, "notification", 500)
	for i, pause := range []time.Duration{10 * time.Second, 30 * time.Second} {
		until(t, s, func(st twitch.State) bool { return st.Subscriptions[0].Failures == i+1 })
		clock.Advance(pause)
		again := h.take(t, "notification", map[bool]int{true: 500, false: 204}[i == 0])
		if again.Get("Twitch-Eventsub-Message-Id") != m.Get("Twitch-Eventsub-Message-Id") || again.Get("Twitch-Eventsub-Message-Retry") != []string{"1", "2"}[i] {
			t.Fatalf("sent again with %v", again.Header)
		}
	}
	until(t, s, func(st twitch.State) bool { return st.Subscriptions[0].Failures == 0 && st.Pending == 0 })
	s.Revoke(first["id"].(string), "user_removed")
	revoked := h.take(t, "revocation", 204)
	var v struct{ Subscription twitch.Subscription }
	if err := json.Unmarshal(revoked.body, &v); err != nil || v.Subscription.Status != "user_removed" {
		t.Fatalf("revoked with %s", revoked.body)
	}
	until(t, s, func(st twitch.State) bool { return st.Pending == 0 })
}

func TestAChallengeThatIsNotMet(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	h := listen(t)
	if status, said := h.subscribe(t, s, "stream.online", map[string]string{"broadcaster_user_id": "1001"}); status != 202 {
		t.Fatal(status, said)
	}
	h.take(t, "webhook_callback_verification", 204)
	until(t, s, func(st twitch.State) bool {
		return st.Subscriptions[0].Status == "webhook_callback_verification_failed"
	})
}

func TestWebhookFailuresThatAreTooMany(t *testing.T) {
	t.Parallel()
	s, _ := start(t, func(c *twitch.Config) { c.WebhookFailures = 2 })
	h := listen(t)
	if status, said := h.subscribe(t, s, "stream.offline", map[string]string{"broadcaster_user_id": "1001"}); status != 202 {
		t.Fatal(status, said)
	}
	h.take(t, "webhook_callback_verification", 200)
	if err := s.Subscribed(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Offline()
	s.Offline()
	h.take(t, "notification", 500)
	h.take(t, "notification", 500)
	h.take(t, "revocation", 204)
	until(t, s, func(st twitch.State) bool { return st.Subscriptions[0].Status == "notification_failures_exceeded" })
}

func TestWhatAWebhookNeeds(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	h := listen(t)
	chat := map[string]string{"broadcaster_user_id": "1001", "user_id": "1001"}
	if status, said := h.subscribe(t, s, "channel.chat.message", chat); status != 403 {
		t.Fatalf("without a grant: %d %v", status, said)
	}
	s.Grant(s.Broadcaster, "user:read:chat")
	if status, said := h.subscribe(t, s, "channel.chat.message", chat); status != 403 {
		t.Fatalf("without the bot scopes: %d %v", status, said)
	}
	s.Grant(s.Broadcaster, all...)
	status, said := h.subscribe(t, s, "channel.chat.message", chat)
	if status != 202 || said["total_cost"] != 0.0 || said["max_total_cost"] != 10000.0 {
		t.Fatalf("with all: %d %v", status, said)
	}
	h.take(t, "webhook_callback_verification", 200)
	user := client{s, s.Grant(s.Broadcaster, all...).AccessToken}
	ask := func(c client, callback, secret string) int {
		status, _, _ := c.do(t, "POST", "/eventsub/subscriptions", map[string]any{
			"type": "stream.online", "version": "1", "condition": map[string]string{"broadcaster_user_id": "1001"},
			"transport": map[string]string{"method": "webhook", "callback": callback, "secret": secret},
		})
		return status
	}
	app := client{s, s.AppToken()}
	if a, b, c := ask(user, h.URL, secret), ask(app, h.URL, "short"), ask(app, "nowhere", secret); a != 400 || b != 400 || c != 400 {
		t.Fatalf("a user's token got %d, a short secret %d, no URL %d", a, b, c)
	}
	public, _ := start(t, func(c *twitch.Config) { c.PublicCallbacks = true })
	if status := ask(client{public, public.AppToken()}, "http://"+net.JoinHostPort("127.0.0.1", "1"), secret); status != 400 {
		t.Fatalf("a callback without https got %d", status)
	}
	if err := s.Subscribed(t.Context(), "channel.chat.message"); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{202, 202, 429} { // with the first one, four of the same
		h.URL += "/another"
		if status, said := h.subscribe(t, s, "channel.chat.message", chat); status != want {
			t.Fatalf("callback %d got %d %v", i+2, status, said)
		} else if want == 202 {
			h.take(t, "webhook_callback_verification", 200)
		}
	}
	until(t, s, func(st twitch.State) bool { return len(st.Enabled()) == 3 })
	id := s.State().Subscriptions[0].ID
	if status, _, _ := app.do(t, "DELETE", "/eventsub/subscriptions?id="+id, nil); status != 204 {
		t.Fatalf("deleting got %d", status)
	}
	if sent := s.Emit("channel.chat.message", s.Message(s.Broadcaster, "hello")); len(sent) != 2 {
		t.Fatalf("sent to %d", len(sent))
	}
	h.take(t, "notification", 204)
	h.take(t, "notification", 204)
	until(t, s, func(st twitch.State) bool { return st.Pending == 0 })
}
