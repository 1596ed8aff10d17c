package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/labstack/echo/v4"
)

func load(t *testing.T, p *pages, path string) *httptest.ResponseRecorder {
	t.Helper()
	e := echo.New()
	e.GET(anyPath, p.serve)
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return rec
}

func TestPages(t *testing.T) {
	t.Parallel()
	p, err := newPages(fstest.MapFS{
		".gitkeep":        {},
		"index.html":      {Data: []byte("<p>index")},
		"watch.html":      {Data: []byte("<p>watch")},
		"favicon.svg":     {Data: []byte("<svg/>")},
		"assets/a-1b2.js": {Data: []byte("run()")},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.reserve("/media/{clip}/{path...}")
	for path, want := range map[string]struct {
		status            int
		body, kind, cache string
	}{
		"/":                   {200, "<p>index", "text/html", "no-cache"},
		"/index.html":         {200, "<p>index", "text/html", "no-cache"},
		"/streams/01J?x=y":    {200, "<p>index", "text/html", "no-cache"},
		"/../streams":         {200, "<p>index", "text/html", "no-cache"},
		"/watch/01J?t=3":      {200, "<p>watch", "text/html", "no-cache"},
		"/watch":              {200, "<p>watch", "text/html", "no-cache"},
		"/watched":            {200, "<p>index", "text/html", "no-cache"},
		"/.gitkeep":           {200, "<p>index", "text/html", "no-cache"},
		"/favicon.svg":        {200, "<svg/>", "image/svg+xml", "no-cache"},
		"/assets/a-1b2.js":    {200, "run()", "text/javascript", "public, max-age=31536000, immutable"},
		"/assets/gone-1b2.js": {404, "", "", ""},
		"/media/x":            {404, "", "", ""},
		"/api/x":              {404, "", "", ""},
	} {
		rec := load(t, p, path)
		if rec.Code != want.status {
			t.Errorf("%s: status %d", path, rec.Code)
		}
		if want.status == 200 && (rec.Body.String() != want.body || rec.Header().Get("Cache-Control") != want.cache ||
			!strings.HasPrefix(rec.Header().Get("Content-Type"), want.kind) || rec.Header().Get("ETag") == "") {
			t.Errorf("%s: %q, %v", path, rec.Body, rec.Header())
		}
	}
}

func TestPagesThatWereNotBuilt(t *testing.T) {
	t.Parallel()
	p, err := newPages(fstest.MapFS{".gitkeep": {}})
	if err != nil {
		t.Fatal(err)
	}
	if rec := load(t, p, "/"); rec.Code != 503 || !strings.Contains(rec.Body.String(), "make build") {
		t.Errorf("status %d, %q", rec.Code, rec.Body)
	}
}
