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

func decodeLive(entry jetstream.KeyValueEntry) (Live, error) {
	owner, topic, _ := strings.Cut(entry.Key(), ".")
	doc := Live{Owner: owner, Topic: strings.ReplaceAll(topic, ".", "/"), Rev: entry.Revision()}
	if entry.Operation() != jetstream.KeyValuePut {
		return doc, nil
	}
	var stored storedLive
	if err := json.Unmarshal(entry.Value(), &stored); err != nil {
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
		return Live{}, fmt.Errorf("live document %s: %w", topic, err)
	}
	return decodeLive(entry)
}

// Watch calls f with every new version of every live document, in order, until the context ends.
// When Watch is known to see everything from then on, it calls ready once.
func (c *Conn) Watch(ctx context.Context, ready func(), f func(Live)) error {
	watcher, err := c.live.WatchAll(ctx, jetstream.UpdatesOnly())
	if err != nil {
		return fmt.Errorf("live documents: %w", err)
	}
	defer func() { _ = watcher.Stop() }()
	ready()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case entry, ok := <-watcher.Updates():
			if !ok {
				return errors.New("live documents: the watch ended")
			}
			if entry == nil {
				continue
			}
			doc, err := decodeLive(entry)
			if err != nil {
				return err
			}
			f(doc)
		}
	}
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
		return fmt.Errorf("live document %s: %w", topic, err)
	}
	return nil
}
