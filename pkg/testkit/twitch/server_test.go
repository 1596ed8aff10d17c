package twitch_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var morning = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)

// start starts a server whose clock stands still.
func start(t *testing.T, change ...func(*twitch.Config)) (*twitch.Server, *twitch.Manual) {
	t.Helper()
	clock := twitch.NewManual(morning)
	config := twitch.Config{Clock: clock}
	for _, f := range change {
		f(&config)
	}
	s, err := twitch.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, clock
}

// client makes requests with a token.
type client struct {
	s     *twitch.Server
	token string
}

func (c client) do(t *testing.T, method, path string, body any) (int, map[string]any, http.Header) {
	t.Helper()
	said, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, c.s.APIURL+path, bytes.NewReader(said))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Client-Id", c.s.ClientID)
	return answered(t, r)
}

// answered makes a request and reads the JSON of its answer, if it is some.
func answered(t *testing.T, r *http.Request) (int, map[string]any, http.Header) {
	t.Helper()
	own := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := own.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	_ = json.Unmarshal(said, &v)
	return response.StatusCode, v, response.Header
}

// form posts to the OAuth side.
func form(t *testing.T, s *twitch.Server, path string, pairs ...string) (int, map[string]any) {
	t.Helper()
	values := url.Values{"client_id": {s.ClientID}, "client_secret": {s.ClientSecret}}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	maps.DeleteFunc(values, func(_ string, v []string) bool { return v[0] == "" })
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.AuthURL+path, strings.NewReader(values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, v, _ := answered(t, r)
	return status, v
}

// all are enough scopes for whatever the tests subscribe to.
var all = []string{
	"user:read:chat", "user:write:chat", "user:bot", "channel:bot", "moderator:read:followers", "channel:manage:broadcast",
	"channel:read:subscriptions", "bits:read", "channel:read:redemptions", "channel:read:ads", "channel:manage:ads", "channel:edit:commercial",
	"channel:moderate", "channel:read:hype_train", "channel:read:polls", "channel:read:predictions", "channel:read:goals",
	"channel:read:charity", "moderator:read:shoutouts",
}

// subscribe asks for a type over the socket; the condition names the broadcaster wherever it can.
func (c client) subscribe(t *testing.T, kind, version, session string) (int, map[string]any) {
	t.Helper()
	condition := map[string]string{"broadcaster_user_id": c.s.Broadcaster.ID}
	switch {
	case strings.HasPrefix(kind, "channel.chat"):
		condition["user_id"] = c.s.Broadcaster.ID
	case slices.Contains([]string{"channel.follow", "channel.shoutout.create", "channel.shoutout.receive"}, kind):
		condition["moderator_user_id"] = c.s.Broadcaster.ID
	case kind == "channel.raid":
		condition = map[string]string{"to_broadcaster_user_id": c.s.Broadcaster.ID}
	case kind == "user.update":
		condition = map[string]string{"user_id": c.s.Broadcaster.ID}
	}
	status, said, _ := c.do(t, "POST", "/eventsub/subscriptions", map[string]any{
		"type": kind, "version": version, "condition": condition, "transport": map[string]string{"method": "websocket", "session_id": session},
	})
	return status, said
}

// listening is a client with a socket that is subscribed to the types, all of version 1.
func listening(t *testing.T, s *twitch.Server, kinds ...string) (client, *socket) {
	t.Helper()
	c := client{s, s.Grant(s.Broadcaster, all...).AccessToken}
	ws := connect(t, s.EventSubURL)
	for _, kind := range kinds {
		if status, said := c.subscribe(t, kind, "1", ws.session); status != 202 {
			t.Fatalf("subscribing to %s: %d %v", kind, status, said)
		}
	}
	return c, ws
}
