package twitch_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

// back goes to the authorisation page and answers where the browser is sent, or the status when it
// is sent nowhere.
func back(t *testing.T, s *twitch.Server, query string) (url.Values, int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.AuthURL+"/authorize?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	status, _, header := answered(t, r)
	to, err := url.Parse(header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return to.Query(), status
}

func ask(s *twitch.Server) string {
	return "response_type=code&client_id=" + s.ClientID + "&redirect_uri=http%3A%2F%2Flocalhost%2Fback%3Fkept%3D1&scope=user%3Aread%3Achat+bits%3Aread&state=abc"
}

func TestAuthorisationCode(t *testing.T) {
	t.Parallel()
	s, clock := start(t, func(c *twitch.Config) { c.Redirects = []string{"http://localhost/back?kept=1"} })
	query, _ := back(t, s, ask(s))
	if query.Get("state") != "abc" || query.Get("kept") != "1" || query.Get("scope") != "user:read:chat bits:read" {
		t.Fatalf("sent back with %v", query)
	}
	exchange := []string{"grant_type", "authorization_code", "code", query.Get("code"), "redirect_uri", "http://localhost/back?kept=1"}
	if status, _ := form(t, s, "/token", append(exchange, "client_secret", "wrong")...); status != 403 {
		t.Fatalf("a wrong secret got %d", status)
	}
	status, tokens := form(t, s, "/token", exchange...)
	if status != 200 || tokens["token_type"] != "bearer" || tokens["expires_in"] != 14400.0 || len(tokens["scope"].([]any)) != 2 {
		t.Fatalf("got %d %v", status, tokens)
	}
	if status, said := form(t, s, "/token", exchange...); status != 400 || said["message"] != "Invalid authorization code" {
		t.Fatalf("the code again got %d %v", status, said)
	}
	r, _ := http.NewRequestWithContext(t.Context(), "GET", s.AuthURL+"/validate", nil)
	r.Header.Set("Authorization", "OAuth "+tokens["access_token"].(string))
	status, said, _ := answered(t, r)
	if status != 200 || said["login"] != "ours" || said["user_id"] != "1001" || said["expires_in"] != 14400.0 {
		t.Fatalf("validated with %d %v", status, said)
	}
	clock.Advance(4 * time.Hour)
	if status, said, _ := answered(t, r); status != 401 || said["message"] != "invalid access token" {
		t.Fatalf("later validated with %d %v", status, said)
	}
	late, _ := back(t, s, ask(s))
	clock.Advance(10 * time.Minute)
	if status, _ := form(t, s, "/token", "grant_type", "authorization_code", "code", late.Get("code"), "redirect_uri", "http://localhost/back?kept=1"); status != 400 {
		t.Fatal("an old code was taken")
	}
}

func TestAuthorisationThatIsRefused(t *testing.T) {
	t.Parallel()
	s, _ := start(t, func(c *twitch.Config) { c.Redirects = []string{"http://localhost/back?kept=1"} })
	if _, status := back(t, s, strings.Replace(ask(s), "back", "elsewhere", 1)); status != 400 {
		t.Fatalf("another redirect got %d", status)
	}
	if _, status := back(t, s, strings.Replace(ask(s), s.ClientID, "somebody", 1)); status != 400 {
		t.Fatalf("another client got %d", status)
	}
	s.Consent(twitch.Deny)
	query, _ := back(t, s, ask(s))
	if query.Get("error") != "access_denied" || query.Get("state") != "abc" || query.Get("code") != "" {
		t.Fatalf("sent back with %v", query)
	}
	s.Consent(twitch.Ask)
	if _, status := back(t, s, ask(s)); status != 200 {
		t.Fatalf("the page got %d", status)
	}
	if query, _ = back(t, s, ask(s)+"&decision=deny"); query.Get("error") != "access_denied" {
		t.Fatalf("after Cancel sent back with %v", query)
	}
	if query, _ = back(t, s, ask(s)+"&decision=allow"); query.Get("code") == "" {
		t.Fatalf("after Authorize sent back with %v", query)
	}
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	s.TokenLife(time.Minute)
	tokens := s.Grant(s.Broadcaster, "bits:read")
	refresh := func(token string) (int, map[string]any) {
		return form(t, s, "/token", "grant_type", "refresh_token", "refresh_token", token)
	}
	status, said := refresh(tokens.RefreshToken)
	if status != 200 || said["refresh_token"] != tokens.RefreshToken || said["access_token"] == tokens.AccessToken || said["expires_in"] != 60.0 {
		t.Fatalf("refreshed with %d %v", status, said)
	}
	s.Rotate(true)
	_, said = refresh(tokens.RefreshToken)
	next := said["refresh_token"].(string)
	if next == tokens.RefreshToken {
		t.Fatal("the refresh token is the same")
	}
	if status, said := refresh(tokens.RefreshToken); status != 400 || said["message"] != "Invalid refresh token" {
		t.Fatalf("the former refresh token got %d %v", status, said)
	}
	s.Fail(twitch.Failure{Path: "/oauth2/token", Status: 503, Lost: true, Times: 1})
	if status, _ = refresh(next); status != 503 {
		t.Fatalf("the answer that is lost is %d", status)
	}
	if status, _ = refresh(next); status != 400 || s.State().Refreshes != 3 {
		t.Fatalf("what was lost had no effect: %d, %d refreshes", status, s.State().Refreshes)
	}
	other := s.Grant(s.Broadcaster, "bits:read")
	s.Expire()
	if status, _, _ := (client{s, other.AccessToken}).do(t, "GET", "/users", nil); status != 401 {
		t.Fatalf("an expired token got %d", status)
	}
	s.Disconnect(s.Broadcaster)
	if status, _ := refresh(other.RefreshToken); status != 400 {
		t.Fatal("a refresh token outlived the connection")
	}
}

func TestDevice(t *testing.T) {
	t.Parallel()
	s, clock := start(t)
	begin := func() (device, user string) {
		_, said := form(t, s, "/device", "client_secret", "", "scopes", "user:read:chat bits:read")
		if said["interval"] != 5.0 || said["expires_in"] != 1800.0 || !strings.Contains(said["verification_uri"].(string), said["user_code"].(string)) {
			t.Fatalf("the device was told %v", said)
		}
		return said["device_code"].(string), said["user_code"].(string)
	}
	poll := func(device string) (int, map[string]any) {
		return form(t, s, "/token", "client_secret", "", "grant_type", "urn:ietf:params:oauth:grant-type:device_code", "device_code", device, "scopes", "user:read:chat")
	}
	device, user := begin()
	if status, said := poll(device); status != 400 || said["message"] != "authorization_pending" {
		t.Fatalf("before anybody agreed: %d %v", status, said)
	}
	if err := s.EnterCode(user, true); err != nil {
		t.Fatal(err)
	}
	status, tokens := poll(device)
	if status != 200 {
		t.Fatalf("after somebody agreed: %d %v", status, tokens)
	}
	if status, _ := poll(device); status != 400 {
		t.Fatal("a device code can be used twice")
	}
	refresh := []string{"client_secret", "", "grant_type", "refresh_token", "refresh_token", tokens["refresh_token"].(string)}
	if status, _ := form(t, s, "/token", refresh...); status != 200 {
		t.Fatal("a public client cannot refresh without a secret")
	}
	if status, _ := form(t, s, "/token", refresh...); status != 400 {
		t.Fatal("its refresh token can be used twice")
	}
	device, user = begin()
	if err := s.EnterCode(user, false); err != nil {
		t.Fatal(err)
	}
	if status, said := poll(device); status != 400 || said["message"] != "invalid device code" {
		t.Fatalf("after somebody declined: %d %v", status, said)
	}
	_, user = begin()
	clock.Advance(30 * time.Minute)
	if s.EnterCode(user, true) == nil {
		t.Fatal("an old code can be entered")
	}
}

func TestRevokeAndAppToken(t *testing.T) {
	t.Parallel()
	s, _ := start(t)
	status, said := form(t, s, "/token", "grant_type", "client_credentials")
	if status != 200 || said["refresh_token"] != nil {
		t.Fatalf("the app token came with %d %v", status, said)
	}
	app := client{s, said["access_token"].(string)}
	if status, _, _ := app.do(t, "GET", "/users?login=theirs", nil); status != 200 {
		t.Fatalf("the app token got %d", status)
	}
	if status, _ := form(t, s, "/revoke", "token", app.token, "client_id", "somebody"); status != 404 {
		t.Fatalf("another client got %d", status)
	}
	for _, want := range []int{200, 400} {
		if status, _ := form(t, s, "/revoke", "token", app.token); status != want {
			t.Fatalf("revoking got %d, expected %d", status, want)
		}
	}
}
