// Package events is the contract of Afterglow: every fact that can be on a log, and the logs
// themselves. It depends on the standard library alone, so that a bot or a customer's tool can
// import it at no cost.
//
// A fact is a struct with one method. Fields are added, never changed or removed; a new meaning is
// a new event.
package events

import "strings"

// Event is a fact in the past tense about one aggregate.
type Event interface {
	// Event names the fact as "<aggregate>.<fact>", for instance "clip.registered", and the id of
	// the aggregate it is about. Both become part of a subject: no user text may be in them.
	Event() (name, id string)
}

// Name is the wire name of an event, for instance "clip.registered".
func Name(e Event) string {
	name, _ := e.Event()
	return name
}

// Version is the schema version of an event: 1, unless the event has a method
// EventVersion() int that says otherwise.
func Version(e Event) int {
	if v, ok := e.(interface{ EventVersion() int }); ok {
		return v.EventVersion()
	}
	return 1
}

// Split cuts a wire name into its aggregate and its fact.
func Split(name string) (aggregate, fact string) {
	aggregate, fact, _ = strings.Cut(name, ".")
	return aggregate, fact
}
