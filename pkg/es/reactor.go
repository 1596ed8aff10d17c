package es

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Reactor does something in the outside world because of an event, and tells what came of it by
// appending. It runs at least once for an event, never because of a rebuild, and gets the event's
// id as its idempotency key. D is what it works with.
type Reactor[D any] struct {
	// Name of the reactor: the name of its durable consumer, so data that never changes.
	Name string
	// Doc says in a sentence what it does; people read it on the Jobs page.
	Doc string
	// Handle is what is done with which event; all of them on one log.
	Handle []Handler[D]
	// Workers is how many events are worked on at once; zero means one.
	Workers int
	// Quiet reactors are too quick to be worth a line on the Jobs page.
	Quiet bool
	// Attempts is how often a failing event is tried; zero means five. An error that is
	// fault.Invalid is not tried again; one because a part of the platform is away does not count.
	Attempts int
	// GiveUp tells the log that the work on an event has been given up, and why.
	GiveUp func(ctx context.Context, with D, e Event, reason error) error
}

// Events are the wire names of the events that the reactor acts on.
func (r Reactor[D]) Events() []string { return eventsOf(r.Handle) }

const (
	// ackWait is how long a worker may be silent before its event goes to another.
	ackWait = 15 * time.Second
	// deliveries bounds how often an event may take its whole process down.
	deliveries = 100
)

// RunReactor lets the reactor act on events until the context ends.
func RunReactor[D any](ctx context.Context, c *Conn, r Reactor[D], with D) error {
	routes := newRoutes(r.Handle)
	if len(routes.logs) != 1 {
		return fmt.Errorf("reactor %s: it reads %d logs; a reactor reads one", r.Name, len(routes.logs))
	}
	log, _ := events.LogNamed(routes.logs[0])
	workers, attempts := max(r.Workers, 1), r.Attempts
	if attempts == 0 {
		attempts = 5
	}
	var filters []string
	for name := range routes.named {
		filters = append(filters, log.Everyone(name))
	}
	consumer, err := c.js.CreateOrUpdateConsumer(ctx, log.Name, jetstream.ConsumerConfig{
		Durable: r.Name, Description: r.Doc, FilterSubjects: filters,
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: -1, MaxDeliver: -1,
	})
	if err != nil {
		return fmt.Errorf("reactor %s: %w", r.Name, err)
	}
	run := &reaction[D]{reactor: r, conn: c, with: with, routes: routes, log: log, attempts: attempts, failures: map[string]failure{}}
	var group sync.WaitGroup
	for range workers {
		group.Go(func() { run.work(ctx, consumer) })
	}
	group.Wait()
	return nil
}

// reaction is a running reactor.
type reaction[D any] struct {
	reactor  Reactor[D]
	conn     *Conn
	with     D
	routes   routes[D]
	log      events.Log
	attempts int

	mu sync.Mutex
	// failures of the events that will be tried again, by event id.
	failures map[string]failure
}

type failure struct {
	count  int
	reason error
}

