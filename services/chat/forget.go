package chat

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// nobody is written where somebody was mentioned who is forgotten.
const nobody = "@…"

// forget leaves out of somebody's message what it repeats of others who are gone.
func (m *Message) forget(gone func(person string) bool) {
	m.Text, m.Fragments, m.Reply = forgetIn(m.Text, m.Fragments, m.Reply, gone)
	m.Source = forgetSource(m.Source, gone)
}

// forgetSource leaves out whose channel it was that a message of a shared chat was written in.
func forgetSource(source *events.Shared, gone func(person string) bool) *events.Shared {
	if source != nil && gone(source.Channel.ID) {
		return &events.Shared{Message: source.Message, Only: source.Only}
	}
	return source
}

func forgetIn(text string, fragments []events.Fragment, reply *events.Reply, gone func(person string) bool) (string, []events.Fragment, *events.Reply) {
	mentioned := func(f events.Fragment) bool { return f.Person != nil && gone(f.Person.ID) }
	if slices.ContainsFunc(fragments, mentioned) {
		fragments = slices.Clone(fragments)
		var whole strings.Builder
		for i := range fragments {
			if mentioned(fragments[i]) {
				fragments[i] = events.Fragment{Kind: fragments[i].Kind, Text: nobody}
			}
			whole.WriteString(fragments[i].Text)
		}
		text = whole.String()
	}
	if reply != nil && gone(reply.Person.ID) {
		reply = &events.Reply{Message: reply.Message, Thread: reply.Thread}
	}
	return text, fragments, reply
}

// without is what stays of an event when a person is forgotten: nil when the person wrote or did it,
// and otherwise the event without the person, and without what the platform said.
func without(person string, e es.Event) (events.Event, error) {
	gone := func(id string) bool { return id == person }
	switch e.Name {
	case events.Name(events.MessageSent{}):
		var sent events.MessageSent
		if err := read(e, &sent); err != nil || gone(sent.Person.ID) {
			return nil, err
		}
		sent.Text, sent.Fragments, sent.Reply = forgetIn(sent.Text, sent.Fragments, sent.Reply, gone)
		sent.Shared = forgetSource(sent.Shared, gone)
		sent.Raw = nil
		return sent, nil
	case events.Name(events.CommandGiven{}):
		var given events.CommandGiven
		named := func(p events.Person) bool { return gone(p.ID) }
		if err := read(e, &given); err != nil || named(given.Person) || slices.ContainsFunc(given.Mentions, named) {
			return nil, err
		}
		return given, nil
	case events.Name(events.MessageDeleted{}):
		var deleted events.MessageDeleted
		if err := read(e, &deleted); err != nil || gone(deleted.Person.ID) {
			return nil, err
		}
		deleted.Raw = nil
		return deleted, nil
	case events.Name(events.UserCleared{}):
		var cleared events.UserCleared
		if err := read(e, &cleared); err != nil || gone(cleared.Person.ID) {
			return nil, err
		}
		cleared.Raw = nil
		return cleared, nil
	case events.Name(events.ChatCleared{}):
		var cleared events.ChatCleared
		err := read(e, &cleared)
		cleared.Raw = nil
		return cleared, err
	case events.Name(events.ActivitySeen{}):
		var seen events.ActivitySeen
		if err := read(e, &seen); err != nil || seen.Person != nil && gone(seen.Person.ID) {
			return nil, err
		}
		if seen.Target != nil && gone(seen.Target.ID) {
			seen.Target = nil
		}
		seen.Raw = nil
		return seen, nil
	}
	return nil, fmt.Errorf("%s %s: nobody can be forgotten in it", e.Name, e.Position)
}

func read(e es.Event, into events.Event) error {
	if err := json.Unmarshal(e.Data, into); err != nil {
		return fmt.Errorf("%s %s: %w", e.Name, e.Position, err)
	}
	return nil
}
