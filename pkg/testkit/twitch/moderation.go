package twitch

import "time"

// MessageDelete is channel.chat.message_delete.
type MessageDelete struct {
	Broadcaster
	Target
	MessageID string `json:"message_id"`
}

// ChatClear is channel.chat.clear.
type ChatClear struct{ Broadcaster }

// ClearUser is channel.chat.clear_user_messages.
type ClearUser struct {
	Broadcaster
	Target
}

// ChatSettings is channel.chat_settings.update.
type ChatSettings struct {
	Broadcaster
	EmoteMode       bool `json:"emote_mode"`
	FollowerMode    bool `json:"follower_mode"`
	FollowerMinutes *int `json:"follower_mode_duration_minutes"`
	SlowMode        bool `json:"slow_mode"`
	SlowSeconds     *int `json:"slow_mode_wait_time_seconds"`
	SubscriberMode  bool `json:"subscriber_mode"`
	UniqueChatMode  bool `json:"unique_chat_mode"`
}

// Ban is channel.ban; one that ends is a timeout.
type Ban struct {
	Viewer
	Broadcaster
	Moderator
	Reason    string  `json:"reason"`
	BannedAt  string  `json:"banned_at"`
	EndsAt    *string `json:"ends_at"`
	Permanent bool    `json:"is_permanent"`
}

// Unban is channel.unban.
type Unban struct {
	Viewer
	Broadcaster
	Moderator
}

// Moderate is channel.moderate, version 2; what its action says is under the key of the same name.
type Moderate struct {
	Broadcaster
	SourceID    *string `json:"source_broadcaster_user_id"`
	SourceLogin *string `json:"source_broadcaster_user_login"`
	SourceName  *string `json:"source_broadcaster_user_name"`
	Moderator
	Action    string           `json:"action"`
	Followers map[string]any   `json:"followers"`
	Slow      map[string]any   `json:"slow"`
	VIP       *Viewer          `json:"vip"`
	Unvip     *Viewer          `json:"unvip"`
	Warn      *ModerateReason  `json:"warn"`
	Mod       *Viewer          `json:"mod"`
	Unmod     *Viewer          `json:"unmod"`
	Ban       *ModerateReason  `json:"ban"`
	Unban     *Viewer          `json:"unban"`
	Timeout   *ModerateReason  `json:"timeout"`
	Untimeout *Viewer          `json:"untimeout"`
	Raid      map[string]any   `json:"raid"`
	Unraid    *Viewer          `json:"unraid"`
	Delete    *ModerateMessage `json:"delete"`
	Terms     map[string]any   `json:"automod_terms"`
	Request   map[string]any   `json:"unban_request"`
}

// ModerateReason is whom an action is about, and why.
type ModerateReason struct {
	Viewer
	Reason    *string `json:"reason"`
	ExpiresAt *string `json:"expires_at,omitempty"`
}

// ModerateMessage is a message that a moderator has deleted.
type ModerateMessage struct {
	Viewer
	MessageID string `json:"message_id"`
	Body      string `json:"message_body"`
}

// Delete makes a channel.chat.message_delete.
func (s *Server) Delete(m ChatMessage) MessageDelete {
	return MessageDelete{s.broadcaster(), Target{m.ChatterID, m.ChatterLogin, m.ChatterName}, m.MessageID}
}

// Clear makes a channel.chat.clear.
func (s *Server) Clear() ChatClear { return ChatClear{s.broadcaster()} }

// ClearMessages makes a channel.chat.clear_user_messages.
func (s *Server) ClearMessages(of User) ClearUser { return ClearUser{s.broadcaster(), ofTarget(of)} }

// Ban makes a channel.ban; without a length it is for ever.
func (s *Server) Ban(u, by User, reason string, length time.Duration) Ban {
	now := s.clock.Now()
	b := Ban{ofUser(u), s.broadcaster(), ofModerator(by), reason, stamp(now), nil, length == 0}
	if length > 0 {
		ends := stamp(now.Add(length))
		b.EndsAt = &ends
	}
	return b
}

// Unban makes a channel.unban.
func (s *Server) Unban(u, by User) Unban { return Unban{ofUser(u), s.broadcaster(), ofModerator(by)} }

// Warning makes a channel.moderate that warns.
func (s *Server) Warning(u, by User, reason string) Moderate {
	return Moderate{Broadcaster: s.broadcaster(), Moderator: ofModerator(by), Action: "warn", Warn: &ModerateReason{ofUser(u), &reason, nil}}
}
