package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

// crowd uses the platform, and remembers what was acknowledged.
type crowd struct {
	*platform
	program *client
	// streams get the markers, the last one at the moment.
	streams []string
	// recording is a short one.
	recording []byte
	// viewer writes in the chat.
	viewer twitch.User

	mu      sync.Mutex
	markers map[string]marker
	clips   map[string]clip
	// tried is how many markers were sent.
	tried int
	// said are all messages that were written.
	said []said
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
	c.begin(t)
	c.viewer = c.twitch.User("theirs")
	p.connectTwitch(t, c.program)
	c.twitch.Online()
	text := write(t, "talk.mp4", []byte(strings.Repeat("This is no recording.\n", 200)))
	told := p.command(t, "import", "--json", sample(t, 6), parted(t)).want(t, 0).stdout
	told += p.command(t, "import", "--json", text).stdout // it may be refused before that is told
	for line := range strings.Lines(told) {
		c.remember(decode[clip](t, []byte(line)))
	}
	return c
}

// begin makes another stream that gets the markers.
func (c *crowd) begin(t *testing.T) {
	t.Helper()
	var made stream
	c.program.call(t, http.MethodPost, "/api/streams", map[string]string{"title": "Live"}, &made)
	c.streams = append(c.streams, made.ID)
}

// marking is where markers are added.
func (c *crowd) marking() string { return "/api/streams/" + c.streams[len(c.streams)-1] + "/markers" }

func (c *crowd) remember(made clip) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clips[made.ID] = made
}

// label is what no other marker is called.
func (c *crowd) label() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tried++
	return fmt.Sprintf("marker %d", c.tried)
}

// mark adds one marker after the other until something of the platform is gone, which it has to say.
func (c *crowd) mark(ctx context.Context, t *testing.T) {
	for {
		res, err := c.program.try(ctx, http.MethodPost, c.marking(), map[string]string{"label": c.label()}, nil)
		if err != nil {
			return
		}
		if res.status >= http.StatusInternalServerError {
			wantAway(t, "adding a marker", res)
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
	c.heard(t)
	s := c.program.open(t)
	for _, f := range c.facts(t) {
		if f.Event != "clip.registered" {
			continue
		}
		topic := "clip/" + f.AggregateID
		s.subscribeOnceThere(topic)
		until(s, topic, clip.final)
	}
}
