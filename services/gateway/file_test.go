package gateway

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	wholeText = "0123456789abcdefghij"
	listText  = "#EXTM3U\n" + wholeText
)

type sharedRequest struct {
	Token string `path:"token" json:"-"`
}

// sharedFile is a file for everybody: a section of an object, or one that is stored nowhere.
var sharedFile = api.Get("/shared/{token}", "a file for everybody", api.Everybody,
	func(_ context.Context, _ *run.Deps, req sharedRequest) (api.File, error) {
		section := api.File{Key: "objects/whole", Offset: 4, Length: 8, ContentType: "video/mp4", Cache: "public, max-age=60", Shared: true}
		switch req.Token {
		case "section":
			return section, nil
		case "next":
			section.Offset++
			return section, nil
		case "beyond":
			section.Offset = 16
			return section, nil
		case "gone":
			section.Key = "objects/gone"
			return section, nil
		case "empty":
			return api.File{Key: "objects/empty", ContentType: "text/plain", Cache: "no-cache"}, nil
		case "text", "mine":
			f := api.TextFile([]byte(listText), "application/vnd.apple.mpegurl")
			f.Cache, f.Shared = "private, no-cache", req.Token == "text"
			return f, nil
		case "large":
			return api.TextFile(bytes.Repeat([]byte(wholeText), 200_000), "text/plain"), nil
		}
		return api.File{}, fault.New(fault.NotFound, "there is no such file")
	})

func startShared(t *testing.T) *site {
	t.Helper()
	s := start(t, nil)
	for name, text := range map[string]string{"whole": wholeText, "empty": ""} {
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Blob.Upload(t.Context(), file, "objects/"+name); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// A section of an object is a file of its own: ranges and lengths are its.
func TestSections(t *testing.T) {
	t.Parallel()
	s := startShared(t)
	tag := func(path string) string {
		res, _ := s.send(t, "HEAD", path, "")
		return res.Header.Get("ETag")
	}
	section, text := tag("/shared/section"), tag("/shared/text")
	if !strings.HasPrefix(section, `W/"`) || section != tag("/shared/section") || section == tag("/shared/next") || text == "" || text == section {
		t.Errorf("the tags are %s, %s and %s", section, tag("/shared/next"), text)
	}
	for _, c := range []struct {
		path, header, value string
		status              int
		body, contentRange  string
	}{
		{"/shared/section", "Range", "", 200, "456789ab", ""},
		{"/shared/section", "Range", "bytes=0-0", 206, "4", "bytes 0-0/8"},
		{"/shared/section", "Range", "bytes=2-4", 206, "678", "bytes 2-4/8"},
		{"/shared/section", "Range", "bytes=5-", 206, "9ab", "bytes 5-7/8"},
		{"/shared/section", "Range", "bytes=5-99", 206, "9ab", "bytes 5-7/8"},
		{"/shared/section", "Range", "bytes=-3", 206, "9ab", "bytes 5-7/8"},
		{"/shared/section", "Range", "bytes=-99", 206, "456789ab", "bytes 0-7/8"},
		{"/shared/section", "Range", "bytes=8-", 416, "", "bytes */8"},
		{"/shared/section", "Range", "bytes=-0", 416, "", "bytes */8"},
		{"/shared/section", "Range", "bytes=99999999999999999999-", 416, "", "bytes */8"},
		{"/shared/section", "Range", "bytes=0-1,3-4", 200, "456789ab", ""},
		{"/shared/section", "Range", "bytes=4-2", 200, "456789ab", ""},
		{"/shared/section", "Range", "bytes=-", 200, "456789ab", ""},
		{"/shared/section", "Range", "lines=1-2", 200, "456789ab", ""},
		{"/shared/section", "If-None-Match", section, 304, "", ""},
		{"/shared/section", "If-None-Match", `"a", ` + strings.TrimPrefix(section, "W/"), 304, "", ""},
		{"/shared/section", "If-None-Match", "*", 304, "", ""},
		{"/shared/section", "If-None-Match", text, 200, "456789ab", ""},
		{"/shared/text", "Range", "", 200, listText, ""},
		{"/shared/text", "Range", "bytes=8-9", 206, "01", "bytes 8-9/28"},
		{"/shared/text", "If-None-Match", text, 304, "", ""},
		{"/shared/empty", "Range", "", 200, "", ""},
		{"/shared/empty", "Range", "bytes=0-", 416, "", "bytes */0"},
		{"/shared/gone", "Range", "", 404, "", ""},
		{"/shared/beyond", "Range", "", 500, "", ""},
	} {
		pairs := []string{c.header, c.value}
		if c.value == "" {
			pairs = nil
		}
		res, body := s.send(t, "GET", c.path, "", pairs...)
		if res.StatusCode != c.status || res.Header.Get("Content-Range") != c.contentRange || c.status < 400 && body != c.body {
			t.Errorf("%s, %s: status %d, range %q, %q", c.path, c.value, res.StatusCode, res.Header.Get("Content-Range"), body)
		}
		if ok := c.status < 400; ok != (res.Header.Get("ETag") != "") || !ok && res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s, %s: %v", c.path, c.value, res.Header)
		}
	}
	res, body := s.send(t, "GET", "/shared/section", "", "Range", "bytes=2-4", "If-Range", section)
	if res.StatusCode != 200 || body != "456789ab" {
		t.Errorf("a weak tag promises no bytes: status %d, %q", res.StatusCode, body)
	}
	res, body = s.send(t, "HEAD", "/shared/section", "", "Range", "bytes=2-4")
	if res.StatusCode != 200 || body != "" || res.ContentLength != 8 || res.Header.Get("Accept-Ranges") != "bytes" || res.Header.Get("Content-Type") != "video/mp4" {
		t.Errorf("head: status %d, %d bytes, %v", res.StatusCode, res.ContentLength, res.Header)
	}
}

// A playlist is sent compressed to those who say that they can read it.
func TestTextFiles(t *testing.T) {
	t.Parallel()
	s := startShared(t)
	for accepted, want := range map[string]bool{
		"gzip": true, "br, gzip;q=0.5": true, "identity": false, "gzip;q=0": false, "br, gzip; q=0.0": false, "x-gzip": false,
	} {
		res, body := s.send(t, "GET", "/shared/text", "", "Accept-Encoding", accepted)
		if res.StatusCode != 200 || (res.Header.Get("Content-Encoding") == "gzip") != want || res.Header.Get("Vary") != "Accept-Encoding" ||
			res.ContentLength != int64(len(body)) {
			t.Errorf("%s: status %d, %v", accepted, res.StatusCode, res.Header)
			continue
		}
		if want {
			r, err := gzip.NewReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			plain, _ := io.ReadAll(r)
			body = string(plain)
		}
		if body != listText || res.Header.Get("Content-Type") != "application/vnd.apple.mpegurl" || res.Header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s: %q, %v", accepted, body, res.Header)
		}
	}
	if res, body := s.send(t, "GET", "/shared/large", "", "Accept-Encoding", "identity"); res.StatusCode != 200 || len(body) != 4_000_000 {
		t.Errorf("status %d, %d bytes", res.StatusCode, len(body))
	}
}

