package e2e

import (
	"net/http"
	"os"
	"testing"
	"time"
)

// TestFaultsAway takes each part away for a while. What needs it says so, the rest goes on, and all
// comes back by itself.
func TestFaultsAway(t *testing.T) {
	t.Parallel()
	p := apart(t, 1)
	c := newCrowd(t, p)
	c.finish(t)
	var packaged clip
	for _, made := range all[clip](t, c.program, "/api/clips", "cursor") {
		if made.State == "packaged" {
			packaged = made
		}
	}
	list := func() request { return request{http.MethodGet, "/api/streams", nil} }
	mark := func() request {
		return request{http.MethodPost, c.marking(), map[string]string{"label": c.label()}}
	}
	look := func() request { return request{http.MethodGet, packaged.PosterURL, nil} }
	upload := func() request {
		return request{http.MethodPost, "/api/uploads", map[string]any{"name": "a.mp4", "size": len(c.recording), "contentType": "video/mp4"}}
	}
	c.away(t, p.part(t, "NATS"), list, mark)
	c.away(t, p.part(t, "PostgreSQL"), list, mark)
	c.away(t, p.part(t, "S3"), look, upload)
	c.finish(t)
	c.reconcile(t)
}

// request is a request without an answer yet.
type request struct {
	method, path string
	body         any
}

// away stops a part while recordings are worked on, asks as long as it is away, and wants everything to
// go on when it is back.
func (c *crowd) away(t *testing.T, lost part, asks ...func() request) {
	t.Helper()
	c.bring(soon(t), lost.name[0])
	lost.stop(t)
	for began := time.Now(); time.Since(began) < awayFor(t); {
		for _, ask := range asks {
			r := ask()
			res, err := c.program.try(soon(t), r.method, r.path, r.body, nil)
			check(t, err)
			wantAway(t, r.method+" "+r.path+" without "+lost.name, res)
		}
	}
	lost.start(t)
	c.ready(t)
	for _, ask := range asks {
		poll(t, "not everything goes on with "+lost.name, func() bool {
			r := ask()
			res, err := c.program.try(soon(t), r.method, r.path, r.body, nil)
			return err == nil && res.status/100 == 2
		})
	}
}

// awayFor is how long a part stays away.
func awayFor(t testing.TB) time.Duration {
	t.Helper()
	text := os.Getenv("AFTERGLOW_E2E_AWAY")
	if text == "" {
		return 3 * time.Second
	}
	long, err := time.ParseDuration(text)
	check(t, err)
	return long
}
