package twitch

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

// front takes HTTP requests to the webhook as the gateway does.
type front struct {
	*httptest.Server
	mu   sync.Mutex
	logs *es.Conn
}

func newFront(t testing.TB) *front {
	f := &front{}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *front) open(logs *es.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.logs = logs
}

var theWebhook = newEars(machine{}).webhook().Route

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	logs := f.logs
	f.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	call := api.Call{Input: api.Input{Params: map[string]string{}, Body: body}}
	route := theWebhook
	for _, name := range route.Headers {
		if value := r.Header.Get(name); value != "" {
			call.Params[name] = value
		}
	}
	reply, err := api.Do(r.Context(), logs, "twitch", route, call)
	if err != nil {
		w.WriteHeader(fault.From(err).Code.Status())
		return
	}
	var file api.File
	if json.Unmarshal(reply.Body, &file) != nil || file.Content == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", file.ContentType)
	unzipped, _ := gzip.NewReader(bytes.NewReader(file.Content))
	_, _ = io.Copy(w, unzipped)
}

// called is a service that Twitch calls.
func called(t testing.TB, c fake.Config, by clock) (*hall, *front) {
	t.Helper()
	p, server := stage(t, c)
	f := newFront(t)
	p.Config.PublicURL, p.Config.Twitch.Transport = f.URL, "webhook"
	f.open(p.Logs)
	h := enter(t, p, server, by)
	h.connect(t)
	return h, f
}

// message is one to the webhook, signed like Twitch's.
func message(id, kind string, at time.Time, body any) api.Input {
	text, ok := body.(string)
	if !ok {
		encoded, _ := json.Marshal(body)
		text = string(encoded)
	}
	c := Call{ID: id, Kind: kind, Timestamp: at.UTC().Format(time.RFC3339Nano), Body: []byte(text)}
	in := testkit.Params("Twitch-Eventsub-Message-Id", id, "Twitch-Eventsub-Message-Type", kind, "Twitch-Eventsub-Message-Timestamp", c.Timestamp,
		"Twitch-Eventsub-Message-Signature", sign([]byte("a secret of tests"), c), "Twitch-Eventsub-Subscription-Type", "channel.follow")
	in.Body = c.Body
	return in
}

func follow(user string) map[string]any {
	return map[string]any{
		"subscription": map[string]any{"type": "channel.follow", "condition": map[string]string{"broadcaster_user_id": ourChannel}},
		"event":        map[string]any{"user_id": user, "followed_at": "2026-03-14T20:00:00Z", "broadcaster_user_id": ourChannel},
	}
}

const receiving = "POST /eventsub/webhook"

func TestTwitchCalls(t *testing.T) {
	t.Parallel()
	h, _ := called(t, fake.Config{}, machine{})
	if err := h.fake.Subscribed(t.Context(), "channel.chat.message", "channel.follow", "stream.online"); err != nil {
		t.Fatal(err)
	}
	want := h.say(t, 0, 30)
	if got := texts(t, h.await(t, events.Chat, "channel.message_sent", 30)); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	h.fake.Twice(true)
	h.fake.Online()
	if err := h.fake.Wait(t.Context(), func(s fake.State) bool { return s.Pending == 0 }); err != nil {
		t.Fatal(err)
	}
	if live := h.all(t, events.Facts, "channel.went_live"); len(live) != 1 {
		t.Errorf("%d times live", len(live))
	}
}

