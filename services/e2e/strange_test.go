package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// TestFaultsStrange puts on the log what nobody should. It is told, and nothing stops because of it.
func TestFaultsStrange(t *testing.T) {
	t.Parallel()
	p := apart(t, 1)
	js, browser := p.logs.connect(t), p.browser(t)
	owner := strings.Split(p.lines(t, "FACTS")[0].Subject, ".")[1]
	made := func(title string) string {
		t.Helper()
		var s stream
		browser.call(t, http.MethodPost, "/api/streams", map[string]string{"title": title}, &s)
		return s.ID
	}
	put := func(id, event, body string, at time.Time) uint64 {
		t.Helper()
		aggregate, name, _ := strings.Cut(event, ".")
		msg := nats.NewMsg(strings.Join([]string{"fact", owner, aggregate, id, name}, "."))
		msg.Data = []byte(body)
		for header, value := range map[string]string{
			"Nats-Msg-Id": fmt.Sprint(id, event, at.UnixNano()), "Event-Type": event, "Event-Version": "1",
			"Event-Time": at.Format(time.RFC3339Nano), "Event-Actor": "nobody",
		} {
			msg.Header.Set(header, value)
		}
		ack, err := js.PublishMsg(soon(t), msg)
		check(t, err)
		return ack.Sequence
	}
	title := func(id string, at uint64) string {
		t.Helper()
		var s stream
		browser.call(t, http.MethodGet, "/api/streams/"+id, nil, &s, minPosition, fmt.Sprintf("FACTS/%d", at))
		return s.Title
	}

	now := time.Now()
	early, late, broken := made("early"), made("late"), made("broken")
	put(made("unknown"), "stream.vanished", `{"stream": "x"}`, now)
	put(broken, "stream.renamed", `this is no JSON`, now)
	for id, at := range map[string]time.Time{early: now.Add(-time.Hour), late: now.Add(time.Hour)} {
		seq := put(id, "stream.renamed", fmt.Sprintf(`{"stream": %q, "title": "renamed"}`, id), at)
		if got := title(id, seq); got != "renamed" {
			t.Errorf("after an event whose clock is off by %s the title is %q", at.Sub(now), got)
		}
	}
	bare, err := js.Publish(soon(t), "fact."+owner+".stream."+late+".renamed", []byte(`{}`))
	check(t, err)
	after := made("afterwards")
	if got := title(after, bare.Sequence); got != "afterwards" {
		t.Errorf("after all that a title is %q", got)
	}
	if got := title(broken, bare.Sequence); got != "broken" {
		t.Errorf("after an event that is no JSON the title is %q", got)
	}
	p.ready(t)
	poll(t, "nothing tells of what cannot be read", func() bool {
		return slices.ContainsFunc(p.lines(t, "DEAD"), func(l line) bool {
			return strings.Contains(string(l.Data), `"stream.renamed"`) && strings.HasSuffix(l.Subject, ".parked")
		})
	})
}

// TestFaultsLost deletes the log while the platform runs. The tables then say what the new log says.
func TestFaultsLost(t *testing.T) {
	t.Parallel()
	p := apart(t, 1)
	c := newCrowd(t, p)
	c.finish(t)
	check(t, p.logs.connect(t).DeleteStream(soon(t), "FACTS"))
	poll(t, "nothing can be written after the log has gone", func() bool {
		res, err := c.program.try(soon(t), http.MethodPost, "/api/streams", map[string]string{"title": "new"}, nil)
		return err == nil && res.status/100 == 2
	})
	p.ready(t)
	var facts []fact
	poll(t, "the tables do not follow the new log", func() bool {
		facts = p.facts(t)
		return len(all[stream](t, c.program, "/api/streams", "cursor")) == len(named(facts, "stream.created"))
	})
	if len(facts) == 0 || facts[0].Seq != 1 {
		t.Errorf("the new log begins with %+v", facts)
	}
	c.markers, c.clips = map[string]marker{}, map[string]clip{}
	c.streams = []string{facts[len(facts)-1].AggregateID}
	c.program.call(t, http.MethodPost, c.marking(), map[string]string{"label": c.label()}, nil)
	c.bring(soon(t), 'n')
	c.finish(t)
	facts = p.facts(t)
	c.reconcileMarkers(t, facts)
	c.reconcileClips(t, facts)
}
