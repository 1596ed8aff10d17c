package es

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// draft is an event on its way to a log.
type draft struct {
	log events.Log
	msg *nats.Msg
	// filter covers the aggregate; expect is the sequence of its newest event, if that matters.
	filter string
	expect *uint64
	// again is true when the event may have been appended before, after that position.
	again bool
	after Position
	keyed *keyed
	// sent is true when it was sent and the answer was lost.
	sent bool
}

// newDraft gives an event its headers, from what the context knows of who does it and why.
func newDraft(ctx context.Context, owner string, e events.Event, opts []Option) (*draft, error) {
	a := appending{at: time.Now()}
	for _, opt := range opts {
		opt(&a)
	}
	name, aggregateID := e.Event()
	log, ok := events.LogOf(name)
	if !ok {
		panic(fmt.Sprintf("event %s is on no log: list it in package events", name))
	}
	subject, err := log.Subject(owner, e)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", name, err)
	}
	aggregate, _ := events.Split(name)
	d := &draft{log: log, filter: log.Aggregate(owner, aggregate, aggregateID), expect: a.expect}
	meta := Meta{Name: name, Version: events.Version(e), ID: a.id, Time: a.at}
	meta.Actor, _ = ctx.Value(actorKey).(string)
	meta.Correlation, _ = ctx.Value(correlationKey).(string)
	if effects, ok := ctx.Value(causeKey).(*effects); ok {
		meta.Causation = effects.cause.ID
		meta.Correlation = effects.cause.Correlation
		if meta.ID == "" && !log.Volatile {
			meta.ID = DerivedID(effects.cause.ID, meta.Actor, subject, strconv.Itoa(effects.next(subject)))
			d.again, d.after = effects.again, effects.cause.Position
		}
	}
	if k, ok := ctx.Value(keyedKey).(*keyed); ok && meta.ID == "" {
		meta.ID, d.keyed = k.id(subject), k
		d.again = k.again
	}
	if meta.ID == "" {
		meta.ID = NewID()
	}
	if meta.Correlation == "" {
		meta.Correlation = meta.ID
	}
	d.msg = &nats.Msg{Subject: subject, Header: meta.header(), Data: body}
	return d, nil
}

// headerRoom is how many bytes the headers of an event may have.
const headerRoom = 4 << 10

// fits tells whether NATS takes an event of this size.
func (c *Conn) fits(d *draft) error {
	if most := c.nc.MaxPayload(); int64(len(d.msg.Data)) > most-headerRoom {
		return fault.New(fault.TooLarge, "an event of %d bytes is more than NATS takes, which is %d: raise its max_payload", len(d.msg.Data), most)
	}
	return nil
}

func (d *draft) id() string { return d.msg.Header.Get(jetstream.MsgIDHeader) }

// written takes note of where the event is now.
func (d *draft) written(ctx context.Context, p Position) {
	record(ctx, p)
}

// refused gives the event's id back: what is decided anew is the same event of the command.
func (d *draft) refused() {
	if d.keyed != nil {
		d.keyed.drop(d.msg.Subject)
	}
}
