package helix

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	faketwitch "github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

// all are the scopes that the tests need.
var all = []string{
	"channel:manage:broadcast", "moderator:read:followers", "user:write:chat",
	"channel:read:ads", "channel:manage:ads", "channel:edit:commercial",
}

// twitch is a Twitch of the test's own.
func twitch(t *testing.T) *faketwitch.Server {
	t.Helper()
	s, err := faketwitch.New(faketwitch.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// tokens are a source that counts how often it was told that a token was refused.
type tokens struct {
	Access
	next    []string
	refused []string
}

func (s *tokens) source(_ context.Context, refused string) (Access, error) {
	if refused != "" {
		s.refused = append(s.refused, refused)
		if len(s.next) > 0 {
			s.Token, s.next = s.next[0], s.next[1:]
		}
	}
	return s.Access, nil
}

// broadcaster is a client that may do everything.
func broadcaster(s *faketwitch.Server) (*Client, *tokens) {
	of := &tokens{Access: Access{s.ClientID, s.Grant(s.Broadcaster, all...).AccessToken, all}}
	c := New(s.APIURL, of.source)
	c.wait = func(context.Context, time.Duration) error { return nil }
	return c, of
}

// wantKind fails the test unless the error is of the kind, and tells no secret.
func wantKind(t *testing.T, err error, kind Kind, secrets ...string) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("got %v, want an error of the kind %s", err, kind)
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells a secret: %v", err)
		}
	}
	return e
}

func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	s := twitch(t)
	c, of := broadcaster(s)
	old := of.Token
	s.Expire()
	of.next = []string{s.Grant(s.Broadcaster, all...).AccessToken}
	if channel, err := c.Channel(t.Context(), s.Broadcaster.ID); err != nil || channel.ID != s.Broadcaster.ID {
		t.Fatalf("the channel is %+v: %v", channel, err)
	}
	if !slices.Equal(of.refused, []string{old}) {
		t.Errorf("renewed because of %d tokens", len(of.refused))
	}
	s.Expire()
	_, err := c.Channel(t.Context(), s.Broadcaster.ID)
	_ = wantKind(t, err, Unauthorised, of.Token)
	if len(of.refused) != 2 {
		t.Errorf("a token that stays bad was renewed %d times", len(of.refused)-1)
	}
}

