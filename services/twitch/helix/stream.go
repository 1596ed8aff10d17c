package helix

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Stream is a broadcast that is on air.
type Stream struct {
	ID string
	// Type is live; empty when something is wrong with it.
	Type, Title              string
	CategoryID, CategoryName string
	StartedAt                time.Time
	Viewers                  int
	// Raw is what Twitch answered.
	Raw json.RawMessage
}

// UnmarshalJSON reads what Twitch calls it.
func (s *Stream) UnmarshalJSON(value []byte) error {
	var said struct {
		ID        string `json:"id"`
		Type      string `json:"type"`
		Title     string `json:"title"`
		GameID    string `json:"game_id"`
		GameName  string `json:"game_name"`
		StartedAt moment `json:"started_at"`
		Viewers   number `json:"viewer_count"`
	}
	if err := json.Unmarshal(value, &said); err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	*s = Stream{
		said.ID, said.Type, said.Title, said.GameID, said.GameName, said.StartedAt.Time, int(said.Viewers),
		append(json.RawMessage(nil), value...),
	}
	return nil
}

// Streams gets the broadcast of a channel: none when it is not on air.
func (c *Client) Streams(ctx context.Context, channel string) ([]Stream, error) {
	return list[Stream](ctx, c, call{method: http.MethodGet, path: "/streams", query: url.Values{"user_id": {channel}}})
}

// User is somebody at Twitch.
type User struct {
	ID       string `json:"id"`
	Login    string `json:"login"`
	Name     string `json:"display_name"`
	ImageURL string `json:"profile_image_url"`
}

// Users gets people by their ids, at most 100; without any, the one whose token it is.
func (c *Client) Users(ctx context.Context, ids ...string) ([]User, error) {
	return list[User](ctx, c, call{method: http.MethodGet, path: "/users", query: url.Values{"id": ids}})
}

// Follower is somebody who follows a channel.
type Follower struct {
	UserID, Login, Name string
	FollowedAt          time.Time
	// Raw is what Twitch answered.
	Raw json.RawMessage
}

// UnmarshalJSON reads what Twitch calls it.
func (f *Follower) UnmarshalJSON(value []byte) error {
	var said struct {
		ID         string `json:"user_id"`
		Login      string `json:"user_login"`
		Name       string `json:"user_name"`
		FollowedAt moment `json:"followed_at"`
	}
	if err := json.Unmarshal(value, &said); err != nil {
		return fmt.Errorf("follower: %w", err)
	}
	*f = Follower{said.ID, said.Login, said.Name, said.FollowedAt.Time, append(json.RawMessage(nil), value...)}
	return nil
}

// Followers gets a page of those who follow a channel, the newest first; next continues it, and is empty
// on the last page.
func (c *Client) Followers(ctx context.Context, channel, after string) (items []Follower, next string, err error) {
	query := url.Values{"broadcaster_id": {channel}, "first": {"100"}}
	if after != "" {
		query.Set("after", after)
	}
	var answer page[Follower]
	err = c.do(ctx, call{method: http.MethodGet, path: "/channels/followers", query: query, scope: "moderator:read:followers"}, &answer)
	return answer.Data, answer.Pagination.Cursor, err
}
