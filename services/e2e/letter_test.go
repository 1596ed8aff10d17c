package e2e

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// TestDeadLetters sees to something that a reactor has given up.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	p := apart(t, 1)
	p.command(t, "import", "--wait", sample(t, 1)).want(t, 0)
	var about line
	for _, l := range p.lines(t, "FACTS") {
		if l.Headers["Event-Type"][0] == "clip.probed" {
			about = l
		}
	}
	id := es.JobID("clips-prepare", about.Headers["Nats-Msg-Id"][0])
	p.bury(t, strings.Split(about.Subject, ".")[1], events.LetterBuried{
		Letter: id, Reactor: "clips-prepare", Position: "FACTS/" + strconv.FormatUint(about.Seq, 10),
		Name: "clip.probed", Attempts: 5, Reason: "the object store is on fire", Body: about.Data,
	})
	list := func(state string) string {
		return p.command(t, "dead", "list", "--json", "--state", state).want(t, 0).stdout
	}
	poll(t, "the letter is not listed", func() bool { return strings.Contains(list("open"), id) })
	wantFound(t, findings(t, p, 0), "warning", "letters", "1 event could not be handled", "look at `afterglow dead`")
	p.ready(t)
	for _, args := range [][]string{{"dead"}, {"dead", "show", id}, {"dead", "show", id, "--json"}} {
		if said := p.command(t, args...).want(t, 0).stdout; !strings.Contains(said, "on fire") || !strings.Contains(said, id) {
			t.Errorf("%v says %s", args, said)
		}
	}
	p.command(t, "dead", "retry", "--all").want(t, 0)
	poll(t, "the letter is still open", func() bool { return list("open") == "" })
	poll(t, "what the letter is about is not handled", func() bool { return strings.Contains(list("done"), id) })
	findings(t, p, 0)
	unreadable(t, p, strings.Split(about.Subject, ".")[1])
}

// unreadable puts an event that is no JSON on the log, and wants every command to show it and to go on.
func unreadable(t *testing.T, p *platform, owner string) {
	t.Helper()
	const body = "this is no JSON"
	created := slices.IndexFunc(p.facts(t), func(f fact) bool { return f.Event == "stream.created" })
	stream := p.facts(t)[created].AggregateID
	msg := nats.NewMsg(strings.Join([]string{"fact", owner, "stream", stream, "renamed"}, "."))
	msg.Data = []byte(body)
	msg.Header = nats.Header{"Nats-Msg-Id": {"unreadable"}, "Event-Type": {"stream.renamed"}, "Event-Version": {"1"}}
	js := p.logs.connect(t)
	ack, err := js.PublishMsg(soon(t), msg)
	check(t, err)
	p.command(t, "token", "create", "--name", "later", "--role", "viewer").want(t, 0)
	later := false
	for _, l := range p.lines(t, "FACTS") {
		if l.Seq == ack.Sequence && string(l.Data) != strconv.Quote(body) {
			t.Errorf("it is shown as %s", l.Data)
		}
		later = later || l.Seq > ack.Sequence
	}
	if !later {
		t.Error("nothing is shown after it")
	}
	var parked struct{ ID string }
	poll(t, "it is not parked", func() bool {
		for text := range strings.Lines(p.command(t, "dead", "list", "--json", "--state", "open").want(t, 0).stdout) {
			l := decode[struct{ ID, Source string }](t, []byte(text))
			if l.Source == "streams_library" {
				parked.ID = l.ID
			}
		}
		return parked.ID != ""
	})
	for _, more := range [][]string{nil, {"--json"}} {
		if said := p.command(t, append([]string{"dead", "show", parked.ID}, more...)...).want(t, 0).stdout; !strings.Contains(said, strconv.Quote(body)) {
			t.Errorf("dead show %v says %s", more, said)
		}
	}
	replay := p.command(t, "replay", "streams_library").want(t, 0)
	if !strings.Contains(replay.stdout, "; 1 event parked in both") || replay.stderr != "" {
		t.Errorf("replay says %s%s", replay.stdout, replay.stderr)
	}
	if rebuild := p.command(t, "rebuild", "streams_library").want(t, 0); rebuild.stderr != "" {
		t.Errorf("rebuild says %s", rebuild.stderr)
	}
	wantFound(t, findings(t, p, 0), "warning", "services", "streams goes on without 2 things")
	p.ready(t)
}
