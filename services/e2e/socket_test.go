package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// message is what the platform tells on a websocket.
type message struct {
	Type, Topic, Code, Message, Ref string
	Rev, Seq                        uint64
	Value                           json.RawMessage
	Event                           fact
}

// fact is an event on the log FACTS.
type fact struct {
	Seq                               uint64
	ID, Event, Aggregate, AggregateID string
	Data                              json.RawMessage
}

// same tells whether two facts are one, told in two ways.
func (f fact) same(g fact) bool {
	return f.Seq == g.Seq && f.ID == g.ID && f.Event == g.Event && f.AggregateID == g.AggregateID
}

// socket is an open websocket.
type socket struct {
	t    testing.TB
	conn *websocket.Conn
	// unseen are the messages that came while others were waited for.
	unseen []message
}

// open opens a websocket with what the client shows.
func (c *client) open(t testing.TB) *socket {
	t.Helper()
	conn, res, err := websocket.DefaultDialer.DialContext(soon(t), "ws"+strings.TrimPrefix(c.url, "http")+"/ws", c.header)
	if err != nil {
		t.Fatalf("opening a websocket: %v (%v)", err, res)
	}
	s := &socket{t: t, conn: conn}
	t.Cleanup(s.close)
	return s
}

func (s *socket) close() { _ = s.conn.Close() }

// subscribe asks for a topic, or for what is newer than since.
func (s *socket) subscribe(topic string, since ...uint64) {
	s.t.Helper()
	ask := map[string]any{"type": "SUBSCRIBE", "topic": topic, "ref": "about " + topic}
	for _, rev := range since {
		ask["since"] = rev
	}
	check(s.t, s.conn.WriteJSON(ask))
}

// subscribeOnceThere is subscribe for a document that the tables have already, and that may be shown a little
// later than anybody waits for it.
func (s *socket) subscribeOnceThere(topic string) {
	s.t.Helper()
	poll(s.t, topic+" is not shown", func() bool {
		s.subscribe(topic)
		m := s.next(topic)
		if m.Type == "ERROR" && m.Code == "not_found" {
			return false
		}
		s.unseen = append(s.unseen, m)
		return true
	})
}

func (s *socket) read() message {
	s.t.Helper()
	check(s.t, s.conn.SetReadDeadline(time.Now().Add(5*time.Minute)))
	var m message
	if err := s.conn.ReadJSON(&m); err != nil {
		s.t.Fatalf("reading a websocket, with %d messages unseen: %v", len(s.unseen), err)
	}
	return m
}

// next is the next message about the topic.
func (s *socket) next(topic string) message {
	s.t.Helper()
	for i, m := range s.unseen {
		if m.Topic == topic {
			s.unseen = append(s.unseen[:i:i], s.unseen[i+1:]...)
			return m
		}
	}
	for {
		m := s.read()
		if m.Topic == topic {
			return m
		}
		s.unseen = append(s.unseen, m)
	}
}

// until passes over the versions of a document up to one that satisfies the condition.
func until[T any](s *socket, topic string, ok func(T) bool) (T, message) {
	s.t.Helper()
	for {
		m := s.next(topic)
		if m.Type != "SNAPSHOT" && m.Type != "UPDATE" {
			s.t.Fatalf("%s: came %s %s %s", topic, m.Type, m.Code, m.Message)
		}
		if value := decode[T](s.t, m.Value); ok(value) {
			return value, m
		}
	}
}

// events reads a feed up to an event.
func (s *socket) events(topic string, last uint64) []fact {
	s.t.Helper()
	var list []fact
	for {
		m := s.next(topic)
		if m.Type != "EVENT" || m.Seq != m.Event.Seq {
			s.t.Fatalf("%s: came %s %d of event %d %s", topic, m.Type, m.Seq, m.Event.Seq, m.Message)
		}
		list = append(list, m.Event)
		if m.Seq >= last {
			return list
		}
	}
}

func decode[T any](t testing.TB, text []byte) T {
	t.Helper()
	var value T
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}
