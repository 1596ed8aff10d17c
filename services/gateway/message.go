package gateway

import (
	"bytes"
	"encoding/json"
	"io"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

const (
	// requestLimit is how many bytes a request may have. It is answered up to readLimit, and ends the
	// connection beyond.
	requestLimit = 64 << 10
	readLimit    = 16 * requestLimit
)

// request is what a client says on a websocket: SUBSCRIBE and UNSUBSCRIBE with a topic, or PING, to
// which PONG is the answer. Browsers cannot send or see the pings of the protocol.
type request struct {
	Type  string `json:"type"`
	Topic string `json:"topic"`
	// Since is the last revision or sequence that the client has.
	Since *uint64 `json:"since"`
	// Ref comes back in the ERROR or PONG that the request leads to: any JSON value but lists and objects.
	Ref json.RawMessage `json:"ref"`
}

// readRequest reads a request. What is refused is one that cannot be answered otherwise; err is the
// end of the connection.
func readRequest(kind int, r io.Reader) (req request, refused, err error) {
	text, err := io.ReadAll(io.LimitReader(r, requestLimit+1))
	if err != nil {
		return req, nil, err
	}
	if len(text) > requestLimit {
		_, err = io.Copy(io.Discard, r)
		return req, fault.New(fault.TooLarge, "this message is larger than %d bytes", requestLimit), err
	}
	req, refused = parse(text)
	if kind != websocket.TextMessage {
		refused = fault.New(fault.Invalid, "this message is binary; send text")
	}
	return req, refused, nil
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

func (m message) frame() frame {
	text, err := json.Marshal(m)
	if err != nil { // a value that is no JSON
		return refusal(request{Topic: m.Topic}, err)
	}
	return newFrame(websocket.TextMessage, text)
}

// version is a SNAPSHOT or an UPDATE of a live document.
func version(kind, topic string, doc es.Live) frame {
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
func occurrence(topic string, e api.EventRecord) frame {
	return message{Type: "EVENT", Topic: topic, Seq: e.Seq, Event: &e}.frame()
}

// gap tells that messages of the topic were lost, and that it has to be subscribed to again.
func gap(topic string) frame { return message{Type: "GAP", Topic: topic}.frame() }

// pong is the answer to a PING.
func pong(req request) frame { return message{Type: "PONG", Ref: req.Ref}.frame() }

// refusal is the ERROR that a request leads to.
func refusal(req request, err error) frame {
	f := fault.From(err)
	return message{Type: "ERROR", Code: f.Code, Message: f.Detail, Ref: req.Ref, Topic: req.Topic}.frame()
}
