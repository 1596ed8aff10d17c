package es

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"time"

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
// Append returns, except on a volatile log. Many calls at once share the cost of writing; those about
// one aggregate that follow each other keep their order. Errors: ConflictError; fault.TooLarge when NATS
// does not take as much; anything else means that it is not known whether the fact was written, and the
// same call with the same ID may be repeated.
func (c *Conn) Append(ctx context.Context, owner string, e events.Event, opts ...Option) (Position, error) {
	d, err := newDraft(ctx, owner, e, opts)
	if err == nil {
		err = c.fits(d)
	}
	if err != nil {
		return Position{}, err
	}
	if d.again {
		if p, found, err := c.find(ctx, d.log.Name, d.msg.Subject, d.after, d.id()); err != nil || found {
			record(ctx, p)
			return p, err
		}
	}
	ctx, span := traceAppend(ctx, d, events.Name(e))
	p, err := c.commit(ctx, d)
	endSpan(span, err)
	if err != nil {
		d.refused()
		return Position{}, fmt.Errorf("append %s: %w", events.Name(e), err)
	}
	c.appended.Add(1)
	d.written(ctx, p)
	return p, nil
}

// Draft is a fact that is to be appended together with others.
type Draft struct {
	Owner   string
	Event   events.Event
	Options []Option
}

// AppendAll writes facts to one log, all of them or none, and answers where they are. A
// ConflictError names the first aggregate that has moved on. It costs more than Append: most
// decisions are better told by one event.
func (c *Conn) AppendAll(ctx context.Context, drafts ...Draft) ([]Position, error) {
	var list []*draft
	for _, each := range drafts {
		d, err := newDraft(ctx, each.Owner, each.Event, each.Options)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 && d.log.Name != list[0].log.Name {
			return nil, fmt.Errorf("append %s: it is on %s and the others on %s; together go only those of one log",
				events.Name(each.Event), d.log.Name, list[0].log.Name)
		}
		setTrace(ctx, d.msg.Header)
		list = append(list, d)
	}
	positions, err := c.publishAll(ctx, list)
	if err != nil {
		for _, d := range list {
			d.refused()
		}
		return nil, fmt.Errorf("append %d events: %w", len(list), err)
	}
	c.appended.Add(uint64(len(list)))
	for i, d := range list {
		d.written(ctx, positions[i])
	}
	return positions, nil
}

// DerivedID makes the id of something that follows from the parts: the same parts, the same id.
func DerivedID(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	return base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:16])
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
