package events

import "encoding/json"

var letter = []Event{LetterBuried{}}

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
