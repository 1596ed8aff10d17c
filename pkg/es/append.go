package es

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// ConflictError tells that the aggregate has moved on since it was read.
type ConflictError struct {
	// Last is where the aggregate's newest event is.
	Last Position
}

func (e *ConflictError) Error() string {
	return "the aggregate has moved on to " + e.Last.String()
}

// Option changes how one event is appended.
type Option func(*appending)

type appending struct {
	id     string
	at     time.Time
	expect *uint64
}

// Expect lets the event on the log only if the aggregate's newest event has that sequence; zero is
// an aggregate without events. Otherwise Append answers a ConflictError.
func Expect(seq uint64) Option { return func(a *appending) { a.expect = &seq } }

// ID gives the event the id that its source knows it by, so that telling it again changes nothing.
func ID(id string) Option { return func(a *appending) { a.id = id } }

// At gives the event its source's time.
func At(t time.Time) Option { return func(a *appending) { a.at = t } }

// Append writes a fact of the owner to its log and answers where it is. It is there for good when
// Append returns, except on a volatile log. Errors: ConflictError; anything else means that it is
// not known whether the fact was written, and the same call with the same ID may be repeated.
func (c *Conn) Append(ctx context.Context, owner string, e events.Event, opts ...Option) (Position, error) {
	a := appending{at: time.Now()}
	for _, opt := range opts {
		opt(&a)
	}
	name := events.Name(e)
	log, ok := events.LogOf(name)
	if !ok {
		panic(fmt.Sprintf("event %s is on no log: list it in package events", name))
	}
	subject, err := log.Subject(owner, e)
	if err != nil {
		return Position{}, err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return Position{}, fmt.Errorf("event %s: %w", name, err)
	}
	meta := Meta{Name: name, Version: events.Version(e), ID: a.id, Time: a.at}
	meta.Actor, _ = ctx.Value(actorKey).(string)
	meta.Correlation, _ = ctx.Value(correlationKey).(string)
	if effects, ok := ctx.Value(causeKey).(*effects); ok {
		meta.Causation = effects.cause.ID
		meta.Correlation = effects.cause.Correlation
		if meta.ID == "" && !log.Volatile {
			meta.ID = DerivedID(effects.cause.ID, meta.Actor, subject, strconv.Itoa(effects.next(subject)))
			if effects.again {
				if p, found, err := c.find(ctx, log.Name, subject, effects.cause.Position, meta.ID); err != nil || found {
					record(ctx, p)
					return p, err
				}
			}
		}
	}
	keyed, _ := ctx.Value(keyedKey).(*keyed)
	if meta.ID == "" && keyed != nil {
		meta.ID = keyed.id(subject)
	}
	if meta.ID == "" {
		meta.ID = NewID()
	}
	if meta.Correlation == "" {
		meta.Correlation = meta.ID
	}
	_, id := e.Event()
	aggregate, _ := events.Split(name)
	p, err := c.publish(ctx, log, &nats.Msg{Subject: subject, Header: meta.header(), Data: body},
		log.Aggregate(owner, aggregate, id), a.expect)
	if err != nil {
		return Position{}, fmt.Errorf("append %s: %w", name, err)
	}
	if keyed != nil {
		keyed.used(subject)
	}
	record(ctx, p)
	return p, nil
}

// DerivedID makes the id of something that follows from the parts: the same parts, the same id.
func DerivedID(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:16])
}

// publish sends the message until the log has answered. A lost answer is not a lost event: the
// message carries its id, and the same message sent again is either a duplicate or, when guarded,
// found as the aggregate's newest event.
func (c *Conn) publish(ctx context.Context, log events.Log, msg *nats.Msg, filter string, expect *uint64) (Position, error) {
	opts := []jetstream.PublishOpt{jetstream.WithExpectStream(log.Name)}
	if expect != nil {
		opts = append(opts, jetstream.WithExpectLastSequenceForSubject(*expect, filter))
	}
	for {
		ack, err := c.js.PublishMsg(ctx, msg, opts...)
		switch {
		case err == nil:
			return Position{log.Name, ack.Sequence}, nil
		case isConflict(err):
			return c.conflict(ctx, log.Name, filter, msg.Header.Get(jetstream.MsgIDHeader))
		case ctx.Err() != nil || !isAmbiguous(err):
			return Position{}, err
		}
		select {
		case <-ctx.Done():
			return Position{}, context.Cause(ctx)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// conflict tells a real conflict from the answer to a message that was stored before.
func (c *Conn) conflict(ctx context.Context, log, filter, id string) (Position, error) {
	last, err := c.lastOf(ctx, log, filter)
	if err != nil {
		return Position{}, err
	}
	if last != nil && last.Header.Get(jetstream.MsgIDHeader) == id {
		return Position{log, last.Sequence}, nil
	}
	conflict := &ConflictError{Last: Position{Log: log}}
	if last != nil {
		conflict.Last.Seq = last.Sequence
	}
	return Position{}, conflict
}

// Version is the position of the newest event of an aggregate, which a decision about it is guarded
// with; its sequence is zero when there is none. What can be no id is fault.NotFound.
func (c *Conn) Version(ctx context.Context, log events.Log, owner, aggregate, id string) (Position, error) {
	if !events.IsToken(id) {
		return Position{}, fault.New(fault.NotFound, "there is no %s with that id", aggregate)
	}
	last, err := c.lastOf(ctx, log.Name, log.Aggregate(owner, aggregate, id))
	if err != nil {
		return Position{}, fmt.Errorf("version of %s %s: %w", aggregate, id, err)
	}
	if last == nil {
		return Position{Log: log.Name}, nil
	}
	return Position{log.Name, last.Sequence}, nil
}

// lastOf is the newest message on a filter, nil when there is none.
func (c *Conn) lastOf(ctx context.Context, log, filter string) (*jetstream.RawStreamMsg, error) {
	stream, err := c.stream(log)
	if err != nil {
		return nil, err
	}
	msg, err := stream.GetLastMsgForSubject(ctx, filter)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, nil
	}
	return msg, err
}

// find looks for an event by its id among those of one subject after a position.
func (c *Conn) find(ctx context.Context, log, subject string, after Position, id string) (Position, bool, error) {
	stream, err := c.stream(log)
	if err != nil {
		return Position{}, false, err
	}
	seq := uint64(1)
	if after.Log == log {
		seq = after.Seq + 1
	}
	for {
		msg, err := stream.GetMsg(ctx, seq, jetstream.WithGetMsgSubject(subject))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return Position{}, false, nil
		}
		if err != nil {
			return Position{}, false, fmt.Errorf("looking for %s: %w", subject, err)
		}
		if msg.Header.Get(jetstream.MsgIDHeader) == id {
			return Position{log, msg.Sequence}, true, nil
		}
		seq = msg.Sequence + 1
	}
}

func isConflict(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence ||
		api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// isAmbiguous tells whether the message may or may not have been stored.
func isAmbiguous(err error) bool {
	return errors.Is(err, nats.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse) ||
		errors.Is(err, nats.ErrDisconnected) || errors.Is(err, nats.ErrConnectionReconnecting)
}
