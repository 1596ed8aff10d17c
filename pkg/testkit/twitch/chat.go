package twitch

import (
	"slices"
	"time"
	"unicode/utf8"
)

// chat is the channel's chat room.
type chat struct {
	// said are the last messages, latest last, to reply to and to find duplicates among.
	said []ChatMessage
	at   []time.Time
	// drop has the code and message that messages are not sent because of.
	drop *[2]string
}

func newChat() chat { return chat{} }

const (
	readable      = 200 // messages of the room that are kept
	longest       = 500
	sameAgainWait = 30 * time.Second
)

// DropMessages lets Send Chat Message answer 200 and is_sent false with this reason, for instance
// "automod_held"; an empty code sends again.
func (s *Server) DropMessages(code, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channel.chat.drop = &[2]string{code, message}
	if code == "" {
		s.channel.chat.drop = nil
	}
}

// Say lets a user write in the chat and answers the message as it was sent.
func (s *Server) Say(from User, text string, with ...Option) ChatMessage {
	return s.SayMessage(s.Message(from, text), with...)
}

// SayMessage is Say for a message that was made before, for instance a reply.
func (s *Server) SayMessage(m ChatMessage, with ...Option) ChatMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.say(m, with)
	return m
}

func (s *Server) say(m ChatMessage, with []Option) []Message {
	c := &s.channel.chat
	if len(c.said) == readable {
		c.said, c.at = slices.Delete(c.said, 0, 1), slices.Delete(c.at, 0, 1)
	}
	c.said, c.at = append(c.said, m), append(c.at, s.clock.Now())
	return s.emit("channel.chat.message", m, with)
}

// lastOf is the last message of a user.
func (s *Server) lastOf(u User) (ChatMessage, bool) {
	for _, m := range slices.Backward(s.channel.chat.said) {
		if m.ChatterID == u.ID {
			return m, true
		}
	}
	return ChatMessage{}, false
}

// sendMessage answers 200 also when the message is not sent.
func (s *Server) sendMessage(c call) (int, any) {
	var asked struct {
		Broadcaster string `json:"broadcaster_id"`
		Sender      string `json:"sender_id"`
		Message     string `json:"message"`
		Parent      string `json:"reply_parent_message_id"`
		SourceOnly  *bool  `json:"for_source_only"`
	}
	if err := decode(c.body, &asked); err != nil {
		return problem(400, err.Error())
	}
	sender, known := s.userByID(asked.Sender)
	_, there := s.userByID(asked.Broadcaster)
	switch {
	case !there:
		return problem(400, "The ID in broadcaster_id is not valid")
	case !known:
		return problem(400, "The ID in sender_id is not valid")
	case asked.Message == "":
		return problem(400, "The message is required")
	case c.user != "" && !slices.Contains(c.scopes, "user:write:chat"):
		return problem(401, "Missing scope: user:write:chat")
	case c.user != "" && c.user != asked.Sender:
		return problem(401, "The ID in sender_id must match the user ID in the access token")
	case c.user != "" && asked.SourceOnly != nil:
		return problem(400, "for_source_only can only be set with an app access token")
	case c.user == "" && (!s.granted(asked.Sender, "user:bot user:write:chat") || !s.granted(asked.Broadcaster, "channel:bot")):
		return problem(401, "The sender has not granted user:bot, or the broadcaster not channel:bot")
	case utf8.RuneCountInString(asked.Message) > longest:
		return problem(422, "The message is too large")
	}
	dropped := func(code, message string) (int, any) {
		return 200, map[string]any{"data": []any{map[string]any{
			"message_id": "", "is_sent": false, "drop_reason": map[string]string{"code": code, "message": message},
		}}}
	}
	room := &s.channel.chat
	if room.drop != nil {
		return dropped(room.drop[0], room.drop[1])
	}
	m := s.message(sender, asked.Message)
	for i, before := range room.said {
		if before.ChatterID == sender.ID && before.Message.Text == asked.Message && s.clock.Now().Sub(room.at[i]) < sameAgainWait {
			return dropped("msg_duplicate", "Your message is identical to the one you have sent.")
		}
		if before.MessageID == asked.Parent {
			m = m.ReplyTo(before)
		}
	}
	if asked.Broadcaster == s.Broadcaster.ID {
		s.say(m, nil)
	}
	return 200, map[string]any{"data": []any{map[string]any{"message_id": m.MessageID, "is_sent": true}}}
}

// badgeSet is a set of badges; its versions are what users wear.
type badgeSet struct {
	id       string
	title    string
	versions []string
}

var (
	ownBadges    = []badgeSet{{"subscriber", "Subscriber", []string{"0", "3", "12"}}, {"bits", "Bits", []string{"1", "100", "1000"}}}
	globalBadges = []badgeSet{
		{"broadcaster", "Broadcaster", []string{"1"}},
		{"moderator", "Moderator", []string{"1"}},
		{"vip", "VIP", []string{"1"}},
		{"premium", "Prime", []string{"1"}},
		{"sub-gifter", "Sub Gifter", []string{"1", "5", "10"}},
		{"partner", "Verified", []string{"1"}},
	}
)

func (s *Server) badges(sets []badgeSet) (int, any) {
	data := []map[string]any{}
	for _, set := range sets {
		versions := []map[string]any{}
		for _, id := range set.versions {
			image := s.ImagesURL + "/badges/v1/" + set.id + "." + id + "/"
			versions = append(versions, map[string]any{
				"id": id, "image_url_1x": image + "1", "image_url_2x": image + "2", "image_url_4x": image + "3",
				"title": set.title, "description": set.title, "click_action": nil, "click_url": nil,
			})
		}
		data = append(data, map[string]any{"set_id": set.id, "versions": versions})
	}
	return 200, map[string]any{"data": data}
}

func (s *Server) getBadges(c call) (int, any) {
	switch c.query.Get("broadcaster_id") {
	case "":
		return problem(400, "Missing required parameter \"broadcaster_id\"")
	case s.Broadcaster.ID:
		return s.badges(ownBadges)
	}
	return s.badges(nil)
}

func (s *Server) getGlobalBadges(call) (int, any) { return s.badges(globalBadges) }
