package chat

import (
	"cmp"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
)

// comment is a message as TwitchDownloader writes it.
type comment struct {
	ID        string    `json:"_id"`
	CreatedAt time.Time `json:"created_at"`
	// Offset from the beginning of the recording, in seconds.
	Offset    float64 `json:"content_offset_seconds"`
	Commenter struct {
		ID          string `json:"_id"`
		Name        string `json:"name"`
		DisplayName string `json:"display_name"`
	} `json:"commenter"`
	Message struct {
		Body      string            `json:"body"`
		Fragments []commentFragment `json:"fragments"`
		Badges    []commentBadge    `json:"user_badges"`
		Color     string            `json:"user_color,omitempty"`
		Bits      int               `json:"bits_spent"`
	} `json:"message"`
}

type commentFragment struct {
	Text     string           `json:"text"`
	Emoticon *commentEmoticon `json:"emoticon"`
}

type commentEmoticon struct {
	ID string `json:"emoticon_id"`
}

type commentBadge struct {
	ID      string `json:"_id"`
	Version string `json:"version"`
}

// commentOf writes a message as TwitchDownloader would.
func commentOf(m Message) comment {
	c := comment{ID: m.ID, CreatedAt: m.SentAt, Offset: *m.At}
	c.Commenter.ID, c.Commenter.Name, c.Commenter.DisplayName = m.User.ID, m.User.Login, m.User.Name
	c.Message.Body, c.Message.Color, c.Message.Bits = m.Text, m.User.Color, m.Bits
	c.Message.Fragments, c.Message.Badges = []commentFragment{}, []commentBadge{}
	for _, f := range m.Fragments {
		fragment := commentFragment{Text: f.Text}
		if f.Emote != "" {
			fragment.Emoticon = &commentEmoticon{ID: f.Emote}
		}
		c.Message.Fragments = append(c.Message.Fragments, fragment)
	}
	for _, b := range m.Badges {
		c.Message.Badges = append(c.Message.Badges, commentBadge{ID: b.Set, Version: b.ID})
	}
	return c
}

// event is the fact of a comment.
func (c comment) event(channel string) events.MessageSent {
	e := events.MessageSent{
		Channel: channel, Message: c.ID, Text: c.Message.Body, Color: c.Message.Color, Bits: c.Message.Bits, Kind: "text", Imported: true,
		Person: events.Person{ID: c.Commenter.ID, Login: strings.ToLower(c.Commenter.Name), Name: cmp.Or(c.Commenter.DisplayName, c.Commenter.Name)},
	}
	var whole strings.Builder
	for _, f := range c.Message.Fragments {
		fragment := events.Fragment{Kind: "text", Text: f.Text}
		if f.Emoticon != nil && f.Emoticon.ID != "" {
			fragment.Kind, fragment.Emote = "emote", f.Emoticon.ID
		}
		e.Fragments = append(e.Fragments, fragment)
		whole.WriteString(f.Text)
	}
	e.Text = cmp.Or(e.Text, whole.String())
	for _, b := range c.Message.Badges {
		e.Badges = append(e.Badges, events.Badge{Set: b.ID, ID: b.Version})
	}
	return e
}

// sentAt is when the comment was written: as it says itself if that was during the stream, and otherwise
// by how far into the recording it was.
func (c comment) sentAt(w window) time.Time {
	if !c.CreatedAt.Before(w.from) && c.CreatedAt.Before(w.until) {
		return c.CreatedAt.UTC()
	}
	return w.moment(max(c.Offset, 0))
}
