package twitch

import (
	"strings"
	"unicode"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// news is an event of a notification, with its id.
type news struct {
	id    string
	event events.Event
}

// facts are what a notification tells. A message that is a command is told as both, so that nobody has to
// read all that is written to find the commands.
func (h hearing) facts(n notification) []news {
	id := n.eventID()
	list := []news{{id, h.normal(n)}}
	if sent, ok := list[0].event.(events.MessageSent); ok {
		if given, ok := commandIn(sent); ok {
			list = append(list, news{es.DerivedID(id, "command"), given})
		}
	}
	return list
}

// pad is a character without a picture that chat programs add, so that a message may be sent twice.
const pad = '\U000E0000'

// commandIn is the command in a message that begins with one. That of an answer begins with the name of
// who is answered.
func commandIn(m events.MessageSent) (events.CommandGiven, bool) {
	words := strings.FieldsFunc(m.Text, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) || c == pad })
	if m.Reply != nil && len(words) > 0 && strings.HasPrefix(words[0], "@") {
		words = words[1:]
	}
	if len(words) == 0 {
		return events.CommandGiven{}, false
	}
	command, ok := strings.CutPrefix(strings.ToLower(words[0]), "!")
	if !ok || strings.TrimFunc(command, unicode.IsPunct) == "" { // "!!!" commands nothing
		return events.CommandGiven{}, false
	}
	given := events.CommandGiven{
		Channel: m.Channel, Message: m.Message, Command: command, Arguments: strings.Join(words[1:], " "),
		Person: m.Person, Badges: m.Badges, Shared: m.Shared,
	}
	for _, f := range m.Fragments {
		if f.Person != nil {
			given.Mentions = append(given.Mentions, *f.Person)
		}
	}
	return given, true
}
