package helix

import (
	"context"
	"net/http"
	"net/url"
)

// Sent is what became of a message.
type Sent struct {
	ID string `json:"message_id"`
	// Sent is false when Twitch has dropped the message.
	Sent bool `json:"is_sent"`
	// Dropped says why.
	Dropped struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"drop_reason"`
}

// SendMessage writes into the chat of a channel, as its owner; replyTo is the message that it answers, or
// empty.
func (c *Client) SendMessage(ctx context.Context, channel, text, replyTo string) (Sent, error) {
	body := map[string]string{"broadcaster_id": channel, "sender_id": channel, "message": text}
	if replyTo != "" {
		body["reply_parent_message_id"] = replyTo
	}
	return one[Sent](ctx, c, call{method: http.MethodPost, path: "/chat/messages", body: body, scope: "user:write:chat"})
}

// BadgeSet is a set of badges.
type BadgeSet struct {
	ID       string `json:"set_id"`
	Versions []struct {
		ID       string `json:"id"`
		Title    string `json:"title"`
		ImageURL string `json:"image_url_2x"`
	} `json:"versions"`
}

// Badges gets the badges of a channel alone.
func (c *Client) Badges(ctx context.Context, channel string) ([]BadgeSet, error) {
	return list[BadgeSet](ctx, c, call{method: http.MethodGet, path: "/chat/badges", query: url.Values{"broadcaster_id": {channel}}})
}

// GlobalBadges gets the badges that all channels have.
func (c *Client) GlobalBadges(ctx context.Context) ([]BadgeSet, error) {
	return list[BadgeSet](ctx, c, call{method: http.MethodGet, path: "/chat/badges/global"})
}
