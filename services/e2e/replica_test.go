package e2e

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/services"
)

// TestFaultsReplica runs two processes for every service behind the gateway, and kills the first of the
// two: the other one takes over what it did.
func TestFaultsReplica(t *testing.T) {
	t.Parallel()
	p := apart(t, 1)
	c := newCrowd(t, p)
	var names []string
	var starting []*process
	for _, s := range services.All() {
		if s.Name != "gateway" {
			names, starting = append(names, s.Name), append(starting, p.startService(t, s.Name))
		}
	}
	for _, second := range starting {
		second.waitReady(t)
	}
	for i, name := range names {
		ctx, leave := context.WithCancel(soon(t))
		var using sync.WaitGroup
		using.Go(func() { c.mark(ctx, t) })
		using.Go(func() { c.bring(ctx, byte(i)) })
		p.part(t, name).kill(t)
		began := time.Now()
		p.ready(t)
		var m marker
		poll(t, "nobody takes over "+name, func() bool {
			res, err := c.program.try(ctx, http.MethodPost, c.marking(), map[string]string{"label": c.label()}, nil)
			return err == nil && res.decode(&m) == nil
		})
		facts := p.facts(t)
		c.program.caughtUp(t, facts[len(facts)-1])
		t.Logf("another %s has taken over after %s", name, time.Since(began).Round(time.Millisecond))
		leave()
		using.Wait()
	}
	c.finish(t)
	c.reconcile(t)
}
