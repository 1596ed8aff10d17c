package e2e

import (
	"bytes"
	"context"
	"fmt"
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

// TestKill kills the platform again and again while it is used and while it works. What it has
// acknowledged is there once, on the log and in the tables, and all work comes to its end.
func TestKill(t *testing.T) {
	t.Parallel()
	rounds, seed := setting(t, "AFTERGLOW_E2E_ROUNDS", 20), setting(t, "AFTERGLOW_E2E_SEED", time.Now().UnixNano())
	t.Logf("AFTERGLOW_E2E_ROUNDS=%d AFTERGLOW_E2E_SEED=%d", rounds, seed)
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	p := alone(t)
	up := p.up(t)
	up.waitReady(t)
	c := newCrowd(t, p)
	var recoveries []time.Duration
	for round := range rounds {
		ctx, leave := context.WithCancel(soon(t))
		var using sync.WaitGroup
		using.Go(func() { c.mark(ctx, t) })
		using.Go(func() { c.mark(ctx, t) })
		using.Go(func() { c.bring(ctx, byte(round)) })
		<-time.After(time.Duration(random.Int64N(int64(2500 * time.Millisecond)))) // a moment is what this is about
		up.kill()
		leave()
		using.Wait()
		began := time.Now()
		up = p.up(t)
		up.waitReady(t)
		recoveries = append(recoveries, time.Since(began).Round(time.Millisecond))
	}
	slices.Sort(recoveries)
	t.Logf("ready again after %v; %d of %d markers and %d of %d recordings were acknowledged",
		recoveries, len(c.markers), c.tried, len(c.clips), int(rounds)+3)
	c.finish(t)
	c.reconcile(t)
	up.stop(t)
	wantNothingRuns(t, p.data)
	wantNoWork(t, p)
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

// crowd uses the platform, and remembers what was acknowledged.
type crowd struct {
	*platform
	program *client
	// stream gets the markers.
	stream string
	// recording is a short one.
	recording []byte

	mu      sync.Mutex
	markers map[string]marker
	clips   map[string]clip
	// tried is how many markers were sent.
	tried int
}

// newCrowd imports recordings that take a while to package, and something that is none.
func newCrowd(t *testing.T, p *platform) *crowd {
	t.Helper()
	r := p.command(t, "token", "create", "--name", "crowd", "--role", "owner", "--json").want(t, 0)
	c := &crowd{
		platform: p, program: p.program(decode[struct{ Token string }](t, []byte(r.stdout)).Token),
		markers: map[string]marker{}, clips: map[string]clip{},
	}
	var err error
	c.recording, err = os.ReadFile(sample(t, 1))
	check(t, err)
	var made stream
	c.program.call(t, http.MethodPost, "/api/streams", map[string]string{"title": "Live"}, &made)
	c.stream = made.ID
	text := write(t, "talk.mp4", []byte(strings.Repeat("This is no recording.\n", 200)))
	r = p.command(t, "import", "--json", sample(t, 6), sample(t, 8), text).want(t, 0)
	for told := range strings.Lines(r.stdout) {
		c.remember(decode[clip](t, []byte(told)))
	}
	return c
}

func (c *crowd) remember(made clip) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clips[made.ID] = made
}

// mark adds one marker after the other until the platform is gone.
func (c *crowd) mark(ctx context.Context, t *testing.T) {
	for {
		c.mu.Lock()
		c.tried++
		label := fmt.Sprintf("marker %d", c.tried)
		c.mu.Unlock()
		res, err := c.program.try(ctx, http.MethodPost, "/api/streams/"+c.stream+"/markers", map[string]string{"label": label}, nil)
		if err != nil {
			return
		}
		var m marker
		if err := res.decode(&m); err != nil {
			t.Errorf("adding a marker: %v", err)
			return
		}
		c.mu.Lock()
		c.markers[m.ID] = m
		c.mu.Unlock()
	}
}

// bring uploads a recording of its own for every round, unless the platform is gone before.
func (c *crowd) bring(ctx context.Context, round byte) {
	content := append(bytes.Clone(c.recording), 0, 0, 0, 9, 'f', 'r', 'e', 'e', round) // a box that players pass over
	if made, err := c.program.upload(ctx, fmt.Sprintf("round %d.mp4", round), content); err == nil {
		c.remember(made)
	}
}

// finish waits until all work is done.
func (c *crowd) finish(t *testing.T) {
	t.Helper()
	s := c.program.open(t)
	for _, f := range c.facts(t) {
		if f.Event != "clip.registered" {
			continue
		}
		topic := "clip/" + f.AggregateID
		s.subscribe(topic)
		until(s, topic, clip.final)
	}
}
