package es

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// The headers of an event on a log.
const (
	headerType        = "Event-Type"
	headerVersion     = "Event-Version"
	headerTime        = "Event-Time"
	headerActor       = "Event-Actor"
	headerCorrelation = "Event-Correlation"
	headerCausation   = "Event-Causation"
)

// Meta is what is known of an event besides the fact itself.
type Meta struct {
	Position
	// Name is the wire name, for instance "clip.registered".
	Name    string
	Version int
	// ID is the event's own id; the same event told twice has the same id.
	ID string
	// Owner is the account whose data it is.
	Owner string
	// Aggregate and AggregateID say what the event is about.
	Aggregate, AggregateID string
	// Time is the source's time of the event; Stored is when it came onto the log.
	Time, Stored time.Time
	// Actor is who did it: an account's id, or "reactor:<name>".
	Actor string
	// Correlation is the id of what began it all; Causation is the id of the event that led to it.
	Correlation, Causation string
	// Trace is the W3C traceparent of what appended it; empty when that was not traced.
	Trace string
}

// Event is one stored event with its body still as JSON.
type Event struct {
	Meta
	Subject string
	Data    json.RawMessage
}

// Header is the event's header as it is on the log.
func (m Meta) Header() map[string][]string { return m.header() }

func (m Meta) header() nats.Header {
	h := nats.Header{}
	set := func(key, value string) {
		if value != "" {
			h.Set(key, value)
		}
	}
	set(jetstream.MsgIDHeader, m.ID)
	set(headerType, m.Name)
	set(headerVersion, strconv.Itoa(m.Version))
	set(headerTime, m.Time.UTC().Format(time.RFC3339Nano))
	set(headerActor, m.Actor)
	set(headerCorrelation, m.Correlation)
	set(headerCausation, m.Causation)
	set(headerTrace, m.Trace)
	return h
}

// decodeEvent reads what is stored on a log. What has no subject of an event is none: an Event
// without a name.
func decodeEvent(log, subject string, seq uint64, stored time.Time, h nats.Header, data []byte) Event {
	tokens := strings.Split(subject, ".")
	if len(tokens) != 5 {
		return Event{Subject: subject, Data: data, Meta: Meta{Position: Position{Log: log, Seq: seq}, Time: stored, Stored: stored}}
	}
	e := Event{
		Subject: subject,
		Data:    data,
		Meta: Meta{
			Position:    Position{Log: log, Seq: seq},
			Name:        h.Get(headerType),
			ID:          h.Get(jetstream.MsgIDHeader),
			Owner:       tokens[1],
			Aggregate:   tokens[2],
			AggregateID: tokens[3],
			Time:        stored,
			Stored:      stored,
			Actor:       h.Get(headerActor),
			Correlation: h.Get(headerCorrelation),
			Causation:   h.Get(headerCausation),
			Trace:       h.Get(headerTrace),
		},
	}
	if e.ID == "" { // told by something else than the kit, or by a timer
		e.ID = DerivedID(log, strconv.FormatUint(seq, 10), stored.UTC().Format(time.RFC3339Nano))
	}
	if e.Name == "" {
		e.Name = tokens[2] + "." + tokens[4]
	}
	e.Version, _ = strconv.Atoi(h.Get(headerVersion))
	if at, err := time.Parse(time.RFC3339Nano, h.Get(headerTime)); err == nil {
		e.Time = at
	}
	return e
}

func decodeMsg(log string, msg jetstream.Msg) (Event, error) {
	md, err := msg.Metadata()
	if err != nil {
		return Event{}, fmt.Errorf("event on %s: %w", log, err)
	}
	return decodeEvent(log, msg.Subject(), md.Sequence.Stream, md.Timestamp, msg.Headers(), msg.Data()), nil
}

func decodeRaw(log string, msg *jetstream.RawStreamMsg) Event {
	return decodeEvent(log, msg.Subject, msg.Sequence, msg.Time, msg.Header, msg.Data)
}
