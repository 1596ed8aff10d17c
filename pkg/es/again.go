package es

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// takeAgain handles the wish to try again what the reactor gave up. The event keeps its id, which is
// its key outside; what comes of it follows from the wish.
func (r *reaction[D]) takeAgain(ctx context.Context, msg jetstream.Msg) {
	wish, err := decodeMsg(events.Dead.Name, msg)
	var letter events.LetterRedriven
	if err == nil {
		err = json.Unmarshal(wish.Data, &letter)
	}
	if err != nil || letter.Reactor != r.reactor.Name {
		_ = msg.Ack() // it is for another reactor, or for nobody
		return
	}
	md, _ := msg.Metadata()
	p, err := ParsePosition(letter.Position)
	var e Event
	if err == nil {
		e, err = r.conn.Read(ctx, p)
	}
	switch {
	case fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid):
		r.conn.log.Error("letter cannot be tried again", "reactor", r.reactor.Name, "letter", letter.Letter, "err", err)
		_ = msg.TermWithReason(err.Error())
	case err != nil:
		_ = msg.NakWithDelay(backOff(int(md.NumDelivered)))
	default:
		r.do(ctx, msg, task{Event: e, cause: wish.Meta, delivered: md.NumDelivered})
	}
}

// ErrCancelled is why GiveUp is called for work that somebody does not want any more.
var ErrCancelled = fault.New(fault.Invalid, "somebody has cancelled it")

// errRunning is why work is not begun that this process is at already.
var errRunning = errors.New("it is being worked on")

// begin makes a job one that can be cancelled, and answers ErrCancelled when it has been already, and
// errRunning while it goes on.
func (r *reaction[D]) begin(ctx context.Context, t task) (context.Context, context.CancelFunc, error) {
	job := t.job(r.reactor.Name)
	ctx, cancel := context.WithCancelCause(ctx)
	end := func() {
		r.mu.Lock()
		delete(r.running, job)
		r.mu.Unlock()
		cancel(nil)
	}
	if r.reactor.Quiet {
		return ctx, end, nil
	}
	r.mu.Lock()
	_, running := r.running[job]
	if !running {
		r.running[job] = cancel
	}
	r.mu.Unlock()
	if running {
		cancel(nil)
		return ctx, end, errRunning
	}
	last, err := r.conn.lastOf(ctx, events.Facts.Name, events.Facts.Aggregate(t.Owner, "job", job))
	if err != nil {
		end()
		return ctx, end, fmt.Errorf("looking whether it is cancelled: %w", err)
	}
	if last != nil && last.Time.After(t.cause.Stored) {
		end()
		return ctx, end, ErrCancelled
	}
	return ctx, end, nil
}

// hearCancelled stops jobs that are being worked on when somebody cancels them. One that begins later
// finds out by itself. After is where the log ended before anything began.
func (r *reaction[D]) hearCancelled(ctx context.Context, after uint64) {
	filter := events.Facts.Everyone(events.Name(events.JobCancelled{}))
	for ctx.Err() == nil {
		err := r.conn.Tail(ctx, events.Facts, TailFrom{Subject: filter, After: after}, func(e Event) error {
			after = e.Seq
			r.mu.Lock()
			defer r.mu.Unlock()
			if cancel := r.running[e.AggregateID]; cancel != nil {
				cancel(ErrCancelled)
			}
			return nil
		})
		if errors.Is(err, ErrRemade) {
			after = 0
		}
		if ctx.Err() == nil {
			r.conn.log.Error("reactor does not hear of cancelled jobs", "reactor", r.reactor.Name, "err", err)
			pause(ctx, ackWait/15)
		}
	}
}
