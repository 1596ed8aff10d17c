package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// part is what can end on its own, while the rest of a platform goes on.
type part struct {
	name string
	// kill ends it with kill -9, stop asks it to end, and start brings it back. The last two are nil
	// where another part looks after it.
	kill, stop, start func(testing.TB)
	// supervised parts come back by themselves when they were killed.
	supervised bool
}

// part finds a part by its name.
func (p *platform) part(t testing.TB, name string) part {
	t.Helper()
	for _, one := range p.parts {
		if one.name == name {
			return one
		}
	}
	t.Fatalf("the platform has no %s", name)
	return part{}
}

// ready waits until all services are ready, again.
func (p *platform) ready(t testing.TB) {
	t.Helper()
	c := p.visitor()
	poll(t, "the platform is not ready", func() bool {
		res, err := c.try(soon(t), http.MethodGet, "/readyz", nil, nil)
		return err == nil && res.status == http.StatusOK
	})
}

// caughtUp waits until the tables of all services have come to the fact.
func (c *client) caughtUp(t testing.TB, last fact) {
	t.Helper()
	for _, list := range []string{"/api/streams", "/api/clips", "/api/jobs", "/api/events"} {
		poll(t, fmt.Sprintf("%s does not come to %d", list, last.Seq), func() bool {
			res, err := c.try(soon(t), http.MethodGet, list, nil, headers([]string{minPosition, fmt.Sprintf("FACTS/%d", last.Seq)}))
			return err == nil && res.status == http.StatusOK
		})
	}
}

// poll asks until the answer is yes. It is for what cannot be waited for in another way from outside.
func poll(t testing.TB, complaint string, question func() bool) {
	t.Helper()
	ctx, tick := soon(t), time.NewTicker(100*time.Millisecond)
	defer tick.Stop()
	for !question() {
		select {
		case <-ctx.Done():
			t.Fatal(complaint)
		case <-tick.C:
		}
	}
}
