package twitch

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

func TestChannel(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t)
	patch := func(change any) (ChannelInfo, error) {
		return ask[ChannelInfo](t, h, "PATCH /api/twitch/channel", testkit.Body(change))
	}
	type m map[string]any
	found, err := ask[api.List[events.Category]](t, h, "GET /api/twitch/categories", testkit.Params("q", "sci"))
	if err != nil || len(found.Items) == 0 {
		t.Fatalf("found %+v: %v", found, err)
	}
	labels, err := ask[api.List[Label]](t, h, "GET /api/twitch/labels", api.Input{})
	if err != nil || !slices.ContainsFunc(labels.Items, func(l Label) bool { return l.ID == "Gambling" }) {
		t.Fatalf("labels %+v: %v", labels, err)
	}
	got, err := patch(m{
		"title": "a title", "categoryId": found.Items[0].ID, "language": "de",
		"tags": []string{"Häuser", "Retro"}, "labels": []string{"Gambling", "ProfanityVulgarity"},
	})
	if err != nil || got.Title != "a title" || got.CategoryName != found.Items[0].Name || got.Language != "de" || len(got.Tags) != 2 || len(got.Labels) != 2 {
		t.Fatalf("the channel is %+v: %v", got, err)
	}
	if got, err = patch(m{"tags": []string{}, "labels": []string{"Gambling"}}); err != nil || len(got.Tags) != 0 || !slices.Equal(got.Labels, []string{"Gambling"}) || got.Title != "a title" {
		t.Errorf("the channel is %+v: %v", got, err)
	}
	if got, err = patch(m{"labels": []string{"Gambling"}}); err != nil || !slices.Equal(got.Labels, []string{"Gambling"}) {
		t.Errorf("the channel is %+v: %v", got, err)
	}
	if got, err = patch(m{"labels": []string{}, "categoryId": ""}); err != nil || len(got.Labels) != 0 || got.CategoryID != "" {
		t.Errorf("the channel is %+v: %v", got, err)
	}
	before := h.fake.State().Calls["PATCH /helix/channels"]
	for name, change := range map[string]m{
		"title":    {"title": strings.Repeat("x", 141)},
		"tags":     {"tags": []string{"two words"}},
		"language": {"language": "English"},
		"delay":    {"delay": 901},
		"labels":   {"labels": []string{""}},
	} {
		_, err := patch(change)
		testkit.WantFault(t, err, fault.Invalid)
		if fault.From(err).Fields[name] == "" {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	}
	for _, change := range []m{
		{},
		{"title": " "},
		{"tags": strings.Split("abcdefghijk", "")},
		{"tags": []string{strings.Repeat("x", 26)}},
	} {
		_, err := patch(change)
		testkit.WantFault(t, err, fault.Invalid)
	}
	if n := h.fake.State().Calls["PATCH /helix/channels"]; n != before {
		t.Errorf("Twitch was asked %d times to do what it does not take", n-before)
	}
	_, err = patch(m{"categoryId": "nonsense"})
	testkit.WantFault(t, err, fault.Invalid)
	_, err = patch(m{"delay": 10}) // for partners alone
	testkit.WantFault(t, err, fault.Invalid)
}

func TestMissingScope(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t, "user:read:chat")
	_, err := ask[ChannelInfo](t, h, "PATCH /api/twitch/channel", testkit.Body(map[string]string{"title": "another"}))
	testkit.WantFault(t, err, fault.Conflict)
	if !strings.Contains(err.Error(), "channel:manage:broadcast") {
		t.Errorf("it does not say what is missing: %v", err)
	}
	for _, scope := range h.state(t).Scopes {
		if scope.Granted != (scope.Scope == "user:read:chat") {
			t.Errorf("scope %+v", scope)
		}
	}
}

func TestTwitchIsInTrouble(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t)
	for status, code := range map[int]fault.Code{
		http.StatusTooManyRequests: fault.Limited, http.StatusServiceUnavailable: fault.Unavailable, http.StatusBadGateway: fault.Unavailable,
		http.StatusForbidden: fault.Forbidden, http.StatusNotFound: fault.NotFound, http.StatusUnauthorized: fault.Conflict,
	} {
		h.fake.Fail(fake.Failure{Path: "/helix/channels", Times: 2, Status: status})
		_, err := ask[ChannelInfo](t, h, "GET /api/twitch/channel", api.Input{})
		testkit.WantFault(t, err, code)
		if code == fault.Limited && fault.From(err).RetryAfter == 0 {
			t.Errorf("it does not say when to try again: %v", err)
		}
		h.fake.Mend()
	}
	if c := h.state(t); c.State != "connected" {
		t.Errorf("it is %s", c.State)
	}
}