func TestMissingScopeIsNotAskedFor(t *testing.T) {
	t.Parallel()
	s := twitch(t)
	c, of := broadcaster(s)
	of.Scopes = []string{"user:write:chat"}
	title := "another"
	err := c.ChangeChannel(t.Context(), s.Broadcaster.ID, ChannelChange{Title: &title})
	if e := wantKind(t, err, MissingScope); e.Scope != "channel:manage:broadcast" {
		t.Errorf("it misses %s", e.Scope)
	}
	if n := s.State().Calls["PATCH /helix/channels"]; n != 0 {
		t.Errorf("Twitch was asked %d times", n)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	s := twitch(t)
	c, _ := broadcaster(s)
	limited := func(in time.Duration, left string) {
		s.Fail(faketwitch.Failure{Path: "/helix/streams", Times: 1, Status: http.StatusTooManyRequests, Header: map[string]string{
			"Ratelimit-Remaining": left, "Ratelimit-Reset": strconv.FormatInt(time.Now().Add(in).Unix(), 10),
		}})
	}
	limited(2*time.Second, "0")
	if _, err := c.Streams(t.Context(), s.Broadcaster.ID); err != nil {
		t.Errorf("a short wait is not waited: %v", err)
	}
	limited(time.Minute, "0")
	_, err := c.Streams(t.Context(), s.Broadcaster.ID)
	if e := wantKind(t, err, Limited); e.Until.IsZero() {
		t.Error("it does not say until when")
	}
	limited(2*time.Second, "700") // a limit of this call alone, which the reset has nothing to do with
	_, err = c.Streams(t.Context(), s.Broadcaster.ID)
	if e := wantKind(t, err, Limited); !e.Until.IsZero() {
		t.Errorf("it says until %s", e.Until)
	}
	if n := s.State().Calls["GET /helix/streams"]; n != 4 {
		t.Errorf("Twitch was asked %d times", n)
	}
}

func TestUnavailableIsTriedOnceMore(t *testing.T) {
	t.Parallel()
	s := twitch(t)
	c, of := broadcaster(s)
	s.Fail(faketwitch.Failure{Path: "/helix/streams", Times: 1, Status: http.StatusServiceUnavailable})
	if _, err := c.Streams(t.Context(), s.Broadcaster.ID); err != nil {
		t.Errorf("once away: %v", err)
	}
	s.Fail(faketwitch.Failure{Path: "/helix/streams", Times: 2, Status: http.StatusServiceUnavailable})
	_, err := c.Streams(t.Context(), s.Broadcaster.ID)
	_ = wantKind(t, err, Unavailable)
	for _, body := range []string{`{"data":[{"viewer_count":{}}]}`, `<html>`, strings.Repeat(" ", answerLimit+1), of.Token} {
		s.Fail(faketwitch.Failure{Path: "/helix/streams", Times: 1, Status: http.StatusOK, Body: body})
		_, err := c.Streams(t.Context(), s.Broadcaster.ID)
		_ = wantKind(t, err, Unavailable, of.Token)
	}
	s.Fail(faketwitch.Failure{Path: "/helix/streams", Times: 1, Status: http.StatusFound, Header: map[string]string{"Location": "http://192.0.2.1/"}})
	_, err = c.Streams(t.Context(), s.Broadcaster.ID)
	_ = wantKind(t, err, Unavailable)
	s.Fail(faketwitch.Failure{Path: "/helix/streams", Times: 1, Status: http.StatusBadRequest, Body: `{"message":"no ` + of.Token + `\u0007"}`})
	_, err = c.Streams(t.Context(), s.Broadcaster.ID)
	if e := wantKind(t, err, Refused, of.Token); e.Message != "no … " {
		t.Errorf("Twitch says %q", e.Message)
	}
	s.Close()
	_, err = c.Streams(t.Context(), s.Broadcaster.ID)
	_ = wantKind(t, err, Unavailable, of.Token)
}

func TestChannel(t *testing.T) {
	t.Parallel()
	s := twitch(t)
	c, _ := broadcaster(s)
	title, tags := "a title", []string{"English", "Retro"}
	change := ChannelChange{Title: &title, Tags: &tags, Labels: []LabelChange{{"Gambling", true}}}
	if err := c.ChangeChannel(t.Context(), s.Broadcaster.ID, change); err != nil {
		t.Fatal(err)
	}
	got, err := c.Channel(t.Context(), s.Broadcaster.ID)
	if err != nil || got.Title != title || !slices.Equal(got.Tags, tags) || !slices.Equal(got.Labels, []string{"Gambling"}) || len(got.Raw) == 0 {
		t.Errorf("the channel is %+v: %v", got, err)
	}
	none := []string{}
	if err := c.ChangeChannel(t.Context(), s.Broadcaster.ID, ChannelChange{Tags: &none, Labels: []LabelChange{{"Gambling", false}}}); err != nil {
		t.Fatal(err)
	}
	if got, err = c.Channel(t.Context(), s.Broadcaster.ID); err != nil || len(got.Tags)+len(got.Labels) != 0 || got.Title != title {
		t.Errorf("the channel is %+v: %v", got, err)
	}
	labels, err := c.Labels(t.Context())
	if err != nil || len(labels) == 0 {
		t.Errorf("labels: %v, %v", labels, err)
	}
}

func TestAds(t *testing.T) {
	t.Parallel()
	s := twitch(t)
	c, _ := broadcaster(s)
	s.Online()
	for _, texts := range []bool{false, true} {
		s.AdsAsText(texts)
		ads, err := c.Ads(t.Context(), s.Broadcaster.ID)
		if err != nil || ads.Duration == 0 || ads.NextAt.Before(time.Now().Add(-time.Hour)) || ads.Snoozes == 0 {
			t.Errorf("as texts %v: %+v, %v", texts, ads, err)
		}
	}
	begun, err := c.RunAd(t.Context(), s.Broadcaster.ID, 60)
	if err != nil || begun.Length != 60 || begun.RetryAfter == 0 {
		t.Errorf("the break is %+v: %v", begun, err)
	}
	_, err = c.RunAd(t.Context(), s.Broadcaster.ID, 60)
	if e := wantKind(t, err, Limited); !e.Until.IsZero() {
		t.Errorf("it says until %s", e.Until)
	}
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	s := twitch(t)
	app := &tokens{Access: Access{ClientID: s.ClientID, Token: s.AppToken()}}
	c := New(s.APIURL, app.source)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Challenge string `json:"challenge"`
		}
		_ = json.NewDecoder(r.Body).Decode(&asked) // what is no challenge is not answered
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, asked.Challenge)
	}))
	t.Cleanup(hook.Close)
	wanted := Subscription{
		Type: "stream.online", Version: "1", Condition: map[string]string{"broadcaster_user_id": s.Broadcaster.ID},
		Transport: Transport{Method: "webhook", Callback: hook.URL, Secret: "0123456789"},
	}
	made, err := c.CreateSubscription(t.Context(), wanted)
	if err != nil || made.ID == "" || made.Status == "" || made.CreatedAt.IsZero() {
		t.Fatalf("made %+v: %v", made, err)
	}
	if err := s.Subscribed(t.Context(), wanted.Type); err != nil {
		t.Fatal(err)
	}
	_, err = c.CreateSubscription(t.Context(), wanted)
	if e := wantKind(t, err, Refused, wanted.Transport.Secret); e.Status != http.StatusConflict || e.ID != made.ID {
		t.Errorf("the other one is %q: %v", e.ID, err)
	}
	listed, err := c.Subscriptions(t.Context())
	if err != nil || len(listed) != 1 || listed[0].Condition["broadcaster_user_id"] != s.Broadcaster.ID {
		t.Errorf("there are %+v: %v", listed, err)
	}
	for range 2 { // what is gone is as good as deleted
		if err := c.DeleteSubscription(t.Context(), made.ID); err != nil {
			t.Error(err)
		}
	}
}

