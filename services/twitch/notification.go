package twitch

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/afterglow-live/afterglow/pkg/es"
)

// The kinds of messages that EventSub sends, over a socket or to a webhook.
const (
	sessionWelcome   = "session_welcome"
	sessionReconnect = "session_reconnect"
	notifies         = "notification"
	revokes          = "revocation"
	challenges       = "webhook_callback_verification"
)

// notification is one thing that EventSub tells, over whatever transport.
type notification struct {
	// ID is that of the message: the same thing told again has the same.
	ID string
	// Type of the subscription, such as channel.follow.
	Type string
	// Channel is the one that the subscription is about.
	Channel string
	// At is when it was told.
	At time.Time
	// Raw is what happened, as it was told.
	Raw json.RawMessage
}

// eventID is the id of the event that a notification becomes.
func (n notification) eventID() string { return es.DerivedID("twitch", n.ID) }

// payload is what a message of EventSub has in it, by its kind.
type payload struct {
	Session struct {
		ID string `json:"id"`
		// Keepalive is after how many seconds at most something is heard.
		Keepalive    *float64 `json:"keepalive_timeout_seconds"`
		ReconnectURL string   `json:"reconnect_url"`
	} `json:"session"`
	Challenge    string          `json:"challenge"`
	Subscription json.RawMessage `json:"subscription"`
	Event        json.RawMessage `json:"event"`
	// Events is where the types that are told in batches have what happened.
	Events json.RawMessage `json:"events"`
}

// errNoEvent is a notification that does not say what happened.
var errNoEvent = errors.New("it has no event")

// read makes a notification of a payload about a channel; the type and the time are those of the message
// around it.
func (p payload) read(id, kind, channel string, sent, now time.Time) (notification, error) {
	n := notification{ID: id, Type: kind, Channel: channel, At: believable(sent, now), Raw: p.Event}
	if n.Type == "" {
		n.Type = readFields(p.Subscription).text("type")
	}
	if len(n.Raw) == 0 || string(n.Raw) == "null" {
		n.Raw = p.Events
	}
	if len(n.Raw) == 0 || n.ID == "" || n.Type == "" {
		return n, errNoEvent
	}
	return n, nil
}

// channel is the one that the subscription is about.
func (p payload) channel() string {
	return readFields(p.Subscription).object("condition").either(channelConditions...)
}

// channelConditions are where the condition of a subscription says which channel it is about.
var channelConditions = []string{
	"broadcaster_user_id", "broadcaster_id", "to_broadcaster_user_id", "from_broadcaster_user_id", "user_id",
}

// oldest is how old a message may be for its time to be believed.
const oldest = 24 * time.Hour

// believable is the time that something gets that is told now. Nothing is heard before it happens: a time
// in the future, by which it would come after all that follows, is now; and so is one that is older than
// any message that is still sent again.
func believable(sent, now time.Time) time.Time {
	if sent.After(now) || now.Sub(sent) > oldest {
		return now.UTC().Round(0)
	}
	return sent.UTC()
}
