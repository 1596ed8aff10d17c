package helix

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Channel is what a channel says about itself.
type Channel struct {
	ID, Login, Name          string
	Title                    string
	CategoryID, CategoryName string
	// Language is that of ISO 639-1, or other.
	Language string
	Tags     []string
	// Labels are the ids of the content classification labels that it carries.
	Labels []string
	// Delay of the broadcast in seconds.
	Delay int
	// Raw is what Twitch answered.
	Raw json.RawMessage
}

// UnmarshalJSON reads what Twitch calls it.
func (c *Channel) UnmarshalJSON(value []byte) error {
	var said struct {
		BroadcasterID       string `json:"broadcaster_id"`
		BroadcasterLogin    string `json:"broadcaster_login"`
		BroadcasterName     string `json:"broadcaster_name"`
		BroadcasterLanguage string `json:"broadcaster_language"`
		GameID              string `json:"game_id"`
		GameName            string `json:"game_name"`
		Title               string `json:"title"`
		Delay               number `json:"delay"`
		Tags                words  `json:"tags"`
		Labels              words  `json:"content_classification_labels"`
	}
	if err := json.Unmarshal(value, &said); err != nil {
		return fmt.Errorf("channel: %w", err)
	}
	*c = Channel{
		said.BroadcasterID, said.BroadcasterLogin, said.BroadcasterName, said.Title, said.GameID, said.GameName,
		said.BroadcasterLanguage, said.Tags, said.Labels, int(said.Delay), append(json.RawMessage(nil), value...),
	}
	return nil
}

// Channel gets what a channel says about itself.
func (c *Client) Channel(ctx context.Context, channel string) (Channel, error) {
	return one[Channel](ctx, c, call{method: http.MethodGet, path: "/channels", query: url.Values{"broadcaster_id": {channel}}})
}

// LabelChange adds a content classification label, or takes it away.
type LabelChange struct {
	ID      string `json:"id"`
	Enabled bool   `json:"is_enabled"`
}

// ChannelChange is what changes of a channel; what is nil stays.
type ChannelChange struct {
	Title    *string `json:"title,omitempty"`
	Category *string `json:"game_id,omitempty"`
	Language *string `json:"broadcaster_language,omitempty"`
	// Tags replace all that there were; a pointer to an empty list takes them away.
	Tags   *[]string     `json:"tags,omitempty"`
	Labels []LabelChange `json:"content_classification_labels,omitempty"`
	Delay  *int          `json:"delay,omitempty"`
}

// ChangeChannel changes what a channel says about itself.
func (c *Client) ChangeChannel(ctx context.Context, channel string, change ChannelChange) error {
	return c.do(ctx, call{
		method: http.MethodPatch, path: "/channels", query: url.Values{"broadcaster_id": {channel}},
		body: change, scope: "channel:manage:broadcast",
	}, nil)
}

// Category is what a stream can be about.
type Category struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	BoxArtURL string `json:"box_art_url"`
}

// Categories finds categories by a part of their name.
func (c *Client) Categories(ctx context.Context, query string, most int) ([]Category, error) {
	return list[Category](ctx, c, call{
		method: http.MethodGet, path: "/search/categories", query: url.Values{"query": {query}, "first": {strconv.Itoa(most)}},
	})
}

// Label is a content classification label that a channel can carry.
type Label struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
}

// Labels lists the content classification labels that there are.
func (c *Client) Labels(ctx context.Context) ([]Label, error) {
	return list[Label](ctx, c, call{method: http.MethodGet, path: "/content_classification_labels"})
}
