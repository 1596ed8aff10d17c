package gateway

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func TestWriteAndReadOwnWrite(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	made, position := s.make(t, "first", ours)
	p, err := es.ParsePosition(position)
	if err != nil || p.Log != events.Facts.Name {
		t.Fatalf("the position is %q: %v", position, err)
	}
	res, text := s.send(t, "GET", "/api/streams/"+made.ID+"?shout=a&shout=!", "", append(ours, "Afterglow-Min-Position", position)...)
	if res.StatusCode != http.StatusOK || !strings.Contains(text, `"first!"`) || res.Header.Get("Content-Type") != "application/json" {
		t.Errorf("status %d, %s", res.StatusCode, text)
	}
	res, text = s.send(t, "GET", "/api/streams/"+made.ID, "", append(theirs, "Afterglow-Min-Position", position)...)
	wantProblem(t, res, text, 404, fault.NotFound)
}

func TestCorrelation(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	res, _ := s.send(t, "POST", "/api/streams", `{"title":"x"}`, append(ours, "X-Request-Id", "request-7")...)
	p, err := es.ParsePosition(res.Header.Get("Afterglow-Position"))
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.Logs.Read(t.Context(), p)
	if err != nil || e.Correlation != "request-7" || e.Actor != "ours" || res.Header.Get("X-Request-Id") != "request-7" {
		t.Errorf("the event is %+v: %v", e.Meta, err)
	}
	if res, _ = s.send(t, "GET", "/healthz", "", "X-Request-Id", "a b"); res.Header.Get("X-Request-Id") == "a b" {
		t.Error("any text is an id")
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	large := `{"title":"` + strings.Repeat("x", 768<<10) + `"}`
	for _, c := range []struct {
		method, path, body string
		header             []string
		status             int
		code               fault.Code
	}{
		{"GET", "/api/streams/x", "", nil, 401, fault.Unauthenticated},
		{"GET", "/api/streams/x", "", []string{"Authorization", "Bearer nobody"}, 401, fault.Unauthenticated},
		{"GET", "/api/streams/x", "", []string{"Cookie", s.cookie("nobody")}, 401, fault.Unauthenticated},
		{"GET", "/api/streams/x", "", ours, 404, fault.NotFound},
		{"GET", "/api/streams/x?y=1", "", ours, 400, fault.Invalid},
		{"GET", "/api/streams/x?%zz", "", ours, 400, fault.Invalid},
		{"POST", "/api/streams", `{"title":"x"}`, []string{"Authorization", "Bearer viewer"}, 403, fault.Forbidden},
		{"POST", "/api/streams", `{"title":""}`, ours, 400, fault.Invalid},
		{"POST", "/api/streams", ``, ours, 400, fault.Invalid},
		{"POST", "/api/streams", `["title"]`, ours, 400, fault.Invalid},
		{"POST", "/api/streams", `null`, ours, 400, fault.Invalid},
		{"POST", "/api/streams", `{"title":`, ours, 400, fault.Invalid},
		{"POST", "/api/streams", `{"title":"\u0000"}`, ours, 400, fault.Invalid},
		{"POST", "/api/streams", `{"title":"x"}`, append(ours, "Content-Type", "text/plain"), 400, fault.Invalid},
		{"POST", "/api/streams", large, ours, 413, fault.TooLarge},
		{"GET", "/api/nothing", "", ours, 404, fault.NotFound},
		{"POST", "/api/nothing", "{}", ours, 404, fault.NotFound},
		{"GET", "/api", "", nil, 404, fault.NotFound},
		{"PUT", "/api/streams", "{}", ours, 405, fault.Invalid},
		{"GET", "/api/broken", "", nil, 500, fault.Internal},
		{"GET", "/api/streams/x", "", append(ours, "Afterglow-Min-Position", "soon"), 400, fault.Invalid},
		{"GET", "/media/x/none.vtt", "", ours, 404, fault.NotFound},
		{"POST", "/authenticate", `{"session":"ours"}`, ours, 404, fault.NotFound},
		{"POST", "/health", `{}`, ours, 404, fault.NotFound},
		{"GET", "/ws", "", ours, 400, fault.Invalid},
	} {
		res, text := s.send(t, c.method, c.path, c.body, c.header...)
		p := wantProblem(t, res, text, c.status, c.code)
		if strings.Contains(text, "secret detail") {
			t.Errorf("an internal error tells %q", p.Detail)
		}
	}
	res, text := s.send(t, "POST", "/api/streams", `{"title":7}`, ours...)
	if p := wantProblem(t, res, text, 400, fault.Invalid); p.Errors["title"] == "" {
		t.Errorf("the field is not named: %+v", p)
	}
	if res, _ = s.send(t, "PUT", "/api/streams", "", ours...); !strings.Contains(res.Header.Get("Allow"), "POST") {
		t.Errorf("allowed is %q", res.Header.Get("Allow"))
	}
}

// What no id, file or search can be is refused before anybody else hears of it.
func TestParametersThatAreNoText(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		path   string
		status int
		field  string
	}{
		{"/api/streams/" + x(200), 401, ""},
		{"/api/streams/" + x(201), 404, ""},
		{"/api/streams/%C3%A4", 401, ""},
		{"/api/streams/" + strings.Repeat("%C3%A4", 101), 404, ""},
		{"/api/streams/%00", 404, ""},
		{"/api/streams/a%0Ab", 404, ""},
		{"/api/streams/a%2Fb%7F", 404, ""},
		{"/api/streams/%FF", 404, ""},
		{"/media/" + x(201) + "/a", 404, ""},
		{"/media/c/" + x(150) + "/" + x(149), 401, ""},
		{"/media/c/" + x(150) + "/" + x(150), 404, ""},
		{"/media/c/a/%FF", 404, ""},
		{"/api/streams/x?shout=" + x(1000), 401, ""},
		{"/api/streams/x?shout=" + x(1001), 400, "shout"},
		{"/api/streams/x?shout=%FF", 400, "shout"},
		{"/api/streams/x?shout=%0D%0A", 400, "shout"},
		{"/api/streams/x?shout=%C2%85", 400, "shout"},
		{"/api/streams/x?%FF=1", 400, ""},
		{"/api/streams/x?" + x(201) + "=1", 400, ""},
		{"/ws?token=%FF", 400, "token"},
	} {
		pairs := []string{"Connection", "Upgrade", "Upgrade", "websocket"}
		if !strings.HasPrefix(c.path, "/ws") {
			pairs = nil
		}
		res, text := s.send(t, "GET", c.path, "", pairs...)
		code := map[int]fault.Code{400: fault.Invalid, 401: fault.Unauthenticated, 404: fault.NotFound}[c.status]
		if p := wantProblem(t, res, text, c.status, code); len(p.Errors) > 1 || c.field != "" && p.Errors[c.field] == "" {
			t.Errorf("%.60s: the errors are %v, want one of %q", c.path, p.Errors, c.field)
		}
	}
	s.make(t, "afterwards", ours)
}

