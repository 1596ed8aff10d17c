package gateway

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

const (
	// keptLife is how long a browser keeps the secret of an api.Redirect.
	keptLife = 10 * time.Minute
	// returnLimit is how many bytes a parameter may have that somebody else sends a browser back with.
	returnLimit = 8 << 10
)

// redirect hands a browser that goes elsewhere, or comes back from there, to the service.
func (s *server) redirect(service string, route api.Route) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method != http.MethodGet { // to look only would use up what can be used once
			return echo.ErrMethodNotAllowed
		}
		c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
		to, err := s.leave(c, service, route)
		if err != nil && strings.Contains(c.Request().Header.Get(echo.HeaderAccept), echo.MIMETextHTML) {
			return s.failure(c, err)
		}
		if err != nil {
			return err
		}
		s.setKept(c, to.Keep)
		return c.Redirect(http.StatusFound, to.URL)
	}
}

// leave asks the service where the browser goes.
func (s *server) leave(c echo.Context, service string, route api.Route) (api.Redirect, error) {
	caller, err := s.caller(c, route.Roles == nil)
	if err != nil {
		return api.Redirect{}, err
	}
	if cookie, err := c.Cookie(s.keptCookie()); err == nil {
		caller.Kept = cookie.Value
	}
	call := api.Call{Caller: caller, Input: api.Input{Params: map[string]string{}}}
	call.Correlation, _ = c.Get(requestIDKey).(string)
	for i := range route.Request.NumField() {
		name := route.Request.Field(i).Tag.Get("query")
		value := c.QueryParam(name)
		if !isText(value, returnLimit) {
			return api.Redirect{}, fault.Field(name, "this should be text of at most %d bytes without control characters", returnLimit)
		}
		call.Params[name] = value
	}
	reply, err := api.Do(c.Request().Context(), s.Logs, service, route, call)
	if err != nil {
		return api.Redirect{}, err
	}
	if reply.Session != nil {
		s.setSession(c, *reply.Session)
	}
	var to api.Redirect
	if err := json.Unmarshal(reply.Body, &to); err != nil {
		return api.Redirect{}, fmt.Errorf("redirect: %w", err)
	}
	return to, nil
}

func isRedirect(route api.Route) bool { return route.Response == reflect.TypeFor[api.Redirect]() }

func (s *server) keptCookie() string { return s.cookie + "-kept" }

// setKept lets the browser keep a secret until it comes back, or forget it when it is empty.
func (s *server) setKept(c echo.Context, secret string) {
	cookie := &http.Cookie{
		Name: s.keptCookie(), Value: secret, Path: "/", MaxAge: int(keptLife.Seconds()),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
	if secret == "" {
		cookie.MaxAge = -1
	}
	c.SetCookie(cookie)
}

// failurePage is what somebody sees whom the web app cannot tell.
var failurePage = template.Must(template.New("failure").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{.Title}} · Afterglow</title>
<style>
	:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif }
	main { max-width: 32rem; margin: 20vh auto 0; padding: 0 1.5rem }
</style>
<main>
	<h1>{{.Title}}</h1>
	<p>{{.Detail}}.</p>
	<p><a href="/">Back to Afterglow</a></p>
</main>
</html>
`))

// failure shows why it did not go on.
func (s *server) failure(c echo.Context, err error) error {
	p := explain(err)
	if p.Code == fault.Internal {
		s.Logger.Error("request failed", "id", c.Get(requestIDKey), "method", c.Request().Method, "path", c.Request().URL.Path, "err", err)
	}
	var text strings.Builder
	p.Detail = strings.ToUpper(p.Detail[:1]) + p.Detail[1:]
	if err := failurePage.Execute(&text, p); err != nil {
		return fmt.Errorf("failure page: %w", err)
	}
	return c.HTML(p.Status, text.String())
}
