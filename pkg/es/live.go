package es

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Live is one version of a live document: the current value of one thing.
type Live struct {
	// Topic is what browsers subscribe to, for instance "stream/01J…".
	Topic string
	// Owner is the account whose data it is.
	Owner string
	// Rev grows with every version of any document.
	Rev uint64
	// Positions is how far the tables had come when the value was read from them.
	Positions Positions
	// Value is JSON; nil when the thing is gone.
	Value json.RawMessage
	// Trace is the W3C traceparent of the last event that led to it; empty when that was not traced.
	Trace string
}

type storedLive struct {
	Positions Positions       `json:"positions"`
	Value     json.RawMessage `json:"value,omitempty"`
	Trace     string          `json:"trace,omitempty"`
}

func splitTopic(topic string) (kind, id string) {
	kind, id, _ = strings.Cut(topic, "/")
	return kind, id
}

// liveKey scopes every document by its owner, so that nobody can name somebody else's.
func liveKey(owner, topic string) string {
	return owner + "." + strings.ReplaceAll(topic, "/", ".")
}

func decodeLive(key string, rev uint64, value []byte) (Live, error) {
	owner, topic, _ := strings.Cut(key, ".")
	doc := Live{Owner: owner, Topic: strings.ReplaceAll(topic, ".", "/"), Rev: rev}
	if len(value) == 0 { // somebody has deleted it
		return doc, nil
	}
	var stored storedLive
	if err := json.Unmarshal(value, &stored); err != nil {
		return doc, fmt.Errorf("live document %s: %w", doc.Topic, err)
	}
	doc.Positions, doc.Value, doc.Trace = stored.Positions, stored.Value, stored.Trace
	return doc, nil
}

// Document gives the current version of a live document; fault.NotFound when there is none.
func (c *Conn) Document(ctx context.Context, owner, topic string) (Live, error) {
	nothing := fault.New(fault.NotFound, "there is nothing to subscribe to at %.100s", topic)
	for part := range strings.SplitSeq(topic, "/") {
		if !events.IsToken(part) {
			return Live{}, nothing
		}
	}
	entry, err := c.live.Get(ctx, liveKey(owner, topic))
	if errors.Is(err, jetstream.ErrKeyNotFound) || errors.Is(err, jetstream.ErrInvalidKey) {
		return Live{}, nothing
	}
	if err != nil {
		return Live{}, fmt.Errorf("live document %s: %w", topic, unanswered(ctx, err))
	}
	return decodeLive(entry.Key(), entry.Revision(), entry.Value())
}

// Watch calls f with every new version of every live document, in order, until the context ends.
// When Watch is known to see everything from then on, it calls ready once.
func (c *Conn) Watch(ctx context.Context, ready func(), f func(Live)) error {
	const bucket, prefix = "KV_" + liveBucket, "$KV." + liveBucket + "."
	stream, err := c.js.Stream(ctx, bucket)
	if err != nil {
		return fmt.Errorf("live documents: %w", unanswered(ctx, err))
	}
	c.keep(stream)
	ready()
	return c.tail(ctx, bucket, TailFrom{After: stream.CachedInfo().State.LastSeq}, func(msg jetstream.Msg) error {
		md, err := msg.Metadata()
		if err != nil {
			return fmt.Errorf("live documents: %w", err)
		}
		doc, err := decodeLive(strings.TrimPrefix(msg.Subject(), prefix), md.Sequence.Stream, msg.Data())
		if err != nil {
			return err
		}
		f(doc)
		return nil
	})
}

// shownOf are the live documents of some kinds that are there now.
func (c *Conn) shownOf(ctx context.Context, kinds []Document) (map[touch]bool, error) {
	var filters []string
	for _, d := range kinds {
		filter := "*." + d.Topic
		if d.ByID {
			filter += ".*"
		}
		filters = append(filters, filter)
	}
	all := map[touch]bool{}
	if len(filters) == 0 {
		return all, nil
	}
	keys, err := c.live.ListKeysFiltered(ctx, filters...)
	if err != nil {
		return nil, fmt.Errorf("live documents: %w", unanswered(ctx, err))
	}
	for key := range keys.Keys() {
		owner, topic, _ := strings.Cut(key, ".")
		all[touch{owner, strings.ReplaceAll(topic, ".", "/")}] = true
	}
	return all, nil
}

// errUnshowable is a document that cannot be published however often it is tried.
var errUnshowable = errors.New("it cannot be shown")

// publishLive writes a document as the tables had it at the positions, because of what the trace
// follows.
func (c *Conn) publishLive(ctx context.Context, owner, topic string, at Positions, trace string, value any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("live document %s: %w: %w", topic, errUnshowable, err)
	}
	stored, err := json.Marshal(storedLive{Positions: at, Value: body, Trace: trace})
	if err != nil {
		return fmt.Errorf("live document %s: %w: %w", topic, errUnshowable, err)
	}
	if most := c.nc.MaxPayload(); int64(len(stored)) > most-1000 {
		return fmt.Errorf("live document %s: %w: it has %d bytes, NATS takes %d", topic, errUnshowable, len(stored), most)
	}
	if _, err := c.live.Put(ctx, liveKey(owner, topic), stored); err != nil {
		return fmt.Errorf("live document %s: %w", topic, unanswered(ctx, err))
	}
	return nil
}
