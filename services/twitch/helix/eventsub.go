package helix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Transport is how Twitch tells what happens.
type Transport struct {
	// Method is websocket or webhook.
	Method string `json:"method"`
	// SessionID is that of the websocket.
	SessionID string `json:"session_id,omitempty"`
	// Callback is the address of the webhook, Secret what its messages are signed with; Twitch never
	// tells the secret.
	Callback string `json:"callback,omitempty"`
	Secret   string `json:"secret,omitempty"`
}

// Subscription is a kind of event that Twitch is to tell.
type Subscription struct {
	ID string
	// Status is enabled, or why it is not told.
	Status        string
	Type, Version string
	Condition     map[string]string
	Transport     Transport
	Cost          int
	CreatedAt     time.Time
}

// UnmarshalJSON reads what Twitch calls it.
func (s *Subscription) UnmarshalJSON(value []byte) error {
	var said struct {
		ID        string            `json:"id"`
		Status    string            `json:"status"`
		Type      string            `json:"type"`
		Version   string            `json:"version"`
		Condition map[string]string `json:"condition"`
		Transport Transport         `json:"transport"`
		Cost      number            `json:"cost"`
		CreatedAt moment            `json:"created_at"`
	}
	if err := json.Unmarshal(value, &said); err != nil {
		return fmt.Errorf("subscription: %w", err)
	}
	*s = Subscription{said.ID, said.Status, said.Type, said.Version, said.Condition, said.Transport, int(said.Cost), said.CreatedAt.Time}
	return nil
}

// CreateSubscription lets Twitch tell a kind of event. With status 409 there is one already, whose id may
// be in the error.
func (c *Client) CreateSubscription(ctx context.Context, s Subscription) (Subscription, error) {
	return one[Subscription](ctx, c, call{method: http.MethodPost, path: "/eventsub/subscriptions", body: map[string]any{
		"type": s.Type, "version": s.Version, "condition": s.Condition, "transport": s.Transport,
	}})
}

// pagesLimit bounds how many pages of subscriptions are read: there are at most 300 a websocket.
const pagesLimit = 200

// Subscriptions lists what Twitch is to tell, the oldest first.
func (c *Client) Subscriptions(ctx context.Context) ([]Subscription, error) {
	var all []Subscription
	query := url.Values{}
	for range pagesLimit {
		var answer page[Subscription]
		if err := c.do(ctx, call{method: http.MethodGet, path: "/eventsub/subscriptions", query: query}, &answer); err != nil {
			return nil, err
		}
		all = append(all, answer.Data...)
		if answer.Pagination.Cursor == "" || len(answer.Data) == 0 {
			break
		}
		query.Set("after", answer.Pagination.Cursor)
	}
	return all, nil
}

// DeleteSubscription lets Twitch no longer tell a kind of event. One that is not there is as good as deleted.
func (c *Client) DeleteSubscription(ctx context.Context, id string) error {
	err := c.do(ctx, call{method: http.MethodDelete, path: "/eventsub/subscriptions", query: url.Values{"id": {id}}}, nil)
	if e := (*Error)(nil); errors.As(err, &e) && e.Status == http.StatusNotFound {
		return nil
	}
	return err
}
