package streams

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
)

// What is said of a broadcast follows from what the sources say, whatever was said before. Times are minutes.
func TestNextOfABroadcast(t *testing.T) {
	t.Parallel()
	zero := time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC)
	at := func(minute int) time.Time { return zero.Add(time.Duration(minute) * time.Minute) }
	moment := func(minute int) *time.Time { when := at(minute); return &when }
	on := func(source string, since int) signal { return signal{source: source, on: true, at: at(since)} }
	off := func(source string, since, until int) signal {
		return signal{source: source, at: at(since), off: at(until)}
	}
	again := func(source string, until, since int) signal {
		return signal{source: source, on: true, at: at(since), off: at(until)}
	}
	by := func(list ...any) (sources []held) {
		for i := 0; i < len(list); i += 2 {
			sources = append(sources, held{list[i].(string), at(list[i+1].(int))})
		}
		return sources
	}
	live := func(sources []held, signals ...signal) broadcast {
		return broadcast{stream: "s", startedAt: zero, sources: sources, signals: signals}
	}
	waiting := func(since int, signals ...signal) broadcast {
		return broadcast{stream: "s", startedAt: zero, droppedAt: moment(since), signals: signals}
	}
	over := func(since int, signals ...signal) broadcast {
		return broadcast{stream: "s", startedAt: zero, endedAt: moment(since), signals: signals}
	}
	for _, c := range []struct {
		what string
		b    broadcast
		now  int
		want string
	}{
		{"nothing was ever told", broadcast{}, 0, ""},
		{"a channel is live", broadcast{signals: []signal{on("twitch", 0)}}, 1, "began twitch 0"},
		{"a channel was live", broadcast{signals: []signal{off("twitch", 0, 5)}}, 6, ""},
		{"a channel is said to be live for two days", broadcast{signals: []signal{on("twitch", 0)}}, 48 * 60, "began twitch 0"},
		{"a channel is said to be live for longer", broadcast{signals: []signal{on("twitch", 0)}}, 48*60 + 1, ""},
		{"two are live, the first begins", broadcast{signals: []signal{on("obs", 0), on("twitch", 1)}}, 2, "began obs 0"},
		{"the second joins", live(by("obs", 0), on("obs", 0), on("twitch", 1)), 2, "joined twitch 1"},
		{"both hold it", live(by("obs", 0, "twitch", 1), on("obs", 0), on("twitch", 1)), 2, ""},
		{"one has left", live(by("obs", 0, "twitch", 1), on("obs", 0), off("twitch", 1, 60)), 61, "left twitch 60"},
		{"both have left, the first first", live(by("obs", 0, "twitch", 1), off("obs", 0, 61), off("twitch", 1, 60)), 62, "left twitch 60"},
		{"it left before it had come, by another clock", live(by("obs", 10), off("obs", 10, 9)), 11, "left obs 10"},
		{"nothing is known of who holds it", live(by("button", 0)), 5, ""},
		{"nothing holds it", waiting(60), 61, ""},
		{"for long", waiting(60), 70, "ended 60"},
		{"one comes back", waiting(60, on("twitch", 65)), 66, "resumed twitch 65"},
		{"another comes", waiting(60, off("twitch", 0, 60), on("obs", 70)), 80, "resumed obs 70"},
		{"one comes back too late", waiting(60, on("twitch", 71)), 72, "ended 60"},
		{"that one is another", over(60, on("twitch", 71)), 72, "began twitch 71"},
		{"it came and went unnoticed", live(by("twitch", 0), again("twitch", 60, 65)), 66, "left twitch 60"},
		{"it went unnoticed", live(by("twitch", 0), on("twitch", 65)), 66, ""},
		{"it is over, and told again", over(60, on("twitch", 0)), 61, ""},
		{"it was ended while a source went on", over(60, on("twitch", 60)), 61, ""},
		{"the next one", over(60, on("twitch", 61)), 62, "began twitch 61"},
	} {
		got := ""
		switch e := c.b.next(at(c.now)).(type) {
		case events.BroadcastBegan:
			got = fmt.Sprintf("began %s %v", e.Source, e.At.Sub(zero).Minutes())
		case events.BroadcastJoined:
			got = fmt.Sprintf("joined %s %v", e.Source, e.At.Sub(zero).Minutes())
		case events.BroadcastLeft:
			got = fmt.Sprintf("left %s %v", e.Source, e.At.Sub(zero).Minutes())
		case events.BroadcastResumed:
			got = fmt.Sprintf("resumed %s %v", e.Source, e.At.Sub(zero).Minutes())
		case events.BroadcastEnded:
			got = fmt.Sprintf("ended %v", e.At.Sub(zero).Minutes())
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

func TestMarkCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ command, arguments, want string }{
		{"mark", "", "Marked in chat"},
		{"mark", "what a save", "what a save"},
		{"marker", "great 👨‍👩‍👧", "great 👨‍👩‍👧"},
		{"mark", strings.Repeat("é", 300), strings.Repeat("é", 200)},
		{"marks", "it", ""},
	} {
		if got, commanded := markLabel(events.CommandGiven{Command: c.command, Arguments: c.arguments}); got != c.want || commanded != (c.want != "") {
			t.Errorf("!%s %s marks %q, %v", c.command, c.arguments, got, commanded)
		}
	}
}

func TestWhoMayMark(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		roles, badges string
		may           bool
	}{
		{"", "", false},
		{"", "subscriber vip", false},
		{"", "subscriber moderator", true},
		{"", "broadcaster", true},
		{"", "lead_moderator", true},
		{"vip", "moderator", false},
		{"vip", "vip", true},
		{"subscriber", "founder", true},
		{"broadcaster everyone", "", true},
	} {
		var badges []events.Badge
		for _, set := range strings.Fields(c.badges) {
			badges = append(badges, events.Badge{Set: set, ID: "1"})
		}
		if mayMark(strings.Fields(c.roles), badges) != c.may {
			t.Errorf("%q with %q: %v", c.roles, c.badges, !c.may)
		}
	}
}