func TestLargestBody(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	pad := func(size int) string {
		const text = `{"title":"x"`
		return text + strings.Repeat(" ", size-len(text)-1) + "}"
	}
	if res, text := s.send(t, "POST", "/api/streams", pad(768<<10), ours...); res.StatusCode != http.StatusOK {
		t.Errorf("status %d, %s", res.StatusCode, text)
	}
	res, text := s.send(t, "POST", "/api/streams", pad(768<<10+1), ours...)
	wantProblem(t, res, text, 413, fault.TooLarge)
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"", "https://stream.example"} {
		t.Run(url, func(t *testing.T) {
			t.Parallel()
			s := start(t, func(c *run.Config) { c.PublicURL = url })
			name, _, _ := strings.Cut(s.cookie(""), "=")
			res, _ := s.send(t, "POST", "/api/sessions", `{"secret":"ours"}`, "Cookie", name+"=outdated")
			if res.StatusCode != http.StatusOK || len(res.Cookies()) != 1 {
				t.Fatalf("status %d, cookies %v", res.StatusCode, res.Cookies())
			}
			cookie := res.Cookies()[0]
			if cookie.Name != name || cookie.Value != "ours" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode ||
				cookie.Path != "/" || cookie.Secure != (url != "") || cookie.MaxAge <= 0 {
				t.Errorf("the cookie is %v", cookie)
			}
			res, text := s.send(t, "POST", "/api/streams", `{"title":"x"}`, "Cookie", name+"=ours")
			if res.StatusCode != http.StatusOK {
				t.Errorf("status %d, %s", res.StatusCode, text)
			}
			res, text = s.send(t, "DELETE", "/api/sessions/current", "", "Cookie", name+"=ours")
			if res.StatusCode != http.StatusNoContent || text != "" || len(res.Cookies()) != 1 || res.Cookies()[0].MaxAge >= 0 {
				t.Errorf("signing out: status %d, %s, cookies %v", res.StatusCode, text, res.Cookies())
			}
			res, text = s.send(t, "POST", "/api/streams", `{"title":"x"}`, "Cookie", name+"=ours")
			wantProblem(t, res, text, 401, fault.Unauthenticated)
		})
	}
}

