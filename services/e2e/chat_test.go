package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"
)

// said is a message that was written in the chat, between two moments.
type said struct {
	id            string
	after, before time.Time
}

// chatted is a message as the platform shows it.
type chatted struct {
	ID, Text string
}

// gap is a time in which nothing was heard.
type gap struct{ From, To time.Time }

// say writes a message that nobody else has written.
func (c *crowd) say() (text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text = fmt.Sprintf("line%d", len(c.said))
	began := time.Now()
	m := c.twitch.Say(c.viewer, text)
	c.said = append(c.said, said{m.MessageID, began, time.Now()})
	return text
}

// chat writes one message after the other, as quickly as people do in a large channel.
func (c *crowd) chat(ctx context.Context) {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			c.say()
		}
	}
}

// heard waits until what is written now is in the tables.
func (c *crowd) heard(t *testing.T) {
	t.Helper()
	poll(t, "what is written is not heard", func() bool {
		check(t, c.twitch.Subscribed(soon(t), "channel.chat.message"))
		text := c.say()
		for range 20 {
			res, err := c.program.try(soon(t), http.MethodGet, "/api/chat?q="+url.QueryEscape(text), nil, nil)
			var page struct{ Items []chatted }
			if err == nil && res.decode(&page) == nil && len(page.Items) == 1 {
				return true
			}
			<-time.After(100 * time.Millisecond) // it was perhaps written before somebody listened
		}
		return false
	})
}

// reconcileChat wants every message once and in order, unless it was written in a gap that is on record.
func (c *crowd) reconcileChat(t *testing.T, facts []fact) {
	t.Helper()
	var gaps []gap
	for _, list := range named(facts, "capture.gap_detected") {
		for _, f := range list {
			gaps = append(gaps, decode[gap](t, f.Data))
		}
	}
	heard := map[string]uint64{}
	for _, l := range c.lines(t, "CHAT") {
		if l.Headers["Event-Type"][0] != "channel.message_sent" {
			continue
		}
		var m struct {
			Message string
			Raw     json.RawMessage
		}
		check(t, json.Unmarshal(l.Data, &m))
		if heard[m.Message] != 0 {
			t.Errorf("the message %s is on the log twice", m.Message)
		}
		heard[m.Message] = l.Seq
		if len(m.Raw) == 0 {
			t.Errorf("the message %s is without what was told", m.Message)
		}
	}
	last, missed := uint64(0), 0
	for _, s := range c.said {
		seq, there := heard[s.id]
		if !there {
			missed++
			if !s.within(gaps) {
				t.Errorf("the message of %s is not on the log, and no gap is on record then: %v", s.before, gaps)
			}
			continue
		}
		if seq < last {
			t.Errorf("the message of %s is out of order", s.before)
		}
		last = seq
	}
	t.Logf("%d of %d messages were written in one of %d gaps", missed, len(c.said), len(gaps))
	shown := map[string]bool{}
	for _, m := range all[chatted](t, c.program, "/api/chat", "cursor") {
		if shown[m.ID] || heard[m.ID] == 0 {
			t.Errorf("the message %s is shown, and is on the log at %d", m.ID, heard[m.ID])
		}
		shown[m.ID] = true
	}
	if len(shown) != len(heard) {
		t.Errorf("%d messages are shown, %d are on the log", len(shown), len(heard))
	}
}

// within tells whether the message may have been written in one of the gaps.
func (s said) within(gaps []gap) bool {
	return slices.ContainsFunc(gaps, func(g gap) bool { return !s.before.Before(g.From) && !s.after.After(g.To) })
}
