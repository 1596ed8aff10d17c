package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

func TestFakeTwitch(t *testing.T) {
	t.Parallel()
	scenario := filepath.Join(t.TempDir(), "scenario.json")
	if err := os.WriteFile(scenario, []byte(`{"name":"short","steps":[{"after":"1s","do":"online"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- execute(ctx, []string{"dev", "fake-twitch", "--listen", "127.0.0.1:0", "--scenario", scenario, "--rate", "1000"}, in, &stderr)
		_ = in.Close()
	}()
	settings := map[string]string{}
	lines := bufio.NewScanner(out)
	for len(settings) < 6 && lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "=")
		settings[name] = value
	}
	conn, response, err := websocket.DefaultDialer.DialContext(t.Context(), settings["AFTERGLOW_TWITCH_EVENTSUB_URL"], nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	defer func() { _ = conn.Close() }()
	session := struct {
		Payload struct{ Session struct{ ID string } }
	}{}
	if err := conn.ReadJSON(&session); err != nil {
		t.Fatal(err)
	}
	subscribe(t, settings, session.Payload.Session.ID)
	var told struct {
		Payload struct{ Event map[string]any }
	}
	if err := conn.ReadJSON(&told); err != nil {
		t.Fatal(err)
	}
	if told.Payload.Event["type"] != "live" {
		t.Errorf("the scenario begins with %v", told.Payload.Event)
	}
	stop()
	if got := <-code; got != 0 {
		t.Errorf("it ended with %d: %s", got, &stderr)
	}
}

// subscribe goes the way of a browser and a client: it is allowed in, and subscribes to stream.online.
func subscribe(t *testing.T, settings map[string]string, session string) {
	t.Helper()
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	do := func(method, address, kind, body string, header ...string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", kind)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { response.Body.Close() })
		return response
	}
	id, back := settings["TWITCH_CLIENT_ID"], "http://localhost/back"
	page := do("GET", settings["AFTERGLOW_TWITCH_AUTH_URL"]+"/authorize?"+url.Values{
		"response_type": {"code"}, "client_id": {id}, "redirect_uri": {back}, "state": {"s"},
	}.Encode(), "", "")
	to, err := page.Location()
	if err != nil {
		t.Fatal(err)
	}
	exchanged := do("POST", settings["AFTERGLOW_TWITCH_AUTH_URL"]+"/token", "application/x-www-form-urlencoded", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {id}, "client_secret": {settings["TWITCH_CLIENT_SECRET"]},
		"code": {to.Query().Get("code")}, "redirect_uri": {back},
	}.Encode())
	var tokens struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(exchanged.Body).Decode(&tokens); err != nil {
		t.Fatal(err)
	}
	accepted := do("POST", settings["AFTERGLOW_TWITCH_API_URL"]+"/eventsub/subscriptions", "application/json",
		`{"type":"stream.online","version":"1","condition":{"broadcaster_user_id":"1001"},"transport":{"method":"websocket","session_id":"`+session+`"}}`,
		"Authorization", "Bearer "+tokens.Token, "Client-Id", id)
	if accepted.StatusCode != http.StatusAccepted {
		t.Fatalf("subscribing got %s", accepted.Status)
	}
}

func TestFakeTwitchThatCannotBe(t *testing.T) {
	t.Parallel()
	wrong := filepath.Join(t.TempDir(), "wrong.json")
	if err := os.WriteFile(wrong, []byte(`{"steps":[{"do":"dance"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"--rate is 0, but has to be above zero":            {"--rate", "0"},
		`"nowhere" is not a host and a port`:               {"--listen", "nowhere"},
		`step 1 of the scenario: there is no step "dance"`: {"--scenario", wrong},
		"no such file": {"--scenario", wrong + ".gone"},
	} {
		var stdout, stderr bytes.Buffer
		if code := execute(t.Context(), append([]string{"dev", "fake-twitch"}, args...), &stdout, &stderr); code == 0 || !strings.Contains(stderr.String(), want) {
			t.Errorf("%v ended with %d and said %s", args, code, &stderr)
		}
	}
}