func TestOnlyTwitchIsBelieved(t *testing.T) {
	t.Parallel()
	h, _ := called(t, fake.Config{}, machine{})
	h.await(t, events.Facts, "connection.heard", 1)
	call := func(in api.Input) error {
		_, err := h.Call(t, api.Caller{}, receiving, in, nil)
		return err
	}
	at := time.Now()
	unsigned := message("m1", notifies, at, follow("7"))
	delete(unsigned.Params, "Twitch-Eventsub-Message-Signature")
	changed := message("m1", notifies, at, follow("7"))
	changed.Body = bytes.Replace(changed.Body, []byte(`"7"`), []byte(`"8"`), 1)
	other := message("m1", notifies, at, follow("7"))
	other.Params["Twitch-Eventsub-Message-Id"] = "m2"
	for name, refused := range map[string]struct {
		in   api.Input
		code fault.Code
	}{
		"without a signature":    {unsigned, fault.Forbidden},
		"with another body":      {changed, fault.Forbidden},
		"with another id":        {other, fault.Forbidden},
		"too old":                {message("m1", notifies, at.Add(-11*time.Minute), follow("7")), fault.Forbidden},
		"from the future":        {message("m1", notifies, at.Add(11*time.Minute), follow("7")), fault.Forbidden},
		"no JSON":                {message("m1", notifies, at, `{"subscription":`), fault.Invalid},
		"without an event":       {message("m1", notifies, at, map[string]any{"subscription": map[string]any{}}), fault.Invalid},
		"too large":              {message("m1", notifies, at, map[string]any{"subscription": map[string]any{}, "event": strings.Repeat("x", largestNotification)}), fault.TooLarge},
		"no JSON and not signed": {api.Input{Body: []byte("{")}, fault.Forbidden},
	} {
		if err := call(refused.in); !fault.Is(err, refused.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list := h.all(t, events.Chat, "channel.activity_seen"); len(list) != 0 {
		t.Fatalf("%d are believed", len(list))
	}
	for _, in := range []api.Input{
		message("m1", notifies, at.Add(-9*time.Minute), follow("7")), message("m1", notifies, at, follow("7")), message("m2", notifies, at.Add(time.Minute), follow("8")),
		message("m3", "something_new", at, `{}`), message("m4", notifies, at, map[string]any{"subscription": map[string]any{"condition": map[string]string{"broadcaster_user_id": "unknown"}}, "event": 1}),
	} {
		if err := call(in); err != nil {
			t.Error(err)
		}
	}
	list := h.all(t, events.Chat, "channel.activity_seen")
	if len(list) != 2 || !list[0].Time.Before(list[1].Time) || list[1].Time.After(time.Now()) {
		t.Errorf("got %+v", list)
	}
	if err := call(message("m5", revokes, at, map[string]any{"subscription": map[string]any{"type": "channel.follow", "status": "version_removed", "condition": map[string]string{"broadcaster_user_id": ourChannel}}})); err != nil {
		t.Error(err)
	}
	h.await(t, events.Facts, "connection.subscription_revoked", 1)
	// A revocation that is late says nothing about what is allowed by now.
	if err := call(message("m6", revokes, at, map[string]any{"subscription": map[string]any{"type": "channel.follow", "status": "authorization_revoked", "condition": map[string]string{"broadcaster_user_id": ourChannel}}})); err != nil {
		t.Error(err)
	}
	if list := h.all(t, events.Facts, "connection.lost"); len(list) != 0 {
		t.Error("the connection is lost because of what was")
	}
	h.fake.Disconnect(h.fake.Broadcaster)
	h.await(t, events.Facts, "connection.lost", 1)
}

func TestASecretIsMadeAndKept(t *testing.T) {
	t.Parallel()
	p, server := stage(t, fake.Config{})
	f := newFront(t)
	p.Config.PublicURL, p.Config.Twitch.Transport, p.Config.Twitch.EventSubSecret = f.URL, "webhook", ""
	f.open(p.Logs)
	h := enter(t, p, server, machine{})
	h.connect(t)
	h.await(t, events.Facts, "connection.heard", 1)
	var kept []byte
	if err := h.d.DB.QueryRow(t.Context(), "select secret from vault.twitch_webhook").Scan(&kept); err != nil {
		t.Fatal(err)
	}
	first, err := newEars(machine{}).webhookSecret(t.Context(), h.d)
	if err != nil || len(first) < 10 || len(first) > 100 || bytes.Contains(kept, first) {
		t.Fatalf("secret of %d bytes, %v", len(first), err)
	}
	before := h.fake.State().Subscriptions
	h.Stop(t)
	restart := func() *hall { // what was missed meanwhile is found then
		began := time.Now()
		h := enter(t, p, server, machine{})
		h.heard(t, events.Facts, "capture.gap_filled", func(e es.Event) bool { return e.Stored.After(began) })
		return h
	}
	// With the same secret subscriptions stay; with another one they are made anew.
	again := restart()
	if after := server.State().Subscriptions; len(after) != len(before) || after[0].ID != before[0].ID {
		t.Error("subscriptions were made anew")
	}
	again.Stop(t)
	p.Config.Twitch.EventSubSecret = "another secret"
	last := restart()
	if after := server.State().Subscriptions; len(after) != len(before) || after[0].ID == before[0].ID {
		t.Error("subscriptions with the former secret are left")
	}
	last.say(t, 0, 1)
	last.await(t, events.Chat, "channel.message_sent", 1)
	last.Stop(t)
	// Over a socket nothing is told to the webhook besides.
	p.Config.Twitch.Transport = "websocket"
	restart()
	for _, sub := range server.State().Subscriptions {
		if sub.Transport.Method == "webhook" {
			t.Errorf("%s is still told to the webhook", sub.Type)
		}
	}
}

func TestManyForgeriesDoNotHinderTwitch(t *testing.T) {
	t.Parallel()
	h, _ := called(t, fake.Config{}, machine{})
	h.await(t, events.Facts, "connection.heard", 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var forging sync.WaitGroup
	for range 8 {
		forging.Go(func() {
			for i := 0; i < 1250 && ctx.Err() == nil; i++ {
				in := message(fmt.Sprint(i), notifies, time.Now(), follow("7"))
				in.Params["Twitch-Eventsub-Message-Signature"] = "sha256=" + strings.Repeat("0", 64)
				if _, err := h.Call(t, api.Caller{}, receiving, in, nil); !fault.Is(err, fault.Forbidden) {
					t.Errorf("a forgery is answered %v", err)
					return
				}
			}
		})
	}
	for i := range 100 {
		if _, err := h.Call(t, api.Caller{}, receiving, message(fmt.Sprint("good", i), notifies, time.Now(), follow(fmt.Sprint(i))), nil); err != nil {
			t.Error(err)
		}
	}
	forging.Wait()
	if list := h.all(t, events.Chat, "channel.activity_seen"); len(list) != 100 {
		t.Errorf("%d of 100", len(list))
	}
}

func TestTwitchSendsToHTTPSAlone(t *testing.T) {
	t.Parallel()
	p, server := stage(t, fake.Config{})
	p.Config.PublicURL, p.Config.Twitch.Transport = "http://stream.example", "webhook"
	h := enter(t, p, server, machine{})
	h.connect(t)
	silent := bodyAs[events.ConnectionSilent](t, h.await(t, events.Facts, "connection.silent", 1)[0])
	if !strings.Contains(silent.Reason, "AFTERGLOW_PUBLIC_URL") || silent.Transport != "webhook" {
		t.Errorf("silent %+v", silent)
	}
}
