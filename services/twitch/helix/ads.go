package helix

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Ads is when a channel shows advertisements.
type Ads struct {
	// NextAt, LastAt and SnoozeRefreshAt are zero when Twitch tells none.
	NextAt, LastAt, SnoozeRefreshAt time.Time
	// Duration of the next break, and PrerollFree, how long newcomers see none, in seconds.
	Duration, PrerollFree int
	// Snoozes is how often the next break can be put off.
	Snoozes int
}

// UnmarshalJSON reads what Twitch calls it.
func (a *Ads) UnmarshalJSON(value []byte) error {
	var said struct {
		NextAt          moment `json:"next_ad_at"`
		LastAt          moment `json:"last_ad_at"`
		SnoozeRefreshAt moment `json:"snooze_refresh_at"`
		Duration        number `json:"duration"`
		PrerollFree     number `json:"preroll_free_time"`
		Snoozes         number `json:"snooze_count"`
	}
	if err := json.Unmarshal(value, &said); err != nil {
		return fmt.Errorf("ads: %w", err)
	}
	*a = Ads{
		said.NextAt.Time, said.LastAt.Time, said.SnoozeRefreshAt.Time,
		int(said.Duration), int(said.PrerollFree), int(said.Snoozes),
	}
	return nil
}

// Ads gets when a channel shows advertisements.
func (c *Client) Ads(ctx context.Context, channel string) (Ads, error) {
	return one[Ads](ctx, c, call{
		method: http.MethodGet, path: "/channels/ads", query: url.Values{"broadcaster_id": {channel}}, scope: "channel:read:ads",
	})
}

// SnoozeAd puts the next break off. The error's kind is Limited when that was done too often.
func (c *Client) SnoozeAd(ctx context.Context, channel string) error {
	return c.do(ctx, call{
		method: http.MethodPost, path: "/channels/ads/schedule/snooze", query: url.Values{"broadcaster_id": {channel}}, scope: "channel:manage:ads",
	}, nil)
}

// Commercial is a break that was begun.
type Commercial struct {
	// Length in seconds, and RetryAfter, in how many seconds the next one may begin.
	Length, RetryAfter int
	// Message is what Twitch says about it; it may be empty.
	Message string
}

// UnmarshalJSON reads what Twitch calls it.
func (c *Commercial) UnmarshalJSON(value []byte) error {
	var said struct {
		Length     number `json:"length"`
		RetryAfter number `json:"retry_after"`
		Message    string `json:"message"`
	}
	if err := json.Unmarshal(value, &said); err != nil {
		return fmt.Errorf("commercial: %w", err)
	}
	*c = Commercial{int(said.Length), int(said.RetryAfter), said.Message}
	return nil
}

// RunAd begins a break of so many seconds. The error's kind is Limited when the last one was not long ago.
func (c *Client) RunAd(ctx context.Context, channel string, length int) (Commercial, error) {
	return one[Commercial](ctx, c, call{
		method: http.MethodPost, path: "/channels/commercial", scope: "channel:edit:commercial",
		body: map[string]any{"broadcaster_id": channel, "length": length},
	})
}
