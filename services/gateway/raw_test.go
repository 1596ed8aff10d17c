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

// echoed is sent by another program, in a form of its own.
type echoed struct {
	Signature string `header:"X-Signature" json:"-"`
	Raw       []byte `body:"raw" json:"-"`
}

var signed = api.Post("/hooks/echo", "says what came", api.Everybody, func(_ context.Context, _ *run.Deps, req echoed) (api.File, error) {
	switch {
	case req.Signature == "":
		return api.File{}, fault.New(fault.Forbidden, "it is not signed")
	case len(req.Raw) == 0:
		return api.File{}, nil
	}
	return api.TextFile([]byte(req.Signature+" "+string(req.Raw)), "text/plain"), nil
})

// What another program sends comes as it was sent, with the headers that are read.
func TestRawRequests(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for body, want := range map[string]string{
		"":                   "",
		` {"a": 1}` + "\n":   ` {"a": 1}` + "\n",
		"no \x00 JSON, \xff": "no \x00 JSON, \xff",
	} {
		res, text := s.send(t, "POST", "/hooks/echo", body, "X-Signature", "sha256=1", "X-Other", "2", "Content-Type", "text/x-other")
		if body == "" {
			if res.StatusCode != http.StatusNoContent {
				t.Errorf("status %d, %s", res.StatusCode, text)
			}
			continue
		}
		if res.StatusCode != http.StatusOK || text != "sha256=1 "+want || res.Header.Get("Content-Type") != "text/plain" || res.ContentLength != int64(len(text)) {
			t.Errorf("%q: status %d, %q, %v", body, res.StatusCode, text, res.Header)
		}
	}
	res, text := s.send(t, "POST", "/hooks/echo", "{}")
	wantProblem(t, res, text, 403, fault.Forbidden)
	res, text = s.send(t, "POST", "/hooks/echo", strings.Repeat("x", bodyLimit+1), "X-Signature", "sha256=1")
	wantProblem(t, res, text, 413, fault.TooLarge)
}

// Pictures may come from where the services say, and from nowhere else.
func TestPolicyNamesPictures(t *testing.T) {
	t.Parallel()
	if got := policyFor(run.Config{}, []string{"https://pictures.example"}); !strings.Contains(got, "img-src 'self' data: blob: https://pictures.example;") {
		t.Error(got)
	}
}