func TestAds(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t)
	_, err := ask[Ads](t, h, "POST /api/twitch/ads/snooze", api.Input{})
	testkit.WantFault(t, err, fault.Conflict) // not live
	h.fake.Online()
	h.fake.AdsAsText(true)
	ads, err := ask[Ads](t, h, "GET /api/twitch/ads", api.Input{})
	if err != nil || ads.NextAt == nil || ads.Snoozes == 0 || ads.Duration == 0 {
		t.Fatalf("ads %+v: %v", ads, err)
	}
	for left := ads.Snoozes - 1; left >= 0; left-- {
		put, err := ask[Ads](t, h, "POST /api/twitch/ads/snooze", api.Input{})
		if err != nil || put.Snoozes != left || !put.NextAt.After(*ads.NextAt) {
			t.Errorf("with %d left: %+v, %v", left, put, err)
		}
		ads = put
	}
	_, err = ask[Ads](t, h, "POST /api/twitch/ads/snooze", api.Input{})
	testkit.WantFault(t, err, fault.Limited)
	_, err = ask[Commercial](t, h, "POST /api/twitch/ads/run", testkit.Body(RunAd{5}))
	testkit.WantFault(t, err, fault.Invalid)
	begun, err := ask[Commercial](t, h, "POST /api/twitch/ads/run", testkit.Body(RunAd{60}))
	if err != nil || begun.Length != 60 || begun.RetryAfter == 0 {
		t.Errorf("the break is %+v: %v", begun, err)
	}
	_, err = ask[Commercial](t, h, "POST /api/twitch/ads/run", testkit.Body(RunAd{60}))
	testkit.WantFault(t, err, fault.Limited)
}

func TestMessages(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t)
	sent, err := ask[SentMessage](t, h, "POST /api/twitch/messages", testkit.Body(SendMessage{Text: "hello"}))
	if err != nil || !sent.Sent || sent.ID == "" {
		t.Fatalf("sent %+v: %v", sent, err)
	}
	if answer, err := ask[SentMessage](t, h, "POST /api/twitch/messages", testkit.Body(SendMessage{"hello you", sent.ID})); err != nil || !answer.Sent {
		t.Errorf("answered %+v: %v", answer, err)
	}
	h.fake.DropMessages("msg_rejected", "The message is held")
	sent, err = ask[SentMessage](t, h, "POST /api/twitch/messages", testkit.Body(SendMessage{Text: "hello again"}))
	if err != nil || sent.Sent || sent.ID != "" || sent.Reason != "The message is held" {
		t.Errorf("sent %+v: %v", sent, err)
	}
	for _, text := range []string{"", "  ", strings.Repeat("x", 501)} {
		_, err = ask[SentMessage](t, h, "POST /api/twitch/messages", testkit.Body(SendMessage{Text: text}))
		testkit.WantFault(t, err, fault.Invalid)
	}
	badges, err := ask[api.List[ShownBadge]](t, h, "GET /api/twitch/badges", api.Input{})
	if err != nil || len(badges.Items) == 0 || badges.Items[0].ImageURL == "" {
		t.Errorf("badges %+v: %v", badges, err)
	}
}

func TestApp(t *testing.T) {
	t.Parallel()
	p, server := stage(t, fake.Config{})
	set := p
	p.Config.Twitch.ClientID, p.Config.Twitch.ClientSecret = "", ""
	h := calm(t, p, server)
	if c := h.state(t); c.State != "unconfigured" || c.ClientID != "" {
		t.Errorf("it is %+v", c)
	}
	_, err := h.pass(t, ours("localhost:8080"))
	testkit.WantFault(t, err, fault.Conflict)
	tell := func(id, secret string) (Connection, error) {
		return ask[Connection](t, h, "POST /api/connections/twitch/app", testkit.Body(App{id, secret}))
	}
	for _, secret := range []string{"", "two words", "wrong"} {
		_, err := tell(server.ClientID, secret)
		testkit.WantFault(t, err, fault.Invalid)
		if fault.From(err).Fields["clientSecret"] == "" {
			t.Errorf("the error names %v", fault.From(err).Fields)
		}
	}
	c, err := tell(server.ClientID, server.ClientSecret)
	if err != nil || c.State != "disconnected" || c.ClientID != server.ClientID {
		t.Fatalf("it is %+v: %v", c, err)
	}
	var sealed []byte
	if err := h.d.DB.QueryRow(t.Context(), "select secret from vault.twitch_apps").Scan(&sealed); err != nil || strings.Contains(string(sealed), server.ClientSecret) {
		t.Errorf("the secret is stored as %q: %v", sealed, err)
	}
	to := h.depart(t)
	if _, err := h.comeBack(t, to.Keep, visit(t, to)); err != nil {
		t.Fatal(err)
	}
	if _, err := asApp(h.d, "ours").GlobalBadges(t.Context()); err != nil {
		t.Error(err)
	}
	server.Expire()
	var waiting sync.WaitGroup
	for range 40 { // more than there are connections to the database
		waiting.Go(func() {
			if _, err := asUser(h.d, "ours").Channel(t.Context(), ourChannel); err != nil {
				t.Error(err)
			}
		})
	}
	waiting.Wait()
	// The application's token has ended too.
	for range 2 {
		if _, err := asApp(h.d, "ours").GlobalBadges(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if n := server.State().Calls["POST /oauth2/token"]; n != 5 { // told twice, exchanged, renewed, told anew
		t.Errorf("Twitch was asked %d times for tokens", n)
	}
	h.Stop(t)
	fixed := calm(t, set, server)
	_, err = ask[Connection](t, fixed, "POST /api/connections/twitch/app", testkit.Body(App{server.ClientID, server.ClientSecret}))
	testkit.WantFault(t, err, fault.Conflict)
}
