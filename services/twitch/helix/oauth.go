package helix

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// App is an application that is registered at Twitch.
type App struct {
	ID string
	// Secret is empty for a public one, which can use the device flow alone.
	Secret string
}

// Grant is what Twitch gives to act for somebody.
type Grant struct {
	Access string
	// Refresh gets the next grant; empty when this is the last one.
	Refresh string
	Scopes  []string
	// Lasts is for how long Access is accepted; zero when Twitch does not say.
	Lasts time.Duration
}

// Identity is whom a token belongs to.
type Identity struct {
	ClientID string
	// UserID and Login are empty for an application's own token.
	UserID, Login string
	Scopes        []string
	// Lasts is for how long the token is accepted; zero when Twitch does not say.
	Lasts time.Duration
}

// Device is what somebody needs who allows the platform to act on another device.
type Device struct {
	// Code is a secret: it gets the grant.
	Code string
	// UserCode is typed in at the URL.
	UserCode, URL string
	// Interval is how long to wait between two questions, Lasts how long the codes hold.
	Interval, Lasts time.Duration
}

// ErrPending is why there is no grant yet: nobody has typed the code in so far.
var ErrPending = errors.New("nobody has allowed it yet")

// Auth speaks to Twitch's OAuth server at a URL that has no slash at its end.
type Auth struct{ URL string }

// AuthorizeURL is where a browser goes so that somebody allows the scopes.
func (a Auth) AuthorizeURL(clientID, redirect, state string, scopes []string) string {
	return a.URL + "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {clientID}, "redirect_uri": {redirect}, "state": {state},
		"scope": {strings.Join(scopes, " ")},
	}.Encode()
}

// Exchange gets the grant for the code that a browser came back with.
func (a Auth) Exchange(ctx context.Context, app App, code, redirect string) (Grant, error) {
	return a.grant(ctx, url.Values{
		"grant_type": {"authorization_code"}, "client_id": {app.ID}, "client_secret": {app.Secret},
		"code": {code}, "redirect_uri": {redirect},
	})
}

// Refresh gets another grant. The refresh token may be worth nothing afterwards. The error's kind is
// Refused or Unauthorised when there will be none, however often it is tried.
func (a Auth) Refresh(ctx context.Context, app App, refresh string) (Grant, error) {
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {app.ID}, "refresh_token": {refresh}}
	if app.Secret != "" {
		form.Set("client_secret", app.Secret)
	}
	g, err := a.grant(ctx, form)
	if g.Refresh == "" {
		g.Refresh = refresh
	}
	return g, err
}

// AppToken gets a token of the application itself.
func (a Auth) AppToken(ctx context.Context, app App) (Grant, error) {
	return a.grant(ctx, url.Values{"grant_type": {"client_credentials"}, "client_id": {app.ID}, "client_secret": {app.Secret}})
}

// Device begins the device flow.
func (a Auth) Device(ctx context.Context, clientID string, scopes []string) (Device, error) {
	var answer struct {
		DeviceCode      string `json:"device_code"`
		UserCode        string `json:"user_code"`
		VerificationURI string `json:"verification_uri"`
		Interval        number `json:"interval"`
		ExpiresIn       number `json:"expires_in"`
	}
	form := url.Values{"client_id": {clientID}, "scopes": {strings.Join(scopes, " ")}}
	if err := a.post(ctx, "/device", form, &answer); err != nil {
		return Device{}, err
	}
	if answer.DeviceCode == "" || answer.UserCode == "" || answer.ExpiresIn <= 0 {
		return Device{}, &Error{Kind: Unavailable, Message: "the answer to /device has no code"}
	}
	return Device{
		answer.DeviceCode, answer.UserCode, answer.VerificationURI,
		max(seconds(answer.Interval), 5*time.Second), seconds(answer.ExpiresIn),
	}, nil
}

// Poll asks for the grant of the device flow: ErrPending while there is none yet.
func (a Auth) Poll(ctx context.Context, clientID, code string, scopes []string) (Grant, error) {
	g, err := a.grant(ctx, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "client_id": {clientID},
		"device_code": {code}, "scopes": {strings.Join(scopes, " ")},
	})
	if e := (*Error)(nil); errors.As(err, &e) && e.Kind == Refused && (e.Message == "authorization_pending" || e.Message == "slow_down") {
		return Grant{}, ErrPending
	}
	return g, err
}

// Validate asks whom a token belongs to. The error's kind is Unauthorised when it is not valid.
func (a Auth) Validate(ctx context.Context, token string) (Identity, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.URL+"/validate", nil)
	if err != nil {
		return Identity{}, fmt.Errorf("twitch /validate: %w", err)
	}
	req.Header.Set("Authorization", "OAuth "+token)
	var answer struct {
		ClientID  string `json:"client_id"`
		Login     string `json:"login"`
		UserID    string `json:"user_id"`
		Scopes    words  `json:"scopes"`
		ExpiresIn number `json:"expires_in"`
	}
	if err := send(req, &answer, token); err != nil {
		return Identity{}, err
	}
	return Identity{answer.ClientID, answer.UserID, answer.Login, answer.Scopes, seconds(answer.ExpiresIn)}, nil
}

// Revoke makes a token worth nothing. A token that is not valid is as good as revoked.
func (a Auth) Revoke(ctx context.Context, clientID, token string) error {
	err := a.post(ctx, "/revoke", url.Values{"client_id": {clientID}, "token": {token}}, nil)
	if e := (*Error)(nil); errors.As(err, &e) && e.Status == http.StatusBadRequest {
		return nil
	}
	return err
}

func (a Auth) grant(ctx context.Context, form url.Values) (Grant, error) {
	var answer struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
		Scope        words  `json:"scope"`
		ExpiresIn    number `json:"expires_in"`
	}
	if err := a.post(ctx, "/token", form, &answer); err != nil {
		return Grant{}, err
	}
	if answer.AccessToken == "" {
		return Grant{}, &Error{Kind: Unavailable, Message: "the answer to /token has no token"}
	}
	return Grant{answer.AccessToken, answer.RefreshToken, answer.Scope, seconds(answer.ExpiresIn)}, nil
}

func (a Auth) post(ctx context.Context, path string, form url.Values, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("twitch %s: %w", path, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return send(req, out, form.Get("client_secret"), form.Get("code"), form.Get("device_code"), form.Get("refresh_token"), form.Get("token"))
}

func seconds(n number) time.Duration { return time.Duration(n) * time.Second }
