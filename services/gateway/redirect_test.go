package gateway

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

type landing struct {
	Code string `query:"code" json:"-"`
}

// trips send a browser elsewhere, and take it back.
var trips = []run.Endpoint{
	api.Get("/api/trip", "goes elsewhere", api.Everybody, func(context.Context, *run.Deps, struct{}) (api.Redirect, error) {
		return api.Redirect{URL: "https://elsewhere.example/?a=1&b=2", Keep: "kept"}, nil
	}),
	api.Get("/connect/trip", "comes back", api.Everybody, func(ctx context.Context, _ *run.Deps, req landing) (api.Redirect, error) {
		if caller := api.CallerOf(ctx); caller.Kept != "kept" || req.Code == "" {
			return api.Redirect{}, fault.New(fault.Forbidden, "this <b>did not</b> begin here")
		}
		api.SetSession(ctx, "ours")
		return api.Redirect{URL: "/"}, nil
	}),
}

// cookies are those that a response sets, by name.
func cookies(res *http.Response) map[string]*http.Cookie {
	set := map[string]*http.Cookie{}
	for _, c := range res.Cookies() {
		set[c.Name] = c
	}
	return set
}

func TestBrowserIsSentElsewhereAndComesBack(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	name := cookieName(s.Config.URL()) + "-kept"
	res, _ := s.send(t, "GET", "/api/trip", "")
	kept := cookies(res)[name]
	if res.StatusCode != http.StatusFound || res.Header.Get("Location") != "https://elsewhere.example/?a=1&b=2" || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d, to %q", res.StatusCode, res.Header.Get("Location"))
	}
	if kept == nil || kept.Value != "kept" || !kept.HttpOnly || kept.SameSite != http.SameSiteLaxMode || kept.MaxAge != 600 || kept.Path != "/" {
		t.Fatalf("the browser keeps %v", kept)
	}
	// Whoever sends a browser back adds what it likes, and codes may be long.
	back := "/connect/trip?scope=a+b&session_state=x&code=" + strings.Repeat("c", 3000)
	res, _ = s.send(t, "GET", back, "", "Cookie", name+"=kept")
	set := cookies(res)
	if res.StatusCode != http.StatusFound || res.Header.Get("Location") != "/" {
		t.Fatalf("status %d, to %q", res.StatusCode, res.Header.Get("Location"))
	}
	if c := set[cookieName(s.Config.URL())]; c == nil || c.Value != "ours" {
		t.Errorf("the session is %v", c)
	}
	if c := set[name]; c == nil || c.MaxAge >= 0 || c.Value != "" {
		t.Errorf("the browser still keeps %v", c)
	}
}

func TestFailedReturnIsAPage(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for _, cookie := range []string{"", cookieName(s.Config.URL()) + "-kept=another"} {
		res, text := s.send(t, "GET", "/connect/trip?code=c", "", "Cookie", cookie, "Accept", "text/html,*/*;q=0.8")
		if res.StatusCode != http.StatusForbidden || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") ||
			!strings.Contains(text, "This &lt;b&gt;did not&lt;/b&gt; begin here.") || len(res.Cookies()) > 0 {
			t.Errorf("status %d, %s: %s", res.StatusCode, res.Header.Get("Content-Type"), text)
		}
	}
	res, text := s.send(t, "GET", "/connect/trip?code=c", "")
	wantProblem(t, res, text, http.StatusForbidden, fault.Forbidden)
	res, text = s.send(t, "GET", "/connect/trip?code=%00", "")
	wantProblem(t, res, text, http.StatusBadRequest, fault.Invalid)
	if res, _ = s.send(t, "HEAD", "/connect/trip?code=c", ""); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a look without going is answered %d", res.StatusCode)
	}
}

func TestKeptCookieUnderHTTPS(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *run.Config) { c.PublicURL = "https://stream.example" })
	res, _ := s.send(t, "GET", "/api/trip", "")
	if c := cookies(res)["__Host-afterglow-kept"]; c == nil || !c.Secure || c.Domain != "" || c.Path != "/" {
		t.Errorf("the browser keeps %v", c)
	}
}

func TestServicesHearWhichDeviceCalls(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	name := cookieName(s.Config.URL()) + "-kept"
	_, text := s.send(t, "POST", "/api/sessions", `{"secret":"ours"}`, "User-Agent", "A\tbrowser/1 \xff"+strings.Repeat("x", 500), "Cookie", name+"=kept")
	if !strings.Contains(text, `"device":"Abrowser/1 xx`) || len(text) > 500 || strings.Contains(text, "kept") {
		t.Errorf("it hears %s", text)
	}
}