func TestOAuth(t *testing.T) {
	t.Parallel()
	s := twitch(t)
	auth, app := Auth{s.AuthURL}, App{s.ClientID, s.ClientSecret}
	s.Rotate(true)
	given := s.Grant(s.Broadcaster, all...)
	who, err := auth.Validate(t.Context(), given.AccessToken)
	if err != nil || who.UserID != s.Broadcaster.ID || who.ClientID != s.ClientID || who.Lasts <= 0 || len(who.Scopes) != len(all) {
		t.Fatalf("it is %+v's: %v", who, err)
	}
	next, err := auth.Refresh(t.Context(), app, given.RefreshToken)
	if err != nil || next.Refresh == given.RefreshToken || next.Access == given.AccessToken {
		t.Fatalf("refreshed: %v", err)
	}
	_, err = auth.Refresh(t.Context(), app, given.RefreshToken)
	_ = wantKind(t, err, Refused, given.RefreshToken, s.ClientSecret)
	_, err = auth.Exchange(t.Context(), app, "nonsense", "http://localhost/connect/twitch")
	_ = wantKind(t, err, Refused, s.ClientSecret)
	if err := auth.Revoke(t.Context(), app.ID, next.Access); err != nil {
		t.Error(err)
	}
	if err := auth.Revoke(t.Context(), app.ID, next.Access); err != nil {
		t.Errorf("what is revoked already: %v", err)
	}
	_, err = auth.Validate(t.Context(), next.Access)
	_ = wantKind(t, err, Unauthorised, next.Access)
	s.Fail(faketwitch.Failure{Path: "/oauth2/token", Times: 1, Status: http.StatusOK, Body: `{}`})
	_, err = auth.AppToken(t.Context(), app)
	_ = wantKind(t, err, Unavailable)
}

func TestDeviceFlow(t *testing.T) {
	t.Parallel()
	s := twitch(t)
	auth := Auth{s.AuthURL}
	for _, allow := range []bool{true, false} {
		device, err := auth.Device(t.Context(), s.ClientID, all)
		if err != nil || device.UserCode == "" || device.Interval < time.Second || device.Lasts < time.Minute {
			t.Fatalf("device %+v: %v", device, err)
		}
		if _, err := auth.Poll(t.Context(), s.ClientID, device.Code, all); !errors.Is(err, ErrPending) {
			t.Fatalf("before the code is typed in: %v", err)
		}
		if err := s.EnterCode(device.UserCode, allow); err != nil {
			t.Fatal(err)
		}
		grant, err := auth.Poll(t.Context(), s.ClientID, device.Code, all)
		if allow && (err != nil || grant.Access == "") {
			t.Errorf("allowed: %v", err)
		}
		if !allow {
			_ = wantKind(t, err, Refused, device.Code)
		}
	}
}
