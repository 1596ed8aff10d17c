package twitch_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

// socket is a websocket client that reads when it is told to.
type socket struct {
	*websocket.Conn
	session string
}

func dial(t *testing.T, address string) *socket {
	t.Helper()
	conn, response, err := websocket.DefaultDialer.DialContext(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	return &socket{Conn: conn}
}

// connect dials and reads the welcome.
func connect(t *testing.T, address string) *socket {
	t.Helper()
	c := dial(t, address)
	welcome := c.next(t, "session_welcome")
	c.session = welcome.Payload.Session.ID
	if welcome.Payload.Session.Status != "connected" || c.session == "" {
		t.Fatalf("the welcome has the session %+v", welcome.Payload.Session)
	}
	return c
}

type frame struct {
	Metadata struct {
		ID        string    `json:"message_id"`
		Type      string    `json:"message_type"`
		Timestamp time.Time `json:"message_timestamp"`
		Kind      string    `json:"subscription_type"`
		Version   string    `json:"subscription_version"`
	} `json:"metadata"`
	Payload struct {
		Session struct {
			ID        string `json:"id"`
			Status    string `json:"status"`
			Keepalive *int   `json:"keepalive_timeout_seconds"`
			Reconnect string `json:"reconnect_url"`
		} `json:"session"`
		Subscription twitch.Subscription `json:"subscription"`
		Event        map[string]any      `json:"event"`
	} `json:"payload"`
}

// next reads a frame, which has to be of the type.
func (c *socket) next(t *testing.T, kind string) frame {
	t.Helper()
	_, said, err := c.ReadMessage()
	if err != nil {
		t.Fatalf("waiting for %s: %v", kind, err)
	}
	var f frame
	if err := json.Unmarshal(said, &f); err != nil {
		t.Fatalf("%s: %v", said, err)
	}
	if f.Metadata.Type != kind {
		t.Fatalf("got %s, expected %s", said, kind)
	}
	return f
}

// end reads until the socket is closed, and answers the code.
func (c *socket) end(t *testing.T) int {
	t.Helper()
	for {
		_, _, err := c.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code
		} else if err != nil {
			t.Fatalf("the socket ended with %v, not with a close frame", err)
		}
	}
}
