package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// cookieLife is how long a browser keeps a session; the session itself may end earlier.
const cookieLife = 30 * 24 * time.Hour

// cookieName is bound to host and https where there is https, which a plain connection cannot have.
// There it has the port, because browsers send the cookies of a host to all its ports.
func cookieName(site string) string {
	if strings.HasPrefix(site, "https://") {
		return "__Host-afterglow"
	}
	port := "80"
	if address, err := url.Parse(site); err == nil && address.Port() != "" {
		port = address.Port()
	}
	return "afterglow-" + port
}

// setSession lets the browser keep the secret of a session, or forget it when it is empty.
func (s *server) setSession(c echo.Context, secret string) {
	cookie := &http.Cookie{
		Name: s.cookie, Value: secret, Path: "/", MaxAge: int(cookieLife.Seconds()),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
	if secret == "" {
		cookie.MaxAge = -1
	}
	c.SetCookie(cookie)
}

// bearer is the API token that a request shows in its header.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// credential is what a request shows; a token counts more than the session that is always sent.
func (s *server) credential(r *http.Request) run.Credential {
	if token := bearer(r); token != "" {
		return run.Credential{Token: token}
	}
	if cookie, err := r.Cookie(s.cookie); err == nil {
		return run.Credential{Session: cookie.Value}
	}
	return run.Credential{}
}

// authenticate asks who shows the credential; without one nobody does.
func (s *server) authenticate(ctx context.Context, shown run.Credential) (api.Caller, error) {
	if shown == (run.Credential{}) {
		return api.Caller{}, fault.New(fault.Unauthenticated, "sign in first")
	}
	body, err := json.Marshal(shown)
	if err != nil {
		return api.Caller{}, fmt.Errorf("credential: %w", err)
	}
	reply, err := api.Do(ctx, s.Logs, s.doorman, run.AuthenticateRoute, api.Call{Input: api.Input{Body: body}})
	if err != nil {
		return api.Caller{}, err
	}
	var caller api.Caller
	if err := json.Unmarshal(reply.Body, &caller); err != nil {
		return api.Caller{}, fmt.Errorf("caller: %w", err)
	}
	return caller, nil
}

// caller tells who sends a request. Where everybody may call, an outdated credential is nobody's.
func (s *server) caller(c echo.Context, everybody bool) (api.Caller, error) {
	caller, err := s.authenticate(c.Request().Context(), s.credential(c.Request()))
	if err != nil && !(everybody && fault.Is(err, fault.Unauthenticated)) {
		return api.Caller{}, err
	}
	caller.Address, caller.Host, caller.Device = c.RealIP(), c.Request().Host, device(c.Request())
	return caller, nil
}

// device is what a browser or program says it is, as far as it is short and can be read.
func device(r *http.Request) string {
	said := strings.ToValidUTF8(r.UserAgent()[:min(len(r.UserAgent()), nameLimit)], "")
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return -1
	}, said)
}

// checkOrigin refuses what another site's page makes a browser do with its session. A token is
// shown by whoever has it, not by the browser.
func (s *server) checkOrigin(r *http.Request) error {
	if bearer(r) != "" {
		return nil
	}
	if err := s.origins.Check(r); err != nil {
		return fault.New(fault.Forbidden, "this request comes from a page of another site")
	}
	return nil
}

// sameOrigin tells whether a websocket is opened by a page of this site.
func (s *server) sameOrigin(r *http.Request) bool {
	origin, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || origin.Host == "" {
		return false
	}
	return strings.EqualFold(origin.Host, r.Host) || origin.Scheme+"://"+origin.Host == s.Config.PublicURL
}
