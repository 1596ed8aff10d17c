package events

import "time"

var connection = []Event{
	ConnectionOpened{}, ConnectionRefreshed{}, ConnectionLost{}, ConnectionClosed{}, ConnectionHeard{}, ConnectionSilent{}, SubscriptionRevoked{},
}

// ConnectionOpened: the owner has let the platform act for a channel, for the first time or again.
type ConnectionOpened struct {
	// Connection is the service that it leads to: twitch.
	Connection string `json:"connection"`
	// Channel is the id of the channel there.
	Channel string `json:"channel"`
	Login   string `json:"login"`
	Name    string `json:"name"`
	// Scopes are what the owner has allowed.
	Scopes []string `json:"scopes"`
}

func (e ConnectionOpened) Event() (name, id string) { return "connection.opened", e.Connection }

// ConnectionRefreshed: there is a new token.
type ConnectionRefreshed struct {
	Connection string `json:"connection"`
	// ValidUntil is when the new one ends.
	ValidUntil time.Time `json:"validUntil"`
}

func (e ConnectionRefreshed) Event() (name, id string) { return "connection.refreshed", e.Connection }

// ConnectionLost: the token is no longer accepted; somebody has to connect again.
type ConnectionLost struct {
	Connection string `json:"connection"`
	// Reason is refused, revoked or unreadable.
	Reason string `json:"reason"`
	// Detail says it in a sentence.
	Detail string `json:"detail"`
}

func (e ConnectionLost) Event() (name, id string) { return "connection.lost", e.Connection }

// ConnectionClosed: somebody has ended the connection.
type ConnectionClosed struct {
	Connection string `json:"connection"`
}

func (e ConnectionClosed) Event() (name, id string) { return "connection.closed", e.Connection }

// Subscription is a kind of event that the other side tells, or does not tell.
type Subscription struct {
	Type    string `json:"type"`
	Version string `json:"version"`
	// Status is enabled, or why it is not told, in the platform's words.
	Status string `json:"status"`
	// Reason says more.
	Reason string `json:"reason,omitempty"`
}

// ConnectionHeard: what happens at the other side is told from now on.
type ConnectionHeard struct {
	Connection string `json:"connection"`
	// Transport is websocket or webhook.
	Transport     string         `json:"transport"`
	Subscriptions []Subscription `json:"subscriptions"`
}

func (e ConnectionHeard) Event() (name, id string) { return "connection.heard", e.Connection }

// ConnectionSilent: nothing can be heard from the other side at the moment.
type ConnectionSilent struct {
	Connection string `json:"connection"`
	Transport  string `json:"transport"`
	// Since is when something was heard last.
	Since time.Time `json:"since"`
	// Reason says it in a sentence.
	Reason string `json:"reason"`
}

func (e ConnectionSilent) Event() (name, id string) { return "connection.silent", e.Connection }

// SubscriptionRevoked: the other side does not tell one kind of event any more.
type SubscriptionRevoked struct {
	Connection string `json:"connection"`
	Type       string `json:"type"`
	// Status is why, in the platform's words.
	Status string `json:"status"`
}

func (e SubscriptionRevoked) Event() (name, id string) {
	return "connection.subscription_revoked", e.Connection
}
