package twitch

import "slices"

// wanted are the scopes that the owner is asked for, and what for. Whoever does not give one misses that
// alone.
var wanted = []struct{ Scope, Why string }{
	{"user:read:chat", "reads the chat"},
	{"user:bot", "lets Twitch send the chat to a server, instead of over a connection of your own"},
	{"channel:bot", "lets Twitch send the chat of your channel to a server"},
	{"user:write:chat", "writes into the chat in your name"},
	{"channel:manage:broadcast", "changes title, category, tags and labels"},
	{"channel:moderate", "sees who is banned, so that what they wrote disappears here too"},
	{"moderator:read:followers", "sees who follows"},
	{"channel:read:subscriptions", "sees who subscribes, and who gives subscriptions"},
	{"bits:read", "sees who cheers"},
	{"channel:read:redemptions", "sees what channel points are spent on"},
	{"channel:read:hype_train", "sees hype trains"},
	{"channel:read:polls", "sees polls and how they end"},
	{"channel:read:predictions", "sees predictions and how they end"},
	{"channel:read:goals", "sees goals and how far they are"},
	{"channel:read:charity", "sees donations to a charity campaign"},
	{"moderator:read:shoutouts", "sees shout-outs"},
	{"channel:read:ads", "sees when advertisements come"},
	{"channel:manage:ads", "puts advertisements off"},
	{"channel:edit:commercial", "runs advertisements"},
}

// asked are the scopes that the owner is asked for.
func asked() []string {
	var scopes []string
	for _, w := range wanted {
		scopes = append(scopes, w.Scope)
	}
	return scopes
}

// Scope is something that the platform may do at Twitch, or may not.
type Scope struct {
	// Scope is what Twitch calls it.
	Scope string `json:"scope"`
	// Granted is true when the owner has allowed it.
	Granted bool `json:"granted"`
	// Why says what it is needed for.
	Why string `json:"why"`
}

// scopesOf tells of every scope that is wanted whether it was granted.
func scopesOf(granted []string) []Scope {
	var scopes []Scope
	for _, w := range wanted {
		scopes = append(scopes, Scope{w.Scope, slices.Contains(granted, w.Scope), w.Why})
	}
	return scopes
}
