package es

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// reaction is a running reactor.
type reaction[D any] struct {
	reactor Reactor[D]
	conn    *Conn
	with    D
	routes  routes[D]
	log     events.Log

	mu sync.Mutex
	// failures of the events that will be tried again, by task.
	failures map[string]failure
	// running are the jobs that are being worked on, and how to stop them.
	running map[string]context.CancelCauseFunc
}

// task is one delivery of an event that is to be worked on.
type task struct {
	Event
	// cause is what the effects follow from: the event itself, or the wish to try it again.
	cause     Meta
	delivered uint64
}

func (t task) job(reactor string) string { return JobID(reactor, t.ID) }

type failure struct {
	count  int
	reason error
}

// work asks for one event at a time, so that none waits behind a slow one while another worker is
// free, and none is held without being worked on. A consumer goes with its log: after an error it is
// opened again.
func (r *reaction[D]) work(ctx context.Context, open func() (jetstream.Consumer, error), take func(context.Context, jetstream.Msg)) {
	var consumer jetstream.Consumer
	for ctx.Err() == nil {
		var msg jetstream.Msg
		var err error
		if consumer == nil {
			consumer, err = open()
		}
		quiet := ctx.Err() != nil
		if err == nil {
			asking, cancel := context.WithTimeout(ctx, 30*time.Second)
			msg, err = consumer.Next(jetstream.FetchContext(asking))
			quiet = asking.Err() != nil || errors.Is(err, nats.ErrTimeout) || errors.Is(err, jetstream.ErrNoMessages)
			cancel()
		}
		switch {
		case err == nil:
			take(ctx, msg)
		case !quiet:
			r.conn.log.Error("reactor cannot read", "reactor", r.reactor.Name, "err", err)
			consumer = nil
			pause(ctx, time.Second)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// take handles one delivery of one event.
func (r *reaction[D]) take(ctx context.Context, msg jetstream.Msg) {
	e, err := decodeMsg(r.log.Name, msg)
	if err != nil || e.Name == "" {
		r.conn.log.Error("reactor met what is no event", "reactor", r.reactor.Name, "subject", msg.Subject(), "err", err)
		_ = msg.TermWithReason("this is no event")
		return
	}
	md, _ := msg.Metadata()
	r.do(ctx, msg, task{Event: e, cause: e.Meta, delivered: md.NumDelivered})
}

// do works on an event, and says to the log what became of it.
func (r *reaction[D]) do(ctx context.Context, msg jetstream.Msg, t task) {
	err := r.handle(ctx, msg, t)
	switch {
	case err == nil:
		r.done(ctx, msg, t)
	case errors.Is(err, errRunning): // the log had not heard of it for long; who works on it answers
	case ctx.Err() != nil: // stopping: the event is for whoever runs next
		_ = msg.Nak()
	case errors.Is(err, ErrCancelled):
		r.giveUp(ctx, msg, t, failure{reason: ErrCancelled})
	default:
		r.fail(ctx, msg, t, err)
	}
}

// done acknowledges an event whose outcome is on the log; when the answer is lost it comes again.
func (r *reaction[D]) done(ctx context.Context, msg jetstream.Msg, t task) {
	r.forget(t)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := msg.DoubleAck(ctx); err != nil {
		r.conn.log.Warn("reactor could not acknowledge", "reactor", r.reactor.Name, "event", t.Position.String(), "err", err)
	}
}

// fail lets the event be tried again later, or gives it up.
func (r *reaction[D]) fail(ctx context.Context, msg jetstream.Msg, t task, reason error) {
	r.mu.Lock()
	f := r.failures[t.cause.ID]
	f.reason = reason
	if !Away(reason) { // an outage says nothing about the event
		f.count++
	}
	r.failures[t.cause.ID] = f
	r.mu.Unlock()
	r.conn.log.Warn("reactor failed", "reactor", r.reactor.Name, "event", t.Name, "position", t.Position.String(), "attempt", f.count, "err", reason)
	if f.count < r.reactor.Attempts && t.delivered < deliveries && !fault.Is(reason, fault.Invalid) {
		_ = msg.NakWithDelay(backOff(int(t.delivered)))
		return
	}
	r.giveUp(ctx, msg, t, f)
}

// giveUp ends the work on an event for good.
func (r *reaction[D]) giveUp(ctx context.Context, msg jetstream.Msg, t task, f failure) {
	if err := r.bury(ctx, t, f); err != nil {
		r.conn.log.Error("reactor could not give up", "reactor", r.reactor.Name, "event", t.Position.String(), "err", err)
		_ = msg.NakWithDelay(backOff(int(t.delivered)))
		return
	}
	if errors.Is(f.reason, ErrCancelled) {
		r.done(ctx, msg, t)
		return
	}
	r.forget(t)
	_ = msg.TermWithReason(f.reason.Error())
}

// backOff grows from one second to a minute.
func backOff(attempt int) time.Duration {
	return min(time.Second<<min(2*(attempt-1), 6), time.Minute)
}

func (r *reaction[D]) forget(t task) {
	r.mu.Lock()
	delete(r.failures, t.cause.ID)
	r.mu.Unlock()
}

// bury tells the log what was given up, and puts the event on the dead letters unless that was
// somebody's wish.
func (r *reaction[D]) bury(ctx context.Context, t task, f failure) error {
	t.delivered = 2 // giving up may have been tried before
	ctx = r.because(ctx, t)
	if r.reactor.GiveUp != nil {
		if err := r.reactor.GiveUp(ctx, r.with, t.Event, f.reason); err != nil {
			return err
		}
	}
	if errors.Is(f.reason, ErrCancelled) {
		return nil
	}
	body := t.Data
	if !json.Valid(body) { // then it is shown as text
		body, _ = json.Marshal(string(body))
	}
	_, err := r.conn.Append(ctx, t.Owner, events.LetterBuried{
		Letter: t.job(r.reactor.Name), Reactor: r.reactor.Name, Position: t.Position.String(), Name: t.Name,
		Attempts: f.count, Reason: f.reason.Error(), Body: body,
	})
	return err
}

func (r *reaction[D]) because(ctx context.Context, t task) context.Context {
	ctx = Because(ctx, t.cause)
	ctx.Value(causeKey).(*effects).again = t.delivered > 1
	return As(ctx, "reactor:"+r.reactor.Name)
}

// handle gives an event to its handler, unless or until somebody does not want that any more.
func (r *reaction[D]) handle(ctx context.Context, msg jetstream.Msg, t task) error {
	defer r.keepAlive(ctx, msg)()
	ctx, cancel, err := r.begin(ctx, t)
	if err != nil {
		return err
	}
	defer cancel()
	r.mu.Lock()
	f := r.failures[t.cause.ID]
	r.mu.Unlock()
	ctx = r.because(ctx, t)
	w := &work{conn: r.conn, owner: t.Owner, tick: events.JobProgressed{
		Job: t.job(r.reactor.Name), Reactor: r.reactor.Name, Cause: t.ID, Stage: "start", Attempt: int(t.delivered),
	}}
	if f.reason != nil {
		w.tick.Reason = f.reason.Error()
	}
	if !r.reactor.Quiet {
		ctx = context.WithValue(ctx, workKey, w)
		Progress(ctx, "start", 0, 0, 0)
	}
	ctx, span := tracer.Start(Traced(ctx, t.cause.Trace), "react "+r.reactor.Name, trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithAttributes(attribute.String("event.id", t.ID), attribute.String("event.position", t.Position.String())))
	err = r.routes.dispatch(ctx, r.with, t.Event)
	endSpan(span, err)
	if !r.reactor.Quiet {
		w.end(ctx, err == nil && ctx.Value(causeKey).(*effects).none())
	}
	if err != nil && errors.Is(context.Cause(ctx), ErrCancelled) {
		return ErrCancelled
	}
	return err
}

// keepAlive tells the log that the event is still being worked on, until stop is called.
func (r *reaction[D]) keepAlive(ctx context.Context, msg jetstream.Msg) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(ackWait / 5)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if err := msg.InProgress(); err != nil && !errors.Is(err, jetstream.ErrMsgAlreadyAckd) {
					r.conn.log.Warn("reactor could not say that it works", "reactor", r.reactor.Name, "err", err)
				}
			}
		}
	}()
	return func() { cancel(); <-done }
}
