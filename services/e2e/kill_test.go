package e2e

import (
	"context"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestFaultsKill kills one part of the platform after the other while it is used and while it works.
// What it has acknowledged is there once, on the log and in the tables, and all work comes to its end.
func TestFaultsKill(t *testing.T) {
	t.Parallel()
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) {
			t.Parallel()
			rounds, seed := setting(t, "AFTERGLOW_E2E_ROUNDS", 20), setting(t, "AFTERGLOW_E2E_SEED", time.Now().UnixNano())
			t.Logf("AFTERGLOW_E2E_ROUNDS=%d AFTERGLOW_E2E_SEED=%d", rounds, seed)
			p := shape.start(t)
			c := newCrowd(t, p)
			killed := kill(t, c, rounds, rand.New(rand.NewPCG(uint64(seed), 0)))
			t.Logf("killed %v; %d of %d markers and %d of %d recordings were acknowledged",
				killed, len(c.markers), c.tried, len(c.clips), rounds+3)
			c.finish(t)
			c.reconcile(t)
			wantNoWork(t, p)
			for i := range p.parts {
				if last := p.parts[len(p.parts)-1-i]; last.stop != nil {
					last.stop(t)
				}
			}
			wantNothingRuns(t, p.home)
		})
	}
}

// mayEnd is how often a part that is started again is killed before what starts it is killed too: it would
// take twelve ends within three minutes for a part that cannot work, and give it up.
const mayEnd = 10

// kill kills a part in every round, and tells how often which one.
func kill(t *testing.T, c *crowd, rounds int64, random *rand.Rand) map[string]int {
	t.Helper()
	killed, lately := map[string]int{}, map[string]int{}
	for round := range rounds {
		if round%50 == 49 {
			c.begin(t) // the one of before may have nearly as many markers as it can have
		}
		ctx, leave := context.WithCancel(soon(t))
		var using sync.WaitGroup
		using.Go(func() { c.mark(ctx, t) })
		using.Go(func() { c.mark(ctx, t) })
		using.Go(func() { c.chat(ctx) })
		using.Go(func() { c.bring(ctx, byte(round)) })
		<-time.After(time.Duration(random.Int64N(int64(2500 * time.Millisecond)))) // a moment is what this is about
		victims := append(slices.Clone(c.parts), c.encoder())
		victim := victims[random.IntN(len(victims))]
		if victim.supervised && lately[victim.name] == mayEnd {
			victim = victims[0]
		}
		if victim.supervised {
			lately[victim.name]++
		} else {
			clear(lately)
		}
		victim.kill(t)
		if !victim.supervised {
			victim.start(t)
		}
		leave()
		using.Wait()
		c.ready(t)
		killed[victim.name]++
	}
	return killed
}

// setting is a number from the environment.
func setting(t testing.TB, name string, usual int64) int64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	number, err := strconv.ParseInt(text, 10, 64)
	check(t, err)
	return number
}

// wantAway fails the test unless an answer says that a part is away, and what to do.
func wantAway(t testing.TB, what string, res response) {
	t.Helper()
	problem := decode[struct{ Code, Detail string }](t, res.body)
	if res.status != http.StatusServiceUnavailable || res.header.Get("Content-Type") != "application/problem+json" ||
		problem.Code != "unavailable" || !strings.Contains(problem.Detail, " ") {
		t.Errorf("%s while a part is away: %d %s", what, res.status, res.body)
	}
}