// Browsers do not tell the ports of a host apart, and two installations may share one.
func TestCookieNameHasThePort(t *testing.T) {
	t.Parallel()
	for site, want := range map[string]string{
		"http://127.0.0.1:8080": "afterglow-8080", "http://[::1]:9000": "afterglow-9000", "http://stream.lan:7000/": "afterglow-7000",
		"http://stream.lan": "afterglow-80", "http://127.0.0.1:http": "afterglow-80",
		"https://stream.example": "__Host-afterglow", "https://stream.example:8443": "__Host-afterglow",
	} {
		if got := cookieName(site); got != want {
			t.Errorf("%s has the cookie %s, want %s", site, got, want)
		}
	}
}

func TestOtherSitesMayNotWrite(t *testing.T) {
	t.Parallel()
	s := start(t, func(c *run.Config) { c.PublicURL = "http://stream.example" })
	cookie := []string{"Cookie", s.cookie("ours")}
	for name, c := range map[string]struct {
		header []string
		ok     bool
	}{
		"other site":         {append(cookie, "Sec-Fetch-Site", "cross-site"), false},
		"same site":          {append(cookie, "Sec-Fetch-Site", "same-site"), false},
		"other origin":       {append(cookie, "Origin", "http://evil.example"), false},
		"no origin":          {append(cookie, "Origin", "null"), false},
		"same origin":        {append(cookie, "Sec-Fetch-Site", "same-origin"), true},
		"host as origin":     {append(cookie, "Origin", s.url), true},
		"public URL":         {append(cookie, "Origin", "http://stream.example"), true},
		"program":            {cookie, true},
		"token, other site":  {append(ours, "Sec-Fetch-Site", "cross-site"), true},
		"form of other site": {append(cookie, "Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain"), false},
	} {
		res, text := s.send(t, "POST", "/api/streams", `{"title":"x"}`, c.header...)
		if c.ok && res.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d, %s", name, res.StatusCode, text)
		}
		if !c.ok {
			wantProblem(t, res, text, 403, fault.Forbidden)
		}
	}
	res, _ := s.send(t, "GET", "/api/streams/x", "", append(cookie, "Sec-Fetch-Site", "cross-site")...)
	if res.StatusCode != http.StatusNotFound {
		t.Errorf("reading: status %d", res.StatusCode)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	file := filepath.Join(t.TempDir(), "a b.vtt")
	if err := os.WriteFile(file, []byte("WEBVTT 0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Blob.Upload(t.Context(), file, "c1/hls/a b.vtt"); err != nil {
		t.Fatal(err)
	}
	const path = "/media/c1/hls/a%20b.vtt"
	res, text := s.send(t, "GET", path, "", ours...)
	etag := res.Header.Get("ETag")
	if res.StatusCode != 200 || text != "WEBVTT 0123456789" || res.Header.Get("Content-Type") != "text/vtt; charset=utf-8" ||
		res.Header.Get("Cache-Control") != "private, max-age=60" || len(etag) < 10 || res.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("status %d, %q, %v", res.StatusCode, text, res.Header)
	}
	res, text = s.send(t, "GET", path, "", append(ours, "Range", "bytes=7-9")...)
	if res.StatusCode != 206 || text != "012" || res.Header.Get("Content-Range") != "bytes 7-9/17" {
		t.Errorf("range: status %d, %q, %v", res.StatusCode, text, res.Header)
	}
	if res, text = s.send(t, "GET", path, "", append(ours, "If-None-Match", etag)...); res.StatusCode != 304 || text != "" {
		t.Errorf("known version: status %d, %q", res.StatusCode, text)
	}
	if res, _ = s.send(t, "GET", path, "", append(ours, "Range", "bytes=99-")...); res.StatusCode != 416 {
		t.Errorf("range outside: status %d", res.StatusCode)
	}
	if res, text = s.send(t, "HEAD", path, "", ours...); res.StatusCode != 200 || text != "" || res.ContentLength != 17 {
		t.Errorf("head: status %d, %d bytes", res.StatusCode, res.ContentLength)
	}
	res, text = s.send(t, "GET", path, "")
	wantProblem(t, res, text, 401, fault.Unauthenticated)
	if res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a problem may be cached: %v", res.Header)
	}
}

