package twitch

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Message is a notification that was sent to one subscription.
type Message struct {
	// ID is the EventSub message id, and stays the same however often it is sent.
	ID string `json:"id"`
	// Subscription and Type are what it was sent for.
	Subscription string `json:"subscription"`
	Type         string `json:"type"`
	// Event is the JSON of the event.
	Event json.RawMessage `json:"event"`

	version string
}

// Option changes how an event is sent.
type Option func(*options)

type options struct {
	id    string
	at    time.Time
	raw   []byte
	size  int
	times int
}

// ID gives the messages this id, whatever they were sent for.
func ID(id string) Option { return func(o *options) { o.id = id } }

// At gives the messages this timestamp, in the past or the future.
func At(t time.Time) Option { return func(o *options) { o.at = t } }

// Raw sends these bytes, which may be anything, in place of the whole message; a webhook message is
// signed all the same.
func Raw(message []byte) Option { return func(o *options) { o.raw = message } }

// Size pads the event with a field nobody knows to at least so many bytes.
func Size(bytes int) Option { return func(o *options) { o.size = bytes } }

// Times sends every message so often.
func Times(n int) Option { return func(o *options) { o.times = n } }

// delivery is a message on its way.
type delivery struct {
	kind string // notification, revocation, webhook_callback_verification
	id   string
	at   time.Time // zero is when it is sent
	body map[string]any
	raw  []byte
	// attempt counts those of a webhook, from zero.
	attempt int
	// done is called when a verification was answered rightly, or not.
	done func(bool)
}

// Emit sends an event of a type, for instance "channel.follow", to every enabled subscription whose
// condition it meets, over both transports, and answers what was sent. The event is anything that
// becomes JSON; it meets a condition when the fields that are in both are the same.
func (s *Server) Emit(kind string, event any, with ...Option) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.emit(kind, event, with)
}

func (s *Server) emit(kind string, event any, with []Option) []Message {
	var o options
	for _, option := range with {
		option(&o)
	}
	said, err := json.Marshal(event)
	if err != nil {
		panic(fmt.Sprintf("the event for %s is nothing that becomes JSON: %v", kind, err))
	}
	if o.size > len(said) && len(said) > 2 && said[0] == '{' {
		said = []byte(strings.TrimSuffix(string(said), "}") + `,"padding":"` + strings.Repeat("x", o.size-len(said)) + `"}`)
	}
	var fields map[string]any
	_ = json.Unmarshal(said, &fields) // an event that is no object meets every condition
	var sent []Message
	for _, sub := range s.events.subscriptions {
		if sub.Status != enabled || sub.Type != kind || !meets(kind, sub.Condition, fields) {
			continue
		}
		m := Message{ID: o.id, Subscription: sub.ID, Type: kind, Event: said, version: sub.Version}
		if m.ID == "" {
			m.ID = uuid()
		}
		s.remember(m)
		sent = append(sent, m)
		times := max(1, o.times)
		if s.events.twice {
			times *= 2
		}
		for range times {
			s.notify(sub, m, o.at, o.raw)
		}
	}
	return sent
}

// remembered is how many messages can be sent once more.
const remembered = 20000

func (s *Server) remember(m Message) {
	if _, known := s.events.sent[m.ID]; !known {
		s.events.recent = append(s.events.recent, m.ID)
	}
	s.events.sent[m.ID] = m
	if len(s.events.recent) > remembered {
		delete(s.events.sent, s.events.recent[0])
		s.events.recent = s.events.recent[1:]
	}
}

// meets compares what a condition names with what the event says of it. Who reads a chat or
// moderates stands in no event.
func meets(kind string, condition map[string]string, fields map[string]any) bool {
	for key, want := range condition {
		if key == "moderator_user_id" || key == "user_id" && !strings.HasPrefix(kind, "user.") || want == "" {
			continue
		}
		have, there := fields[key]
		if reward, ok := fields["reward"].(map[string]any); ok && key == "reward_id" {
			have, there = reward["id"], true
		}
		if there && have != want {
			return false
		}
	}
	return true
}

func (s *Server) notify(sub *Subscription, m Message, at time.Time, raw []byte) {
	s.deliver(sub, delivery{
		kind: "notification", id: m.ID, at: at, raw: raw,
		body: map[string]any{"subscription": sub.view(), "event": m.Event},
	})
}

// deliver puts a message on its way. The lock is held.
func (s *Server) deliver(sub *Subscription, d delivery) {
	if sub.queue != nil {
		sub.pending++
		sub.queue.put(d)
		return
	}
	now := s.clock.Now()
	at := d.at
	if at.IsZero() {
		at = now
	}
	frame := d.raw
	if frame == nil {
		said, err := json.Marshal(map[string]any{"payload": d.body, "metadata": map[string]string{
			"message_id": d.id, "message_type": d.kind, "message_timestamp": stamp(at),
			"subscription_type": sub.Type, "subscription_version": sub.Version,
		}})
		if err != nil {
			panic(err) // the event has been JSON already
		}
		frame = said
	}
	for _, l := range sub.session.links {
		l.last = now
		l.queue.put(frame)
	}
}

// Redeliver sends a message that was sent before once more, with its id, to the same subscription or
// one of the same type that is enabled now. It answers false when there is none.
func (s *Server) Redeliver(id string, with ...Option) bool {
	var o options
	for _, option := range with {
		option(&o)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, known := s.events.sent[id]
	if !known {
		return false
	}
	for _, same := range []bool{true, false} {
		i := slices.IndexFunc(s.events.subscriptions, func(sub *Subscription) bool {
			return sub.Status == enabled && sub.Type == m.Type && (!same || sub.ID == m.Subscription)
		})
		if i >= 0 {
			s.notify(s.events.subscriptions[i], m, o.at, o.raw)
			return true
		}
	}
	return false
}

// Twice tells whether everything is sent twice with the same message id.
func (s *Server) Twice(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events.twice = on
}
