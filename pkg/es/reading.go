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

// reading is one consumer of a log.
type reading struct {
	conn *Conn
	log  string
	from TailFrom
	// seen is the sequence of the last message; busy is true while it is being handled.
	seen atomic.Uint64
	busy atomic.Bool
}

// run calls f with every message until the context ends, f answers an error, or the end that was
// asked for is reached.
func (r *reading) run(ctx context.Context, f func(jetstream.Msg) error) error {
	consumer, err := r.conn.js.OrderedConsumer(ctx, r.log, r.from.config())
	if err != nil {
		return fmt.Errorf("reading %s: %w", r.log, err)
	}
	if r.from.Until > 0 {
		if info, err := consumer.Info(ctx); err != nil {
			return fmt.Errorf("reading %s: %w", r.log, err)
		} else if info.NumPending == 0 {
			return nil
		}
	}
	messages, err := consumer.Messages(jetstream.PullHeartbeat(heartbeat))
	if err != nil {
		return fmt.Errorf("reading %s: %w", r.log, err)
	}
	defer messages.Stop()
	watched, unwatch := context.WithCancel(ctx)
	defer unwatch()
	var stalled atomic.Bool
	go r.watch(watched, func() {
		stalled.Store(true)
		messages.Stop()
	})
	for {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case stalled.Load():
				return errStalled
			}
			return fmt.Errorf("reading %s: %w", r.log, err)
		}
		r.busy.Store(true)
		err = f(msg)
		md, mdErr := msg.Metadata()
		if mdErr == nil {
			r.seen.Store(md.Sequence.Stream)
		}
		r.busy.Store(false)
		if err != nil {
			return err
		}
		if mdErr == nil && r.from.Until > 0 && (md.Sequence.Stream >= r.from.Until || md.NumPending == 0) {
			return nil
		}
	}
}

func (from TailFrom) config() jetstream.OrderedConsumerConfig {
	var cfg jetstream.OrderedConsumerConfig
	if from.Subject != "" {
		cfg.FilterSubjects = []string{from.Subject}
	}
	switch {
	case from.New:
		cfg.DeliverPolicy = jetstream.DeliverNewPolicy
	case !from.Since.IsZero():
		cfg.DeliverPolicy, cfg.OptStartTime = jetstream.DeliverByStartTimePolicy, &from.Since
	case from.After > 0:
		cfg.DeliverPolicy, cfg.OptStartSeq = jetstream.DeliverByStartSequencePolicy, from.After+1
	}
	return cfg
}

// watch calls stalled when nothing comes although there is something: a consumer that was lost with
// its server does not always notice by itself.
func (r *reading) watch(ctx context.Context, stalled func()) {
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
		anywhere := seen == 0 && (r.from.New || !r.from.Since.IsZero()) // it is not known where it began
		if r.busy.Load() || seen != before || anywhere {
			before, missed = seen, false
			continue
		}
		asking, cancel := context.WithTimeout(ctx, lookEvery)
		last, err := r.conn.lastOf(asking, r.log, r.filter())
		cancel()
		there := err == nil && sequenceOf(last) > seen
		if there && missed && r.seen.Load() == seen {
			stalled()
			return
		}
		missed = there
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
