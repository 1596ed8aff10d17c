package events

import (
	"fmt"
	"strings"
	"time"
)

// Log is one JetStream stream: what it keeps, how long, and how safely.
type Log struct {
	// Name of the log, also of the JetStream stream.
	Name string
	// Doc says in a sentence what the log is for.
	Doc string
	// Prefix is the first token of every subject on the log:
	// <prefix>.<owner>.<aggregate>.<id>.<fact>.
	Prefix string
	// Extra are further subjects that the log stores; what arrives there is not one of Events.
	Extra []string
	// Keep is how long events stay; zero is for ever.
	Keep time.Duration
	// Window is how long a repeated event id is recognised as a duplicate.
	Window time.Duration
	// Volatile logs acknowledge before the event is on disk: a power cut may lose the last ones.
	Volatile bool
	// Personal logs are about persons: single events can be taken off them for good.
	Personal bool
	// Scheduled logs take events that are due at a later time.
	Scheduled bool
	// Events are all facts that may be on the log, one empty value each.
	Events []Event
}

// Facts is the log that everything else can be rebuilt from; it is kept for ever.
var Facts = Log{
	Name: "FACTS", Prefix: "fact", Window: 20 * time.Minute,
	Doc:    "what happened, kept for ever",
	Events: concat(account, stream, clip, job, channel, connection, broadcast, series, obs),
}

// Chat is the log of what people write and do in a channel. It is about persons: it is kept for a
// while only, and what a person wants removed is removed from it.
var Chat = Log{
	Name: "CHAT", Prefix: "chat", Keep: 32 * 24 * time.Hour, Window: 20 * time.Minute, Personal: true,
	Doc:    "chat and activity of channels, kept for 30 days unless set otherwise, and two more until the tables have forgotten them",
	Events: concat(chat),
}

// Ticks is the log of what is only interesting while it happens.
var Ticks = Log{
	Name: "TICKS", Prefix: "tick", Keep: time.Hour, Window: time.Minute, Volatile: true,
	Doc:    "progress, kept for an hour; a power cut may lose the last moments",
	Events: concat(progress),
}

// Timers is the log of wake-ups: an event is put on it when its time has come.
var Timers = Log{
	Name: "TIMERS", Prefix: "timer", Window: 20 * time.Minute, Scheduled: true,
	Doc:    "wake-ups, each put on the log when its time has come",
	Events: concat(timer),
}

// Dead is the log of what could not be handled, with the reason.
var Dead = Log{
	Name: "DEAD", Prefix: "dead", Keep: 90 * 24 * time.Hour, Window: 20 * time.Minute,
	Doc: "what could not be handled, with the reason, kept for 90 days",
	Extra: []string{
		"$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>",
		"$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>",
	},
	Events: concat(letter),
}

// Logs are all logs of the system.
func Logs() []Log { return []Log{Facts, Chat, Ticks, Timers, Dead} }

// LogOf finds the log that keeps the event with that wire name.
func LogOf(name string) (Log, bool) {
	for _, log := range Logs() {
		for _, e := range log.Events {
			if Name(e) == name {
				return log, true
			}
		}
	}
	return Log{}, false
}

// LogNamed finds a log by its name, in any case.
func LogNamed(name string) (Log, bool) {
	for _, log := range Logs() {
		if strings.EqualFold(log.Name, name) {
			return log, true
		}
	}
	return Log{}, false
}

// longest is how many bytes a part of a subject may have: servers bound the whole of it.
const longest = 128

// IsToken tells whether a text can be part of a subject: an id of letters, digits, - and _.
func IsToken(text string) bool {
	for _, c := range []byte(text) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return text != "" && len(text) <= longest
}

// Subject is where an event of an owner goes. What is no token cannot be part of it and is told.
func (l Log) Subject(owner string, e Event) (string, error) {
	name, id := e.Event()
	aggregate, fact := Split(name)
	for _, token := range []string{owner, aggregate, id, fact} {
		if !IsToken(token) {
			return "", fmt.Errorf("event %s of aggregate %q, owner %q: ids have up to %d letters, digits, - and _", name, id, owner, longest)
		}
	}
	return strings.Join([]string{l.Prefix, owner, aggregate, id, fact}, "."), nil
}

// Aggregate is the filter that covers all events of one aggregate. Every writer of an aggregate
// guards its events with exactly this filter.
func (l Log) Aggregate(owner, aggregate, id string) string {
	return strings.Join([]string{l.Prefix, owner, aggregate, id, ">"}, ".")
}

// Everyone is the filter that covers one kind of fact over all owners and aggregates.
func (l Log) Everyone(name string) string {
	aggregate, fact := Split(name)
	return strings.Join([]string{l.Prefix, "*", aggregate, "*", fact}, ".")
}

// Owned is the filter that covers all events of one owner.
func (l Log) Owned(owner string) string { return l.Prefix + "." + owner + ".>" }

func concat(lists ...[]Event) []Event {
	var all []Event
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}
