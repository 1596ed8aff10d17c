package twitch_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

func TestTheLivelyScenario(t *testing.T) {
	t.Parallel()
	s, _ := start(t, func(c *twitch.Config) { c.Clock = nil })
	c, ws := listening(t, s, "stream.online", "stream.offline", "channel.chat.message", "channel.chat.notification", "channel.raid")
	if status, said := c.subscribe(t, "channel.hype_train.end", "2", ws.session); status != 202 {
		t.Fatal(status, said)
	}
	scenario := twitch.Lively()
	scenario.Loop = false
	over := make(chan error, 1)
	go func() { over <- s.Play(t.Context(), scenario, 1e6, nil) }()
	seen, gift := map[string]int{}, map[any]int{}
	for ended := false; !ended; {
		_, said, err := ws.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		var f frame
		if err := json.Unmarshal(said, &f); err != nil {
			t.Fatal(err)
		}
		seen[f.Metadata.Kind]++
		if sub, ok := f.Payload.Event["sub_gift"].(map[string]any); ok {
			gift[sub["community_gift_id"]]++
		}
		ended = f.Metadata.Kind == "channel.chat.message" && seen["stream.offline"] > 0 // the last step
	}
	if err := <-over; err != nil {
		t.Fatal(err)
	}
	if seen["stream.online"] != 1 || seen["stream.offline"] != 1 || seen["channel.chat.message"] < 80 || seen["channel.raid"] != 1 || seen["channel.hype_train.end"] != 1 {
		t.Fatalf("seen were %v", seen)
	}
	if len(gift) != 2 {
		t.Fatalf("the gifts are %v", gift)
	}
}

func TestScenariosThatAreWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":              {"steps", "reading the scenario"},
		"an unknown field":     {`{"steps":[{"do":"online","whom":"x"}]}`, "whom"},
		"an unknown step":      {`{"steps":[{"do":"online"},{"do":"dance"}]}`, `step 2 of the scenario: there is no step "dance"; there are ad, announce`},
		"no duration":          {`{"steps":[{"after":"soon","do":"online"}]}`, `"soon" is no duration`},
		"a loop without pause": {`{"loop":true,"steps":[{"do":"online"}]}`, "with a pause"},
		"two scenarios":        {`{"steps":[]}{}`, "after its end"},
	} {
		if _, err := twitch.ParseScenario([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	_, ws := listening(t, s, "channel.chat.message", "stream.online")
	do := func(what, body string) (int, string) {
		r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/__control/"+what, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		said, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(said)
	}
	if status, said := do("chat", `{"user":"theirs","text":"hello","id":"from-outside"}`); status != 200 || !strings.Contains(said, `"id":"from-outside"`) {
		t.Fatalf("got %d %s", status, said)
	}
	if got := ws.next(t, "notification"); got.Metadata.ID != "from-outside" {
		t.Fatalf("got %+v", got)
	}
	do("online", "")
	ws.next(t, "notification")
	do("emit", `{"type":"stream.online","raw":"{broken"}`)
	if _, said, err := ws.ReadMessage(); err != nil || string(said) != "{broken" {
		t.Fatalf("got %s, %v", said, err)
	}
	do("fail", `{"failure":{"path":"/helix/users","status":503,"times":1,"delay":"0s"}}`)
	if status, _, _ := (client{s, s.AppToken()}).do(t, "GET", "/users?id=1001", nil); status != 503 {
		t.Fatalf("got %d", status)
	}
	do("revoke", `{"type":"stream.online","status":"version_removed"}`)
	ws.next(t, "revocation")
	do("reconnect", "")
	ws.next(t, "session_reconnect")
	for what, body := range map[string]string{"dance": "", "chat": "{}", "poll": `{"stage":"end"}`, "online": `{"whom":"x"}`, "revoke": `{"id":"nothing"}`} {
		if status, said := do(what, body); status != 400 {
			t.Errorf("%s got %d %s", what, status, said)
		}
	}
	if _, said := do("drop", ""); !strings.Contains(said, "sent") || s.State().Sessions[0].Connections != 0 {
		t.Fatalf("after drop: %s %+v", said, s.State().Sessions)
	}
}

func TestPictures(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	_, said, _ := (client{s, s.AppToken()}).do(t, "GET", "/chat/badges?broadcaster_id=1001", nil)
	badge := said["data"].([]any)[0].(map[string]any)["versions"].([]any)[0].(map[string]any)["image_url_2x"].(string)
	for url, want := range map[string]int{
		badge: 200, s.ImagesURL + "/emoticons/v2/25/default/dark/2.0": 200, s.ImagesURL + "/emoticons/v2/25/default/dark/9": 404,
		s.ImagesURL + "/ttv-boxart/509673-52x72.jpg": 200, s.ImagesURL + "/jtv_user_pictures/ours-profile_image-300x300.png": 200,
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if status, _, header := answered(t, r); status != want || status == 200 && header.Get("Content-Type") != "image/svg+xml" {
			t.Errorf("%s got %d as %s", url, status, header.Get("Content-Type"))
		}
	}
}