// work asks for one event at a time, so that none waits behind a slow one while another worker is
// free, and none is held without being worked on.
func (r *reaction[D]) work(ctx context.Context, consumer jetstream.Consumer) {
	for ctx.Err() == nil {
		asking, cancel := context.WithTimeout(ctx, 30*time.Second)
		msg, err := consumer.Next(jetstream.FetchContext(asking))
		quiet := asking.Err() != nil || errors.Is(err, nats.ErrTimeout) || errors.Is(err, jetstream.ErrNoMessages)
		cancel()
		switch {
		case err == nil:
			r.take(ctx, msg)
		case !quiet:
			r.conn.log.Error("reactor cannot read", "reactor", r.reactor.Name, "err", err)
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

// take handles one delivery of one event, and says to the log what became of it.
func (r *reaction[D]) take(ctx context.Context, msg jetstream.Msg) {
	e, err := decodeMsg(r.log.Name, msg)
	if err != nil || e.Name == "" {
		r.conn.log.Error("reactor met what is no event", "reactor", r.reactor.Name, "subject", msg.Subject(), "err", err)
		_ = msg.TermWithReason("this is no event")
		return
	}
	md, _ := msg.Metadata()
	stop := r.keepAlive(ctx, msg)
	err = r.handle(ctx, e, md.NumDelivered)
	stop()
	if err == nil {
		r.forget(e.ID)
		// Only an event whose outcome is on the log is done; when the answer is lost it comes again.
		ackCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := msg.DoubleAck(ackCtx); err != nil {
			r.conn.log.Warn("reactor could not acknowledge", "reactor", r.reactor.Name, "event", e.Position.String(), "err", err)
		}
		return
	}
	if ctx.Err() != nil { // stopping: the event is for whoever runs next
		_ = msg.Nak()
		return
	}
	r.fail(ctx, msg, e, md.NumDelivered, err)
}

// fail lets the event be tried again later, or gives it up.
func (r *reaction[D]) fail(ctx context.Context, msg jetstream.Msg, e Event, delivered uint64, reason error) {
	r.mu.Lock()
	f := r.failures[e.ID]
	f.reason = reason
	if !Away(reason) { // an outage says nothing about the event
		f.count++
	}
	r.failures[e.ID] = f
	r.mu.Unlock()
	r.conn.log.Warn("reactor failed", "reactor", r.reactor.Name, "event", e.Name, "position", e.Position.String(), "attempt", f.count, "err", reason)
	if f.count < r.attempts && delivered < deliveries && !fault.Is(reason, fault.Invalid) {
		_ = msg.NakWithDelay(backOff(int(delivered)))
		return
	}
	if err := r.bury(ctx, e, f); err != nil {
		r.conn.log.Error("reactor could not give up", "reactor", r.reactor.Name, "event", e.Position.String(), "err", err)
		_ = msg.NakWithDelay(backOff(int(delivered)))
		return
	}
	r.forget(e.ID)
	_ = msg.TermWithReason(reason.Error())
}

// backOff grows from one second to a minute.
func backOff(attempt int) time.Duration {
	return min(time.Second<<min(2*(attempt-1), 6), time.Minute)
}

func (r *reaction[D]) forget(id string) {
	r.mu.Lock()
	delete(r.failures, id)
	r.mu.Unlock()
}

// bury puts the event on the dead letters, and tells the log what was given up.
func (r *reaction[D]) bury(ctx context.Context, e Event, f failure) error {
	ctx = r.because(ctx, e, 2)
	if r.reactor.GiveUp != nil {
		if err := r.reactor.GiveUp(ctx, r.with, e, f.reason); err != nil {
			return err
		}
	}
	_, err := r.conn.Append(ctx, e.Owner, events.LetterBuried{
		Letter: JobID(r.reactor.Name, e.ID), Reactor: r.reactor.Name, Position: e.Position.String(), Name: e.Name,
		Attempts: f.count, Reason: f.reason.Error(), Body: e.Data,
	})
	return err
}

func (r *reaction[D]) because(ctx context.Context, e Event, delivered uint64) context.Context {
	ctx = Because(ctx, e.Meta)
	ctx.Value(causeKey).(*effects).again = delivered > 1
	return As(ctx, "reactor:"+r.reactor.Name)
}

func (r *reaction[D]) handle(ctx context.Context, e Event, delivered uint64) error {
	r.mu.Lock()
	f := r.failures[e.ID]
	r.mu.Unlock()
	ctx = r.because(ctx, e, delivered)
	w := &work{conn: r.conn, owner: e.Owner, tick: events.JobProgressed{
		Job: JobID(r.reactor.Name, e.ID), Reactor: r.reactor.Name, Cause: e.ID, Stage: "start", Attempt: int(delivered),
	}}
	if f.reason != nil {
		w.tick.Reason = f.reason.Error()
	}
	if !r.reactor.Quiet {
		ctx = context.WithValue(ctx, workKey, w)
		Progress(ctx, "start", 0, 0, 0)
	}
	return r.routes.dispatch(ctx, r.with, e)
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

// JobID is the id of a reactor's work on one event.
func JobID(reactor, eventID string) string { return DerivedID(reactor, eventID) }

// work is what Progress tells about.
type work struct {
	conn  *Conn
	owner string
	tick  events.JobProgressed
}

// Progress tells how far the reactor has come with its event: a stage in a word or two, how much
// of it is done in per cent, its speed in media seconds per second, and the time left. It may be
// lost, and outside a reactor it does nothing.
func Progress(ctx context.Context, stage string, percent, speed float64, remaining time.Duration) {
	w, ok := ctx.Value(workKey).(*work)
	if !ok {
		return
	}
	tick := w.tick
	tick.Stage, tick.Percent, tick.Speed, tick.Remaining = stage, percent, speed, remaining.Seconds()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := w.conn.Append(ctx, w.owner, tick); err != nil && ctx.Err() == nil {
		w.conn.log.Warn("progress was not told", "job", tick.Job, "err", err)
	}
}
