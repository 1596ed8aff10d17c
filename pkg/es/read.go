package es

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Read gives the event at a position. A position without an event is fault.NotFound.
func (c *Conn) Read(ctx context.Context, p Position) (Event, error) {
	stream, err := c.stream(p.Log)
	if err != nil {
		return Event{}, err
	}
	msg, err := stream.GetMsg(ctx, p.Seq)
	if err != nil {
		return Event{}, noEvent(p, err)
	}
	return decodeRaw(p.Log, msg), nil
}

// noEvent says why an event cannot be read.
func noEvent(p Position, err error) error {
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return fault.New(fault.NotFound, "there is no event %s", p)
	}
	return fmt.Errorf("event %s: %w", p, err)
}

// TailFrom says where Tail begins.
type TailFrom struct {
	// Subject is a filter; empty is the whole log.
	Subject string
	// After is the sequence after which to begin; zero begins with the oldest event.
	After uint64
	// Since begins with what was stored at that time or later, unless it is zero.
	Since time.Time
	// New begins with what comes next, whatever the others say.
	New bool
	// Until ends the tail when that sequence has been passed; zero goes on for ever.
	Until uint64
}

// ErrRemade ends a Tail whose log was deleted meanwhile, and made anew: its sequences say nothing of the new one.
var ErrRemade = errors.New("the log was made anew")

// Tail calls f with the events of a log in order, without loss, until the context ends, f answers
// an error, TailFrom.Until is reached, or the log is another one (ErrRemade). Advisories on a log are passed over.
func (c *Conn) Tail(ctx context.Context, log events.Log, from TailFrom, f func(Event) error) error {
	return c.tail(ctx, log.Name, from, func(msg jetstream.Msg) error {
		e, err := decodeMsg(log.Name, msg)
		if err != nil {
			return err
		}
		if e.Name == "" { // an advisory, or what waits for its time
			return nil
		}
		return f(e)
	})
}

// collect puts everything that is on a log into an inbox, also what is no event, so that whoever
// takes it out knows how far it has come.
func (c *Conn) collect(ctx context.Context, log string, from TailFrom, in *inbox) error {
	return c.tail(ctx, log, from, func(msg jetstream.Msg) error {
		e, err := decodeMsg(log, msg)
		if err != nil {
			return err
		}
		return in.put(ctx, e)
	})
}

// ends is where the logs of some positions end now.
func (c *Conn) ends(ctx context.Context, of Positions) (Positions, error) {
	ends := Positions{}
	for log := range of {
		last, err := c.Last(ctx, log)
		if err != nil {
			return nil, err
		}
		ends[log] = last
	}
	return ends, nil
}

// heartbeat is how often a server says that it has nothing new. After two that are missing another
// server of the cluster is asked.
const heartbeat = time.Second

// tail reads a log, and begins again where it was when it stands still; ErrRemade when it is another log by then.
func (c *Conn) tail(ctx context.Context, log string, from TailFrom, f func(jetstream.Msg) error) error {
	if from.New {
		last, err := c.Last(ctx, log)
		if err != nil {
			return err
		}
		from = TailFrom{Subject: from.Subject, After: last, Until: from.Until}
	}
	before := c.known(log)
	for again := false; ; again = true {
		r := &reading{conn: c, log: log, from: from, again: again}
		r.seen.Store(from.After)
		err := r.run(ctx, f)
		if !errors.Is(err, errStalled) || ctx.Err() != nil {
			return err
		}
		c.log.Warn("reader begins again", "log", log, "after", r.seen.Load(), "reason", err)
		if seen := r.seen.Load(); seen > from.After {
			from = TailFrom{Subject: from.Subject, After: seen, Until: from.Until}
		}
		if _, ok := events.LogNamed(log); ok {
			now, err := c.identities(ctx, []string{log})
			if err == nil && now[log] != before {
				return fmt.Errorf("reading %s: %w", log, ErrRemade)
			}
		}
		pause(ctx, 250*time.Millisecond)
	}
}
