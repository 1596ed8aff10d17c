package events

import "encoding/json"

var letter = []Event{LetterBuried{}, LetterRedriven{}, LetterParked{}, LetterUnparked{}}

// LetterBuried: a reactor gave up on an event.
type LetterBuried struct {
	// Letter is the id of the work that was given up.
	Letter  string `json:"letter"`
	Reactor string `json:"reactor"`
	// Position of the event on its log, for instance "FACTS/12".
	Position string `json:"position"`
	// Name is the wire name of the event.
	Name     string `json:"name"`
	Attempts int    `json:"attempts"`
	Reason   string `json:"reason"`
	// Body of the event as it was on the log.
	Body json.RawMessage `json:"body"`
}

func (e LetterBuried) Event() (name, id string) { return "letter.buried", e.Letter }

// LetterRedriven: somebody wants a reactor to try again what it gave up.
type LetterRedriven struct {
	// Letter is the id of the work that was given up.
	Letter  string `json:"letter"`
	Reactor string `json:"reactor"`
	// Position of the event on its log.
	Position string `json:"position"`
}

func (e LetterRedriven) Event() (name, id string) { return "letter.redriven", e.Letter }

// LetterParked: a projection could not fold an event. It goes on without that aggregate, whose later
// events wait as well.
type LetterParked struct {
	// Letter is the id of this event in this projection.
	Letter     string `json:"letter"`
	Projection string `json:"projection"`
	// Position of the event on its log.
	Position string `json:"position"`
	// Name is the wire name of the event.
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

func (e LetterParked) Event() (name, id string) { return "letter.parked", e.Letter }

// LetterUnparked: a projection has folded an event that it had parked.
type LetterUnparked struct {
	Letter     string `json:"letter"`
	Projection string `json:"projection"`
}

func (e LetterUnparked) Event() (name, id string) { return "letter.unparked", e.Letter }