// Pages of other sites read what everybody may, and nothing else. None of it is read with a session.
func TestPagesOfOtherSitesReadSharedFiles(t *testing.T) {
	t.Parallel()
	s := startShared(t)
	page := []string{"Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site"}
	for path, want := range map[string]string{
		"/shared/section": "*", "/shared/text": "*", "/shared/gone": "*", "/shared/mine": "", "/shared/empty": "", "/shared/none": "",
	} {
		for _, header := range [][]string{page, append(page, "Cookie", s.cookie("ours")), append(page, "Range", "bytes=0-1")} {
			res, _ := s.send(t, "GET", path, "", header...)
			h := res.Header
			if h.Get("Access-Control-Allow-Origin") != want || h.Get("Access-Control-Allow-Credentials") != "" ||
				strings.Contains(h.Get("Access-Control-Expose-Headers"), "Content-Range") != (want != "") {
				t.Errorf("%s: %v", path, h)
			}
		}
	}
	ask := append(page, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "range")
	for _, path := range []string{"/shared/section", "/shared/mine", "/shared/none"} {
		res, body := s.send(t, "OPTIONS", path, "", ask...)
		h := res.Header
		if res.StatusCode != 204 || body != "" || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Headers") != "Range" ||
			h.Get("Access-Control-Allow-Methods") != "GET, HEAD" || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("asking about %s: status %d, %v", path, res.StatusCode, h)
		}
	}
	for _, path := range []string{"/media/c1/a", "/api/streams", "/api/broken"} {
		if res, _ := s.send(t, "OPTIONS", path, "", ask...); res.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s lets other sites in: %v", path, res.Header)
		}
	}
}

// A token in a path opens something: the log does not have it.
func TestTokensAreNotLogged(t *testing.T) {
	t.Parallel()
	p := testPlatform(t)
	var log bytes.Buffer
	p.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := newServer(p, []run.Service{library})
	if err != nil {
		t.Fatal(err)
	}
	p.Logs.NATS().Close()
	for _, path := range []string{"/shared/very-secret", "/shared/very%2Dsecret", "/shared/very-secret/mistyped"} {
		for _, method := range []string{http.MethodGet, "PROPFIND"} {
			s.handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody))
		}
	}
	if text := log.String(); strings.Count(text, "path=/shared/…") < 6 || strings.Contains(text, "secret") {
		t.Errorf("the log has %s", text)
	}
}
