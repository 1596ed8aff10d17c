package gateway

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// request is what a client says on a websocket.
type request struct {
	Type  string `json:"type"`
	Topic string `json:"topic"`
	// Since is the last revision or sequence that the client has.
	Since *uint64 `json:"since"`
	// Ref comes back in the error that the request leads to: any JSON value but lists and objects.
	Ref json.RawMessage `json:"ref"`
}

// parse reads a request. With an error, the request is what could be read of it.
func parse(text []byte) (request, error) {
	var req request
	if !utf8.Valid(text) {
		return req, fault.New(fault.Invalid, "this message is not encoded in UTF-8")
	}
	err := json.Unmarshal(text, &req)
	if bytes.HasPrefix(req.Ref, []byte("{")) || bytes.HasPrefix(req.Ref, []byte("[")) {
		req.Ref = nil
		return req, fault.Field("ref", "this should be text or a number")
	}
	if err != nil {
		return req, fault.New(fault.Invalid, "this message is no JSON object as it should be: %s", err)
	}
	return req, nil
}

// message is what a client is told on a websocket.
type message struct {
	Type  string  `json:"type"`
	Topic string  `json:"topic,omitempty"`
	Rev   *uint64 `json:"rev,omitempty"`
	// Position is the newest fact in the value: what a read has to wait for to be as new.
	Position string           `json:"position,omitempty"`
	Value    json.RawMessage  `json:"value,omitempty"`
	Seq      uint64           `json:"seq,omitempty"`
	Event    *api.EventRecord `json:"event,omitempty"`

	Code    fault.Code      `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
	Ref     json.RawMessage `json:"ref,omitempty"`
}

func (m message) frame() []byte {
	frame, err := json.Marshal(m)
	if err != nil { // a value that is no JSON
		return refusal(request{Topic: m.Topic}, err)
	}
	return frame
}

// version is a SNAPSHOT or an UPDATE of a live document.
func version(kind, topic string, doc es.Live) []byte {
	m := message{Type: kind, Topic: topic, Rev: &doc.Rev, Value: doc.Value}
	if len(m.Value) == 0 {
		m.Value = json.RawMessage("null")
	}
	if seq := doc.Positions[events.Facts.Name]; seq > 0 {
		m.Position = es.Position{Log: events.Facts.Name, Seq: seq}.String()
	}
	return m.frame()
}

// occurrence is an EVENT of a feed.
func occurrence(topic string, e api.EventRecord) []byte {
	return message{Type: "EVENT", Topic: topic, Seq: e.Seq, Event: &e}.frame()
}

// gap tells that messages of the topic were lost, and that it has to be subscribed to again.
func gap(topic string) []byte { return message{Type: "GAP", Topic: topic}.frame() }

// refusal is the ERROR that a request leads to.
func refusal(req request, err error) []byte {
	f := fault.From(err)
	return message{Type: "ERROR", Code: f.Code, Message: f.Detail, Ref: req.Ref, Topic: req.Topic}.frame()
}
