package api

import (
	"strings"

	"github.com/afterglow-live/afterglow/events"
)

// Feed is an ordered list of events that browsers can subscribe to.
type Feed struct {
	// Topic that browsers name, for instance "events/facts" or "chat/{channel}".
	Topic string
	// Doc says in a sentence what comes.
	Doc string
	// Log the events are on.
	Log events.Log
	// Filter of their subjects, with {owner} and the parameters of the topic in it.
	Filter string
	// Roles that may subscribe.
	Roles Roles
}

// Match gives the subject filter for a topic and an owner; ok is false when it is another topic.
func (f Feed) Match(topic, owner string) (filter string, ok bool) {
	pattern, given := strings.Split(f.Topic, "/"), strings.Split(topic, "/")
	if len(pattern) != len(given) {
		return "", false
	}
	filter = strings.ReplaceAll(f.Filter, "{owner}", owner)
	for i, word := range pattern {
		if !strings.HasPrefix(word, "{") {
			if word != given[i] {
				return "", false
			}
			continue
		}
		if given[i] == "" || strings.ContainsAny(given[i], ".*> \t") {
			return "", false
		}
		filter = strings.ReplaceAll(filter, word, given[i])
	}
	return filter, true
}
