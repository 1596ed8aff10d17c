package twitch

import (
	"regexp"
	"strconv"
	"strings"
)

// ChatMessage is channel.chat.message.
type ChatMessage struct {
	Broadcaster
	ChatterID    string  `json:"chatter_user_id"`
	ChatterLogin string  `json:"chatter_user_login"`
	ChatterName  string  `json:"chatter_user_name"`
	MessageID    string  `json:"message_id"`
	Message      Text    `json:"message"`
	Color        string  `json:"color"`
	Badges       []Badge `json:"badges"`
	MessageType  string  `json:"message_type"`
	Cheer        *Cheer  `json:"cheer"`
	Reply        *Reply  `json:"reply"`
	RewardID     *string `json:"channel_points_custom_reward_id"`
	Source
	SourceOnly *bool `json:"is_source_only"`
}

// Text is a message and its parts.
type Text struct {
	Text      string     `json:"text"`
	Fragments []Fragment `json:"fragments"`
}

// Fragment is a part of a message; one of the three is there unless its type is "text".
type Fragment struct {
	Type      string     `json:"type"`
	Text      string     `json:"text"`
	Cheermote *Cheermote `json:"cheermote"`
	Emote     *Emote     `json:"emote"`
	Mention   *Mention   `json:"mention"`
}

// Cheermote is bits within a message.
type Cheermote struct {
	Prefix string `json:"prefix"`
	Bits   int    `json:"bits"`
	Tier   int    `json:"tier"`
}

// Emote is a picture within a message.
type Emote struct {
	ID      string   `json:"id"`
	SetID   string   `json:"emote_set_id"`
	OwnerID string   `json:"owner_id"`
	Format  []string `json:"format"`
}

// Mention is a user within a message.
type Mention struct {
	UserID    string `json:"user_id"`
	UserLogin string `json:"user_login"`
	UserName  string `json:"user_name"`
}

// Cheer is what a message cheers in all.
type Cheer struct {
	Bits int `json:"bits"`
}

// Reply is the message that another answers, and the first of the thread.
type Reply struct {
	ParentMessageID   string `json:"parent_message_id"`
	ParentMessageBody string `json:"parent_message_body"`
	ParentUserID      string `json:"parent_user_id"`
	ParentUserName    string `json:"parent_user_name"`
	ParentUserLogin   string `json:"parent_user_login"`
	ThreadMessageID   string `json:"thread_message_id"`
	ThreadUserID      string `json:"thread_user_id"`
	ThreadUserName    string `json:"thread_user_name"`
	ThreadUserLogin   string `json:"thread_user_login"`
}

// Source is the channel that a message of a shared chat was written in; all null in one's own.
type Source struct {
	SourceID        *string `json:"source_broadcaster_user_id"`
	SourceLogin     *string `json:"source_broadcaster_user_login"`
	SourceName      *string `json:"source_broadcaster_user_name"`
	SourceMessageID *string `json:"source_message_id"`
	SourceBadges    []Badge `json:"source_badges"`
}

// emotes are those that a text may name.
var emotes = map[string]Emote{
	"Kappa":      {ID: "25", SetID: "0", OwnerID: "0", Format: []string{"static"}},
	"LUL":        {ID: "425618", SetID: "0", OwnerID: "0", Format: []string{"static"}},
	"PogChamp":   {ID: "305954156", SetID: "0", OwnerID: "0", Format: []string{"static"}},
	"HeyGuys":    {ID: "30259", SetID: "0", OwnerID: "0", Format: []string{"static"}},
	"VoHiYo":     {ID: "81274", SetID: "0", OwnerID: "0", Format: []string{"static"}},
	"BibleThump": {ID: "86", SetID: "0", OwnerID: "0", Format: []string{"static"}},
	"oursHype":   {ID: "emotesv2_dc24652ada1e4c84a5e3ceebae4de709", SetID: "9001", OwnerID: "1001", Format: []string{"static", "animated"}},
	"oursLove":   {ID: "emotesv2_3c3b9d1ad4724a5e8b1c0a9e3f8d7c61", SetID: "9001", OwnerID: "1001", Format: []string{"static"}},
}

var (
	word  = regexp.MustCompile(`\S+|\s+`)
	cheer = regexp.MustCompile(`^(?i:cheer)([1-9]\d*)$`)
)

// Message is a chat message of a user in the broadcaster's channel. Emotes that the server knows
// (Kappa, LUL, oursHype, …), CheerN and @login become fragments of their own.
func (s *Server) Message(from User, text string) ChatMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.message(from, text)
}

func (s *Server) message(from User, text string) ChatMessage {
	m := ChatMessage{
		Broadcaster: s.broadcaster(), ChatterID: from.ID, ChatterLogin: from.Login, ChatterName: from.Name, MessageID: uuid(),
		Message: s.text(text), Color: from.Color, Badges: append([]Badge{}, from.Badges...), MessageType: "text",
	}
	bits := 0
	for _, f := range m.Message.Fragments {
		if f.Cheermote != nil {
			bits += f.Cheermote.Bits
		}
	}
	if bits > 0 {
		m.Cheer = &Cheer{bits}
	}
	return m
}

// text takes a text apart.
func (s *Server) text(text string) Text {
	t := Text{Text: text, Fragments: []Fragment{}}
	for _, part := range word.FindAllString(text, -1) {
		f := Fragment{Type: "text", Text: part}
		if emote, ok := emotes[part]; ok {
			f.Type, f.Emote = "emote", &emote
		} else if match := cheer.FindStringSubmatch(part); match != nil {
			bits, _ := strconv.Atoi(match[1])
			f.Type, f.Cheermote = "cheermote", &Cheermote{"cheer", bits, tier(bits)}
		} else if login, ok := strings.CutPrefix(strings.ToLower(part), "@"); ok {
			for _, u := range s.users {
				if u.Login == login {
					f.Type, f.Mention = "mention", &Mention{u.ID, u.Login, u.Name}
				}
			}
		}
		if last := len(t.Fragments) - 1; f.Type == "text" && last >= 0 && t.Fragments[last].Type == "text" {
			t.Fragments[last].Text += part
			continue
		}
		t.Fragments = append(t.Fragments, f)
	}
	return t
}

// tier is the least number of bits that looks like this.
func tier(bits int) int {
	for _, least := range []int{10000, 5000, 1000, 100} {
		if bits >= least {
			return least
		}
	}
	return 1
}

// ReplyTo makes the message an answer to another one.
func (m ChatMessage) ReplyTo(parent ChatMessage) ChatMessage {
	r := Reply{
		parent.MessageID, parent.Message.Text, parent.ChatterID, parent.ChatterName, parent.ChatterLogin,
		parent.MessageID, parent.ChatterID, parent.ChatterName, parent.ChatterLogin,
	}
	if first := parent.Reply; first != nil {
		r.ThreadMessageID, r.ThreadUserID = first.ThreadMessageID, first.ThreadUserID
		r.ThreadUserName, r.ThreadUserLogin = first.ThreadUserName, first.ThreadUserLogin
	}
	m.Reply = &r
	return m
}

// SharedFrom makes the message one that was written in another channel of a shared chat.
func (m ChatMessage) SharedFrom(channel User) ChatMessage {
	id, no := uuid(), false
	m.Source = Source{&channel.ID, &channel.Login, &channel.Name, &id, []Badge{{"subscriber", "3", "3"}}}
	m.SourceOnly = &no
	return m
}

// Redeeming makes the message the text of a custom reward.
func (m ChatMessage) Redeeming(reward string) ChatMessage {
	m.RewardID = &reward
	return m
}
