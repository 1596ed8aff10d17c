package twitch

// Follow is channel.follow, version 2.
type Follow struct {
	Viewer
	Broadcaster
	FollowedAt string `json:"followed_at"`
}

// Subscribe is channel.subscribe, and channel.subscription.end.
type Subscribe struct {
	Viewer
	Broadcaster
	Tier string `json:"tier"`
	Gift bool   `json:"is_gift"`
}

// SubscriptionGift is channel.subscription.gift.
type SubscriptionGift struct {
	Viewer
	Broadcaster
	Total           int    `json:"total"`
	Tier            string `json:"tier"`
	CumulativeTotal *int   `json:"cumulative_total"`
	Anonymous       bool   `json:"is_anonymous"`
}

// SubscriptionMessage is channel.subscription.message.
type SubscriptionMessage struct {
	Viewer
	Broadcaster
	Tier             string     `json:"tier"`
	Message          EmotesText `json:"message"`
	CumulativeMonths int        `json:"cumulative_months"`
	StreakMonths     *int       `json:"streak_months"`
	DurationMonths   int        `json:"duration_months"`
}

// EmotesText is a text that says where its emotes are, by the first and the last character.
type EmotesText struct {
	Text   string `json:"text"`
	Emotes []struct {
		Begin int    `json:"begin"`
		End   int    `json:"end"`
		ID    string `json:"id"`
	} `json:"emotes"`
}

// ChannelCheer is channel.cheer.
type ChannelCheer struct {
	Anonymous bool `json:"is_anonymous"`
	Viewer
	Broadcaster
	Message string `json:"message"`
	Bits    int    `json:"bits"`
}

// BitsUse is channel.bits.use; Type is "cheer" or "power_up".
type BitsUse struct {
	Viewer
	Broadcaster
	Bits    int      `json:"bits"`
	Type    string   `json:"type"`
	PowerUp *PowerUp `json:"power_up"`
	Message *Text    `json:"message"`
}

// PowerUp is what bits were used for.
type PowerUp struct {
	Type            string         `json:"type"`
	Emote           map[string]any `json:"emote"`
	MessageEffectID *string        `json:"message_effect_id"`
}

// Raid is channel.raid.
type Raid struct {
	FromID    string `json:"from_broadcaster_user_id"`
	FromLogin string `json:"from_broadcaster_user_login"`
	FromName  string `json:"from_broadcaster_user_name"`
	ToID      string `json:"to_broadcaster_user_id"`
	ToLogin   string `json:"to_broadcaster_user_login"`
	ToName    string `json:"to_broadcaster_user_name"`
	Viewers   int    `json:"viewers"`
}

// Shoutout is channel.shoutout.create.
type Shoutout struct {
	Broadcaster
	Moderator
	ToID             string `json:"to_broadcaster_user_id"`
	ToLogin          string `json:"to_broadcaster_user_login"`
	ToName           string `json:"to_broadcaster_user_name"`
	StartedAt        string `json:"started_at"`
	ViewerCount      int    `json:"viewer_count"`
	CooldownEndsAt   string `json:"cooldown_ends_at"`
	TargetCooldownAt string `json:"target_cooldown_ends_at"`
}

// ShoutoutReceived is channel.shoutout.receive.
type ShoutoutReceived struct {
	Broadcaster
	FromID      string `json:"from_broadcaster_user_id"`
	FromLogin   string `json:"from_broadcaster_user_login"`
	FromName    string `json:"from_broadcaster_user_name"`
	ViewerCount int    `json:"viewer_count"`
	StartedAt   string `json:"started_at"`
}

// Follow makes a channel.follow, and Helix shows the follower from now on.
func (s *Server) Follow(from User) Follow {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	s.channel.followers = append(s.channel.followers, map[string]any{
		"user_id": from.ID, "user_login": from.Login, "user_name": from.Name, "followed_at": now.Format("2006-01-02T15:04:05Z"),
	})
	return Follow{ofUser(from), s.broadcaster(), stamp(now)}
}

// Subscribe makes a channel.subscribe of tier 1.
func (s *Server) Subscribe(from User, gift bool) Subscribe {
	return Subscribe{ofUser(from), s.broadcaster(), "1000", gift}
}

// Gift makes a channel.subscription.gift; without a user it is anonymous.
func (s *Server) Gift(from User, total int) SubscriptionGift {
	g := SubscriptionGift{Viewer: ofUser(from), Broadcaster: s.broadcaster(), Total: total, Tier: "1000", Anonymous: from.ID == ""}
	if !g.Anonymous {
		g.CumulativeTotal = &total
	}
	return g
}

// SubMessage makes a channel.subscription.message.
func (s *Server) SubMessage(from User, months int, text string) SubscriptionMessage {
	return SubscriptionMessage{
		Viewer: ofUser(from), Broadcaster: s.broadcaster(), Tier: "1000", Message: EmotesText{Text: text}, CumulativeMonths: months, DurationMonths: 1,
	}
}

// Cheer makes a channel.cheer; without a user it is anonymous.
func (s *Server) Cheer(from User, bits int, text string) ChannelCheer {
	return ChannelCheer{from.ID == "", ofUser(from), s.broadcaster(), text, bits}
}

// Bits makes a channel.bits.use that is a cheer.
func (s *Server) Bits(from User, bits int, text string) BitsUse {
	s.mu.Lock()
	defer s.mu.Unlock()
	said := s.text(text)
	return BitsUse{ofUser(from), s.broadcaster(), bits, "cheer", nil, &said}
}

// Raid makes a channel.raid that arrives.
func (s *Server) Raid(from User, viewers int) Raid {
	to := s.Broadcaster
	return Raid{from.ID, from.Login, from.Name, to.ID, to.Login, to.Name, viewers}
}
