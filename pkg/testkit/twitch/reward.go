package twitch

// Redemption is channel.channel_points_custom_reward_redemption.add and .update; Status is
// "unfulfilled", "fulfilled" or "canceled".
type Redemption struct {
	ID string `json:"id"`
	Broadcaster
	Viewer
	UserInput  string `json:"user_input"`
	Status     string `json:"status"`
	Reward     Reward `json:"reward"`
	RedeemedAt string `json:"redeemed_at"`
}

// Reward is what was redeemed.
type Reward struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Cost   int    `json:"cost"`
	Prompt string `json:"prompt"`
}

// AutomaticRedemption is channel.channel_points_automatic_reward_redemption.add, version 2.
type AutomaticRedemption struct {
	Broadcaster
	Viewer
	ID     string `json:"id"`
	Reward struct {
		Type          string         `json:"type"`
		ChannelPoints int            `json:"channel_points"`
		Emote         map[string]any `json:"emote"`
	} `json:"reward"`
	Message    *Text  `json:"message"`
	RedeemedAt string `json:"redeemed_at"`
}

// CustomReward is channel.channel_points_custom_reward.add.
type CustomReward struct {
	ID string `json:"id"`
	Broadcaster
	Enabled         bool           `json:"is_enabled"`
	Paused          bool           `json:"is_paused"`
	InStock         bool           `json:"is_in_stock"`
	Title           string         `json:"title"`
	Cost            int            `json:"cost"`
	Prompt          string         `json:"prompt"`
	InputRequired   bool           `json:"is_user_input_required"`
	SkipQueue       bool           `json:"should_redemptions_skip_request_queue"`
	CooldownExpires *string        `json:"cooldown_expires_at"`
	Redeemed        *int           `json:"redemptions_redeemed_current_stream"`
	MaxPerStream    map[string]any `json:"max_per_stream"`
	MaxPerUser      map[string]any `json:"max_per_user_per_stream"`
	GlobalCooldown  map[string]any `json:"global_cooldown"`
	BackgroundColor string         `json:"background_color"`
	Image           map[string]any `json:"image"`
	DefaultImage    map[string]any `json:"default_image"`
}

// HydrateReward is a reward that the channel has.
var HydrateReward = Reward{ID: "92af127c-7326-4483-a52b-b0da0be61c01", Title: "Hydrate", Cost: 100, Prompt: "Have a sip of water"}

// Redeem makes a redemption that is not fulfilled yet.
func (s *Server) Redeem(from User, reward Reward, input string) Redemption {
	return Redemption{uuid(), s.broadcaster(), ofUser(from), input, "unfulfilled", reward, stamp(s.clock.Now())}
}

// RedeemAutomatic makes a redemption of what every channel has, for instance "send_highlighted_message".
func (s *Server) RedeemAutomatic(from User, kind, text string) AutomaticRedemption {
	s.mu.Lock()
	defer s.mu.Unlock()
	said := s.text(text)
	r := AutomaticRedemption{Broadcaster: s.broadcaster(), Viewer: ofUser(from), ID: uuid(), Message: &said, RedeemedAt: stamp(s.clock.Now())}
	r.Reward.Type, r.Reward.ChannelPoints = kind, 100
	return r
}

// NewReward makes a channel.channel_points_custom_reward.add.
func (s *Server) NewReward(reward Reward) CustomReward {
	limit := func(key string) map[string]any { return map[string]any{"is_enabled": false, key: 0} }
	return CustomReward{
		ID: reward.ID, Broadcaster: s.broadcaster(), Enabled: true, InStock: true, Title: reward.Title, Cost: reward.Cost, Prompt: reward.Prompt,
		MaxPerStream: limit("value"), MaxPerUser: limit("value"), GlobalCooldown: limit("seconds"), BackgroundColor: "#FA1ED2",
		DefaultImage: map[string]any{"url_1x": s.ImagesURL + "/badges/v1/reward/1"},
	}
}
