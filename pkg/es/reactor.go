package es

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
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
	// InOrder lets the reactor work on one event at a time, over all processes, and on none before
	// the one in front of it is done or given up. Workers is one then.
	InOrder bool
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

// RunReactor lets the reactor act on events until the context ends. Several processes that run it
// share the events.
func RunReactor[D any](ctx context.Context, c *Conn, r Reactor[D], with D) error {
	routes := newRoutes(r.Handle)
	if len(routes.logs) != 1 {
		return fmt.Errorf("reactor %s: it reads %d logs; a reactor reads one", r.Name, len(routes.logs))
	}
	log, _ := events.LogNamed(routes.logs[0])
	var filters []string
	for name := range routes.named {
		filters = append(filters, log.Everyone(name))
	}
	run := &reaction[D]{
		reactor: r, conn: c, with: with, routes: routes, log: log,
		failures: map[string]failure{}, running: map[string]context.CancelCauseFunc{},
	}
	if run.reactor.Attempts == 0 {
		run.reactor.Attempts = 5
	}
	first := func() (jetstream.Consumer, error) { return run.consumer(ctx, log, r.Name, filters...) }
	again := func() (jetstream.Consumer, error) {
		return run.consumer(ctx, events.Dead, r.Name+"-again", events.Dead.Everyone(events.Name(events.LetterRedriven{})))
	}
	for _, open := range []func() (jetstream.Consumer, error){first, again} {
		if err := answered(ctx, func() error {
			_, err := open()
			return err
		}); err != nil {
			return err
		}
	}
	after, err := c.Last(ctx, events.Facts.Name)
	if err != nil {
		return err
	}
	workers := max(r.Workers, 1)
	if r.InOrder {
		workers = 1
	}
	var group sync.WaitGroup
	for range workers {
		group.Go(func() { run.work(ctx, first, run.take) })
	}
	group.Go(func() { run.work(ctx, again, run.takeAgain) })
	if !r.Quiet {
		group.Go(func() { run.hearCancelled(ctx, after) })
	}
	group.Wait()
	return nil
}

// consumer makes or finds a durable consumer of the reactor.
func (r *reaction[D]) consumer(ctx context.Context, log events.Log, name string, filters ...string) (jetstream.Consumer, error) {
	cfg := jetstream.ConsumerConfig{
		Durable: name, Description: r.reactor.Doc, FilterSubjects: filters,
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: -1, MaxDeliver: -1,
	}
	if r.reactor.InOrder {
		cfg.MaxAckPending = 1
	}
	consumer, err := r.conn.js.CreateOrUpdateConsumer(ctx, log.Name, cfg)
	if err == nil {
		_, err = r.conn.identities(ctx, []string{log.Name}) // the log may have been made anew: then the tables begin anew first
	}
	if err != nil {
		return nil, fmt.Errorf("reactor %s: %w", r.reactor.Name, err)
	}
	return consumer, nil
}
