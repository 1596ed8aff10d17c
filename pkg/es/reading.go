package es

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
)

// errStalled is a reader that gets nothing although there is something.
var errStalled = errors.New("the reader stands still")

// lookEvery is how often a reader that gets nothing looks whether there is something.
const lookEvery = 5 * time.Second

// reading is one consumer of a log. It is a plain one, which the kit makes anew itself: the ordered one
// of the client goes on trying to, with no way to end it, while a cluster has no leader.
type reading struct {
	conn *Conn
	log  string
	from TailFrom
	// again is set when an earlier consumer was there already.
	again bool
	// seen is the sequence of the last message; busy is true while it is being handled.
	seen atomic.Uint64
	busy atomic.Bool
}

// run calls f with every message until the context ends, f answers an error, or the end that was
// asked for is reached. Any other end of the consumer is errStalled.
func (r *reading) run(ctx context.Context, f func(jetstream.Msg) error) error {
	consumer, err := r.conn.js.CreateConsumer(ctx, r.log, r.from.config())
	if err != nil {
		if r.again && unsettled(err) {
			return fmt.Errorf("%w: %w", errStalled, err)
		}
		return fmt.Errorf("reading %s: %w", r.log, unanswered(ctx, err))
	}
	if r.from.Until > 0 && consumer.CachedInfo().NumPending == 0 {
		if more, err := r.more(ctx); err != nil || !more {
			return err
		}
	}
	messages, err := consumer.Messages(jetstream.PullHeartbeat(heartbeat), jetstream.WithMessagesErrOnMissingHeartbeat(true))
	if err != nil {
		return fmt.Errorf("reading %s: %w", r.log, err)
	}
	defer messages.Stop()
	watched, unwatch := context.WithCancel(ctx)
	defer unwatch()
	var stopped atomic.Pointer[error]
	go r.watch(watched, func(why error) {
		stopped.Store(&why)
		messages.Stop()
	})
	for delivered := uint64(1); ; delivered++ {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if why := stopped.Load(); why != nil {
				return *why
			}
			return fmt.Errorf("%w: %w", errStalled, err)
		}
		md, err := msg.Metadata()
		if err != nil {
			return fmt.Errorf("reading %s: %w", r.log, err)
		}
		if md.Sequence.Consumer != delivered {
			return fmt.Errorf("%w: a message did not arrive", errStalled)
		}
		r.busy.Store(true)
		err = f(msg)
		r.seen.Store(md.Sequence.Stream)
		r.busy.Store(false)
		if err != nil {
			return err
		}
		if r.from.Until == 0 {
			continue
		}
		if md.Sequence.Stream >= r.from.Until {
			return nil
		}
		if md.NumPending == 0 {
			if more, err := r.more(ctx); err != nil || !more {
				return err
			}
		}
	}
}

// more tells whether the log has anything after what was read. The server that the consumer is on may
// not know of it yet: it is a replica that may be behind.
func (r *reading) more(ctx context.Context) (bool, error) {
	last, err := r.conn.lastOf(ctx, r.log, r.filter())
	if err != nil {
		if unsettled(err) {
			return false, fmt.Errorf("%w: %w", errStalled, err)
		}
		return false, fmt.Errorf("reading %s: %w", r.log, err)
	}
	return last != nil && last.Sequence > r.seen.Load() && !last.Time.Before(r.from.Since), nil
}

// forgotten is after how long a server forgets the consumer of a reader that is gone.
const forgotten = 5 * time.Minute

func (from TailFrom) config() jetstream.ConsumerConfig {
	cfg := jetstream.ConsumerConfig{
		AckPolicy: jetstream.AckNonePolicy, MemoryStorage: true, Replicas: 1, InactiveThreshold: forgotten, FilterSubject: from.Subject,
	}
	switch {
	case !from.Since.IsZero():
		cfg.DeliverPolicy, cfg.OptStartTime = jetstream.DeliverByStartTimePolicy, &from.Since
	case from.After > 0:
		cfg.DeliverPolicy, cfg.OptStartSeq = jetstream.DeliverByStartSequencePolicy, from.After+1
	}
	return cfg
}

// watch stops a reader that gets nothing: with errStalled when there is something, as a consumer that
// was lost with its server does not always notice by itself; without an error when there is nothing up
// to the end that was asked for, as the newest events were taken away.
func (r *reading) watch(ctx context.Context, stop func(error)) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	before, missed := r.seen.Load(), false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		seen := r.seen.Load()
		if r.busy.Load() || seen != before {
			before, missed = seen, false
			continue
		}
		asking, cancel := context.WithTimeout(ctx, lookEvery)
		more, err := r.more(asking)
		cancel()
		switch {
		case err != nil || r.seen.Load() != seen:
			missed = false
		case !more && r.from.Until > 0:
			stop(nil)
			return
		case more && missed:
			stop(errStalled)
			return
		default:
			missed = more
		}
	}
}

// filter covers what is read.
func (r *reading) filter() string {
	if r.from.Subject != "" {
		return r.from.Subject
	}
	if log, ok := events.LogNamed(r.log); ok {
		return log.Prefix + ".>"
	}
	return "$KV." + liveBucket + ".>"
}
