package twitch_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

func TestHelixLooksAtTheHeaders(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	token := s.Grant(s.Broadcaster).AccessToken
	for _, c := range []struct{ authorization, client, want string }{
		{"", s.ClientID, "OAuth token is missing"},
		{"Bearer nonsense", s.ClientID, "Invalid OAuth token"},
		{"OAuth " + token, s.ClientID, "Invalid OAuth token"},
		{"Bearer " + token, "", "Client ID is missing"},
		{"Bearer " + token, "somebody", "Client ID and OAuth token do not match"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", s.APIURL+"/users", nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Authorization": c.authorization, "Client-Id": c.client} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		if status, said, _ := answered(t, r); status != 401 || said["message"] != c.want || said["error"] != "Unauthorized" {
			t.Errorf("%+v got %d %v", c, status, said)
		}
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	s.Online()
	none, app := client{s, s.Grant(s.Broadcaster).AccessToken}, client{s, s.AppToken()}
	other := client{s, s.Grant(s.User("theirs"), all...).AccessToken}
	for method, paths := range map[string][]string{
		"GET":   {"/channels/followers?broadcaster_id=1001", "/channels/ads?broadcaster_id=1001"},
		"PATCH": {"/channels?broadcaster_id=1001"},
		"POST":  {"/channels/ads/schedule/snooze?broadcaster_id=1001", "/channels/commercial", "/streams/markers"},
	} {
		for _, path := range paths {
			for name, c := range map[string]client{"no scope": none, "an app token": app, "somebody else": other} {
				body := map[string]any{"broadcaster_id": "1001", "user_id": "1001", "length": 30, "title": "x"}
				if status, said, _ := c.do(t, method, path, body); status != 401 && status != 403 {
					t.Errorf("%s %s with %s got %d %v", method, path, name, status, said)
				}
			}
		}
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s, clock := start(t)
	s.RateLimit(2)
	c := client{s, s.Grant(s.Broadcaster).AccessToken}
	var header http.Header
	for _, want := range []int{200, 200, 429} {
		var status int
		if status, _, header = c.do(t, "GET", "/users", nil); status != want {
			t.Fatalf("got %d, expected %d", status, want)
		}
	}
	if header.Get("Ratelimit-Limit") != "2" || header.Get("Ratelimit-Remaining") != "0" || header.Get("Ratelimit-Reset") != strconv.FormatInt(morning.Add(time.Minute).Unix(), 10) {
		t.Fatalf("the headers are %v; it is %d", header, clock.Now().Unix())
	}
	if status, _, _ := (client{s, s.Grant(s.User("theirs")).AccessToken}).do(t, "GET", "/users", nil); status != 200 {
		t.Fatalf("another user got %d", status)
	}
	clock.Advance(time.Minute)
	if status, _, _ := c.do(t, "GET", "/users", nil); status != 200 {
		t.Fatalf("a minute later: %d", status)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	s, clock := start(t)
	c := client{s, s.Grant(s.Broadcaster).AccessToken}
	s.Fail(twitch.Failure{Method: "GET", Path: "/helix/users", Status: 429, Times: 1})
	s.Fail(twitch.Failure{Path: "/helix/users", Status: 200, Body: "{garbage", Times: 1})
	status, _, header := c.do(t, "GET", "/users", nil)
	if status != 429 || header.Get("Ratelimit-Reset") == "" {
		t.Fatalf("got %d with %v", status, header)
	}
	if status, said, _ := c.do(t, "GET", "/users", nil); status != 200 || said != nil {
		t.Fatalf("got %d %v", status, said)
	}
	s.Fail(twitch.Failure{Path: "/helix/users", Delay: time.Minute, Times: 1})
	over := make(chan int)
	go func() {
		status, _, _ := c.do(t, "GET", "/users", nil)
		over <- status
	}()
	until(t, s, func(st twitch.State) bool { return st.Held == 1 })
	clock.Advance(time.Minute)
	if status := <-over; status != 200 {
		t.Fatalf("after a minute: %d", status)
	}
	s.Fail(twitch.Failure{Status: 503})
	if status, said, _ := c.do(t, "GET", "/streams", nil); status != 503 || said["error"] != "Service Unavailable" {
		t.Fatalf("got %d %v", status, said)
	}
	s.Mend()
	if status, _, _ := c.do(t, "GET", "/streams", nil); status != 200 {
		t.Fatalf("mended, got %d", status)
	}
}

func TestTheChannelIsChanged(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	c := client{s, s.Grant(s.Broadcaster, all...).AccessToken}
	ws := connect(t, s.EventSubURL)
	if status, said := c.subscribe(t, "channel.update", "2", ws.session); status != 202 {
		t.Fatal(status, said)
	}
	const path = "/channels?broadcaster_id=1001"
	for name, body := range map[string]map[string]any{
		"nothing": {}, "an empty title": {"title": ""}, "no such category": {"game_id": "1"}, "a language": {"broadcaster_language": "english"},
		"a tag with a space": {"tags": []string{"a b"}}, "a tag too long": {"tags": []string{strings.Repeat("a", 26)}},
		"too many tags": {"tags": make([]string, 11)}, "a delay": {"delay": 5},
		"no such label": {"content_classification_labels": []any{map[string]any{"id": "Boring", "is_enabled": true}}},
	} {
		if status, said, _ := c.do(t, "PATCH", path, body); status != 400 {
			t.Errorf("%s got %d %v", name, status, said)
		}
	}
	status, said, _ := c.do(t, "PATCH", path, map[string]any{
		"title": "Two lamps", "game_id": "509673", "tags": []string{"Lamps"},
		"content_classification_labels": []any{map[string]any{"id": "Gambling", "is_enabled": true}},
	})
	if status != 204 || said != nil {
		t.Fatalf("got %d %v", status, said)
	}
	e := ws.next(t, "notification").Payload.Event
	if e["title"] != "Two lamps" || e["category_name"] != "Makers & Crafting" || e["content_classification_labels"].([]any)[0] != "Gambling" {
		t.Fatalf("told %v", e)
	}
	_, said, _ = c.do(t, "GET", path, nil)
	if now := said["data"].([]any)[0].(map[string]any); now["title"] != "Two lamps" || now["tags"].([]any)[0] != "Lamps" {
		t.Fatalf("it is %v", now)
	}
}

func TestStreamsMarkersAndAds(t *testing.T) {
	t.Parallel()
	s, clock := start(t)
	c := client{s, s.Grant(s.Broadcaster, all...).AccessToken}
	marker := map[string]string{"user_id": "1001", "description": "here"}
	commercial := map[string]any{"broadcaster_id": "1001", "length": 10}
	if status, _, _ := c.do(t, "POST", "/streams/markers", marker); status != 404 {
		t.Fatalf("a marker without a stream got %d", status)
	}
	id := s.Online()
	clock.Advance(90 * time.Second)
	_, said, _ := c.do(t, "GET", "/streams?user_id=1001", nil)
	if got := said["data"].([]any)[0].(map[string]any); got["id"] != id || got["started_at"] != "2026-11-21T09:00:00Z" {
		t.Fatalf("the stream is %v", got)
	}
	_, said, _ = c.do(t, "POST", "/streams/markers", marker)
	if got := said["data"].([]any)[0].(map[string]any); got["position_seconds"] != 90.0 {
		t.Fatalf("the marker is %v", got)
	}
	_, said, _ = c.do(t, "POST", "/channels/commercial", commercial)
	if got := said["data"].([]any)[0].(map[string]any); got["length"] != 30.0 || got["retry_after"] != 480.0 {
		t.Fatalf("the commercial is %v", got)
	}
	if status, _, _ := c.do(t, "POST", "/channels/commercial", commercial); status != 429 {
		t.Fatalf("another commercial got %d", status)
	}
	for _, want := range []int{200, 200, 200, 429} {
		if status, said, _ := c.do(t, "POST", "/channels/ads/schedule/snooze?broadcaster_id=1001", nil); status != want {
			t.Fatalf("snoozing got %d %v, expected %d", status, said, want)
		}
	}
	s.AdsAsText(true)
	_, said, _ = c.do(t, "GET", "/channels/ads?broadcaster_id=1001", nil)
	if got := said["data"].([]any)[0].(map[string]any); got["next_ad_at"] != "2026-11-21T09:45:00Z" || got["snooze_count"] != "0" {
		t.Fatalf("the schedule is %v", got)
	}
	s.Quietly(false)
	if _, said, _ = c.do(t, "GET", "/streams?user_id=1001", nil); len(said["data"].([]any)) != 0 {
		t.Fatalf("after it ended: %v", said)
	}
}