func TestHealthAndMetrics(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.make(t, "x", ours)
	if res, text := s.send(t, "GET", "/healthz", ""); res.StatusCode != 200 {
		t.Errorf("health: status %d, %s", res.StatusCode, text)
	}
	res, text := s.send(t, "GET", "/readyz", "")
	var ready Readiness
	if err := json.Unmarshal([]byte(text), &ready); err != nil || res.StatusCode != 200 || len(ready.Services) != 2 {
		t.Fatalf("ready: status %d, %s: %v", res.StatusCode, text, err)
	}
	if lib := ready.Services[1]; lib.Service != "library" || !lib.Ready || len(lib.Projections) != 1 || lib.Projections[0].Name != "library" {
		t.Errorf("ready: %s", text)
	}
	if res, _ := s.send(t, "GET", "/api/openapi.json", ""); res.StatusCode != 200 || res.Header.Get("Content-Type") != "application/json" {
		t.Errorf("openapi: status %d", res.StatusCode)
	}
	_, text = s.send(t, "GET", "/metrics", "")
	for _, line := range []string{
		`afterglow_http_request_seconds_count{method="POST",route="/api/streams",status="200"} 1`,
		"afterglow_websockets_open 0", "go_goroutines", `afterglow_service_ready{service="library"} 1`,
		`afterglow_projection_lag_events{projection="library",service="library"}`,
		`afterglow_projection_behind_seconds{projection="library",service="library"} 0`,
		`afterglow_events_appended_total{process=`, `afterglow_log_messages{log="FACTS"} `, `afterglow_log_bytes{log="DEAD"} `,
		"afterglow_disk_free_bytes ", "afterglow_websocket_queued_messages 0",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("metrics have no %s", line)
		}
	}
	res, text = s.send(t, "GET", "/metrics", "", "X-Forwarded-For", "192.0.2.1")
	wantProblem(t, res, text, 401, fault.Unauthenticated)
	res, text = s.send(t, "GET", "/metrics", "", "X-Forwarded-For", "192.0.2.1", "Authorization", "Bearer viewer")
	wantProblem(t, res, text, 403, fault.Forbidden)
	if res, _ = s.send(t, "GET", "/metrics", "", append(ours, "X-Forwarded-For", "192.0.2.1")...); res.StatusCode != 200 {
		t.Errorf("metrics for an owner: status %d", res.StatusCode)
	}
}

func TestMissingServiceIsToldAsUnavailable(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := newDoor().service()
	gateway := service([]run.Service{d, library}, func(string, string) (net.Listener, error) { return listener, nil })
	s := &site{System: testkit.Start(t, p, d, gateway), url: "http://" + listener.Addr().String()}
	res, text := s.send(t, "GET", "/api/streams/x", "", ours...)
	wantProblem(t, res, text, 503, fault.Unavailable)
	if res, text := s.send(t, "GET", "/readyz", ""); res.StatusCode != 503 || !strings.Contains(text, `"service":"library","ready":false`) {
		t.Errorf("ready: status %d, %s", res.StatusCode, text)
	}
}

// Without its connection to the others the process lives, but is of no use.
func TestDeadConnectionIsNotReady(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s, err := newServer(&run.Deps{Platform: p}, []run.Service{library})
	if err != nil {
		t.Fatal(err)
	}
	p.Logs.NATS().Close()
	h := s.handler()
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503} {
		res := httptest.NewRecorder()
		h.ServeHTTP(res, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		if res.Code != want {
			t.Errorf("%s: status %d, %s", path, res.Code, res.Body)
		}
	}
}

func TestTakenPortIsNamed(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	p := testkit.Platform(t)
	p.Config.Listen = listener.Addr().String()
	err = run.Run(t.Context(), p, []run.Service{Service(nil)}, func() { t.Error("it started") })
	if err == nil || !strings.Contains(err.Error(), p.Config.Listen+" is taken") {
		t.Errorf("the error is %v", err)
	}
}
