package twitch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// dialWait is how long it may take until a socket is open, and until it is welcomed.
	dialWait = 10 * time.Second
	// largestFrame is how many bytes one message may have.
	largestFrame = 4 << 20
	// keepaliveAsked is how long Twitch may be silent, and keepaliveGrace how much longer it is waited.
	keepaliveAsked, keepaliveGrace = 30 * time.Second, 5 * time.Second
)

// frame is one message over a socket.
type frame struct {
	Metadata struct {
		ID        string `json:"message_id"`
		Kind      string `json:"message_type"`
		Timestamp string `json:"message_timestamp"`
		Type      string `json:"subscription_type"`
	} `json:"metadata"`
	Payload payload `json:"payload"`
	// err is why it cannot be read, or why there are no more.
	err error
	// last is true when there are no more.
	last bool
}

// sent is when the message was sent, by the clock that says that it is now; at most so long ago. What was
// sent after it may not have come yet.
func (f frame) sent(now time.Time, longest time.Duration) time.Time {
	at, err := time.Parse(time.RFC3339Nano, f.Metadata.Timestamp)
	if err != nil {
		return now
	}
	return now.Add(-min(max(now.Sub(at), 0), longest))
}

// socket is an open connection to EventSub. Nothing is ever sent over it but answers to pings, which is
// all that Twitch allows.
type socket struct {
	conn *websocket.Conn
	// id is that of the session.
	id string
	// quiet is after how long without a message the socket is dead.
	quiet time.Duration
	// frames are what comes; the last one says why there are no more.
	frames chan frame
}

// dial opens a socket and waits until it is welcomed.
func dial(ctx context.Context, address string) (*socket, error) {
	dialer := websocket.Dialer{HandshakeTimeout: dialWait, Proxy: websocket.DefaultDialer.Proxy}
	conn, response, err := dialer.DialContext(ctx, address, nil)
	if response != nil {
		_ = response.Body.Close() // gorilla has read it
	}
	if err != nil {
		if response != nil {
			err = fmt.Errorf("it answers %s", response.Status)
		}
		return nil, fmt.Errorf("it cannot be reached: %w", err)
	}
	conn.SetReadLimit(largestFrame)
	s := &socket{conn: conn, frames: make(chan frame, 256)}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(dialWait))
	welcome := s.read()
	_ = conn.SetReadDeadline(time.Time{})
	if !stop() {
		return nil, ctx.Err()
	}
	if welcome.err == nil && (welcome.Metadata.Kind != sessionWelcome || welcome.Payload.Session.ID == "") {
		welcome.err = errors.New("it did not say welcome")
	}
	if welcome.err != nil {
		_ = conn.Close()
		return nil, welcome.err
	}
	s.id, s.quiet = welcome.Payload.Session.ID, keepaliveAsked+keepaliveGrace
	if agreed := welcome.Payload.Session.Keepalive; agreed != nil && *agreed > 0 {
		s.quiet = time.Duration(*agreed*float64(time.Second)) + keepaliveGrace
	}
	go s.readAll()
	return s, nil
}

// withKeepalive is where a session begins.
func withKeepalive(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	query := u.Query()
	query.Set("keepalive_timeout_seconds", fmt.Sprint(int(keepaliveAsked.Seconds())))
	u.RawQuery = query.Encode()
	return u.String()
}

// read waits for the next message. One that cannot be read says so.
func (s *socket) read() frame {
	_, text, err := s.conn.ReadMessage()
	if err != nil {
		return frame{err: closedBecause(err), last: true}
	}
	var f frame
	if err := json.Unmarshal(text, &f); err != nil {
		return frame{err: fmt.Errorf("a message could not be read: %w", err)}
	}
	return f
}

// readAll reads until the socket is closed, by either side.
func (s *socket) readAll() {
	defer close(s.frames)
	for {
		f := s.read()
		s.frames <- f
		if f.last {
			return
		}
	}
}

// close ends the socket; what it still has is thrown away.
func (s *socket) close() {
	_ = s.conn.Close()
	go func() {
		for range s.frames { // so that the reader ends
			continue
		}
	}()
}

// closings are the reasons that Twitch closes a socket for.
var closings = map[int]string{
	4000: "Twitch had an error of its own",
	4001: "Twitch says that something was sent to it",
	4002: "Twitch says that its pings were not answered",
	4003: "nothing was subscribed to in time",
	4004: "it did not move to another server in time",
	4005: "Twitch had a network time-out",
	4006: "Twitch had a network error",
	4007: "Twitch did not take the address that it gave to move to",
}

// closedBecause says in words why a socket was closed.
func closedBecause(err error) error {
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		if reason, ok := closings[closed.Code]; ok {
			return fmt.Errorf("%s (%d)", reason, closed.Code)
		}
		if closed.Code != websocket.CloseAbnormalClosure {
			return fmt.Errorf("it was closed by Twitch (%d)", closed.Code)
		}
	}
	if errors.Is(err, websocket.ErrReadLimit) {
		return fmt.Errorf("a message was larger than %d bytes", largestFrame)
	}
	return errors.New("it broke off")
}
