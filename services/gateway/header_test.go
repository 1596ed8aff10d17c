package gateway

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// everyRoute calls f for every endpoint there is, with a path that it answers.
func (s *site) everyRoute(f func(service run.Service, route api.Route, path string)) {
	for _, service := range []run.Service{s.door.service(), library} {
		for _, e := range service.Endpoints {
			f(service, e.Route, regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(e.Path, "x"))
		}
	}
}

// What holds for all endpoints is not left to each of them.
func TestEveryRouteIsGuarded(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	written := s.events(t)
	cookie := []string{"Cookie", s.cookie("ours")}
	s.everyRoute(func(_ run.Service, route api.Route, path string) {
		get := route.Method == http.MethodGet
		for name, c := range map[string]struct {
			path, body string
			header     []string
			status     int
			skip       bool
		}{
			"page of another site":   {path, "{}", append(cookie, "Sec-Fetch-Site", "cross-site"), 403, get},
			"page of another port":   {path, "{}", append(cookie, "Sec-Fetch-Site", "same-site"), 403, get},
			"another origin":         {path, "{}", append(cookie, "Origin", "http://evil.example"), 403, get},
			"form":                   {path, "a=b", append(cookie, "Content-Type", "application/x-www-form-urlencoded"), 400, get || route.Raw},
			"plain text":             {path, "{}", append(cookie, "Content-Type", "text/plain"), 400, get || route.Raw},
			"no kind":                {path, "{}", append(cookie, "Content-Type", ";"), 400, get || route.Raw},
			"list":                   {path, "[]", cookie, 400, get || route.Raw},
			"unknown field":          {path, `{"surprise":1}`, cookie, 400, get || route.Raw},
			"large body":             {path, `{"x":"` + strings.Repeat("x", bodyLimit) + `"}`, cookie, 413, get},
			"unknown parameter":      {path + "?surprise=1", "", cookie, 400, isRedirect(route)},
			"large header":           {path, "", append(cookie, "X-Large", strings.Repeat("x", headerLimit)), 431, false},
			"method that is not one": {path, "", append(cookie, "X-Method", "BREW"), 405, false},
			"nobody":                 {path, "", nil, 401, route.Roles == nil},
			"outdated session":       {path, "", []string{"Cookie", s.cookie("nobody")}, 401, route.Roles == nil},
			"token nobody made":      {path, "", []string{"Authorization", "Bearer nobody"}, 401, route.Roles == nil},
		} {
			if c.skip {
				continue
			}
			method := route.Method
			if other := header(c.header...).Get("X-Method"); other != "" {
				method = other
			}
			res, text := s.send(t, method, c.path, c.body, c.header...)
			if res.StatusCode != c.status || res.Header.Get("Content-Type") != "application/problem+json" || len(res.Cookies()) > 0 {
				t.Errorf("%s %s, %s: status %d, want %d: %s", route.Method, route.Path, name, res.StatusCode, c.status, text)
			}
			if c.status == 405 && !strings.Contains(res.Header.Get("Allow"), route.Method) {
				t.Errorf("%s %s: allowed is %q", route.Method, route.Path, res.Header.Get("Allow"))
			}
			if name := strings.TrimPrefix(name, "unknown "); name == "field" || name == "parameter" {
				if p := wantProblem(t, res, text, 400, fault.Invalid); p.Errors["surprise"] == "" {
					t.Errorf("%s %s: the unknown %s is not named: %s", route.Method, route.Path, name, text)
				}
			}
		}
	})
	if last := s.events(t); last != written {
		t.Errorf("what was refused wrote %d events", last-written)
	}
}

func TestPathParameterIsNotInTheQuery(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	res, text := s.send(t, "GET", "/api/streams/a?stream=b", "", ours...)
	if p := wantProblem(t, res, text, 400, fault.Invalid); p.Errors["stream"] == "" {
		t.Errorf("the parameter is not named: %s", text)
	}
}

// What is answered, it comes with the headers that protect browsers.
func TestProtectingHeaders(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "https://stream.example"} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			s := start(t, func(c *run.Config) { c.PublicURL = url })
			for _, path := range []string{"/", "/healthz", "/api/openapi.json", "/api/nothing", "/api/broken", "/api/streams/x", "/ws", "/assets/none.js"} {
				res, _ := s.send(t, "GET", path, "")
				h := res.Header
				if !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'self'") || h.Get("X-Content-Type-Options") != "nosniff" ||
					h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cross-Origin-Opener-Policy") != "same-origin" || h.Get("X-Request-Id") == "" {
					t.Errorf("%s: %v", path, h)
				}
				if secure := h.Get("Strict-Transport-Security") != ""; secure != (url != "") {
					t.Errorf("%s: %v", path, h)
				}
				if h.Get("Access-Control-Allow-Origin") != "" || h.Get("Server") != "" || h.Get("X-Powered-By") != "" {
					t.Errorf("%s tells too much: %v", path, h)
				}
			}
		})
	}
}

// Video may come from a CDN, and only from the one that is set.
func TestPolicyNamesTheCDN(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"": "media-src 'self' blob:;", "https://cdn.example": "media-src 'self' blob: https://cdn.example;", "http://cdn.example:81/av": "media-src 'self' blob: http://cdn.example:81;",
	} {
		if got := policyFor(run.Config{MediaURL: address}, nil); !strings.Contains(got, want) {
			t.Errorf("%q: %s", address, got)
		}
	}
}

// HEAD is GET without the body, wherever there is a GET.
func TestHead(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	paths := []string{"/", "/healthz", "/readyz", "/metrics", "/api/openapi.json", "/api/nothing"}
	s.everyRoute(func(_ run.Service, route api.Route, path string) {
		if route.Method == http.MethodGet && !isRedirect(route) {
			paths = append(paths, path)
		}
	})
	for _, path := range paths {
		get, _ := s.send(t, "GET", path, "", ours...)
		head, text := s.send(t, "HEAD", path, "", ours...)
		if head.StatusCode != get.StatusCode || text != "" || head.Header.Get("Content-Type") != get.Header.Get("Content-Type") {
			t.Errorf("%s: %d %s, as GET %d %s; with %d bytes", path, head.StatusCode, head.Header.Get("Content-Type"),
				get.StatusCode, get.Header.Get("Content-Type"), len(text))
		}
	}
}

// Asking what is possible needs nobody to be signed in, and does nothing.
func TestOptions(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	res, text := s.send(t, "OPTIONS", "/api/streams", "")
	if res.StatusCode != http.StatusNoContent || text != "" || !strings.Contains(res.Header.Get("Allow"), "POST") {
		t.Errorf("status %d, %s, %v", res.StatusCode, text, res.Header)
	}
}

// A mistake in the gateway itself is a problem too, and tells nothing of itself.
func TestPanicIsAProblem(t *testing.T) {
	t.Parallel()
	p := testPlatform(t)
	s, err := newServer(p, []run.Service{library})
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	e.HTTPErrorHandler = s.problem
	e.Use(s.observe, recovered, s.prepare)
	e.GET("/", func(echo.Context) error { panic("a secret detail") })
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
	res, text := rec.Result(), rec.Body.String()
	wantProblem(t, res, text, 500, fault.Internal)
	if strings.Contains(text, "secret detail") {
		t.Errorf("it tells %s", text)
	}
}
