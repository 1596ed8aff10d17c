package e2e

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
)

// line is an event as the command prints it.
type line struct {
	Log     string
	Seq     uint64
	Subject string
	Headers map[string][]string
	Data    json.RawMessage
}

// facts are all events on the log, as the command tells them.
func (p *platform) facts(t testing.TB) []fact {
	t.Helper()
	var list []fact
	for _, l := range p.lines(t, "FACTS") {
		subject := strings.Split(l.Subject, ".")
		list = append(list, fact{
			Seq: l.Seq, ID: l.Headers["Nats-Msg-Id"][0], Event: l.Headers["Event-Type"][0],
			Aggregate: subject[2], AggregateID: subject[3], Data: l.Data,
		})
	}
	return list
}

// lines are what the command prints of a log.
func (p *platform) lines(t testing.TB, log string) []line {
	t.Helper()
	var list []line
	for text := range strings.Lines(p.command(t, "events", "--json", "--log", log).want(t, 0).stdout) {
		l := decode[line](t, []byte(text))
		if l.Log != log {
			t.Fatalf("an event of %s came from %s", l.Log, log)
		}
		list = append(list, l)
	}
	return list
}

// named are the events of a name, by the aggregate they are about.
func named(list []fact, name string) map[string][]fact {
	found := map[string][]fact{}
	for _, f := range list {
		if f.Event == name {
			found[f.AggregateID] = append(found[f.AggregateID], f)
		}
	}
	return found
}

// count is how many events of a name there are.
func count(list []fact, name string) int {
	total := 0
	for _, found := range named(list, name) {
		total += len(found)
	}
	return total
}

// markersOn counts the markers that were added, by their ids.
func markersOn(t testing.TB, list []fact) map[string]int {
	t.Helper()
	count := map[string]int{}
	for _, f := range list {
		if f.Event == "stream.marker_added" {
			count[decode[struct{ Marker string }](t, f.Data).Marker]++
		}
	}
	return count
}

// sequence is where on FACTS a position is.
func sequence(t testing.TB, position string) uint64 {
	t.Helper()
	seq, err := strconv.ParseUint(strings.TrimPrefix(position, "FACTS/"), 10, 64)
	if err != nil {
		t.Fatalf("%q is no position on FACTS", position)
	}
	return seq
}
