package es

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
)

// Status is how one projection is doing.
type Status struct {
	Name    string    `json:"name"`
	Version int       `json:"version"`
	At      Positions `json:"at"`
	// Lag is how many events are still to be folded.
	Lag uint64 `json:"lag"`
	// Behind is the age in seconds of the oldest event that is still to be folded.
	Behind float64 `json:"behind,omitempty"`
	// Folded is how many events this process has folded since it started.
	Folded uint64 `json:"folded"`
	// Follows tells that another process folds.
	Follows bool `json:"follows,omitempty"`
	// Parked is how many aggregates it goes on without, because an event of theirs could not be folded.
	Parked int `json:"parked,omitempty"`
	// Error is why it does not go on.
	Error string `json:"error,omitempty"`
}

// Status asks the logs how far the projection is behind.
func (r *Projector) Status(ctx context.Context) (Status, error) {
	r.mu.Lock()
	s := Status{Name: r.Name, Version: r.Version, At: maps.Clone(r.at), Folded: r.folded, Follows: !r.leads, Parked: r.parked}
	if r.err != nil {
		s.Error = r.err.Error()
	}
	r.mu.Unlock()
	for log, seq := range s.At {
		last, err := r.conn.Last(ctx, log)
		if err != nil {
			return s, err
		}
		if last <= seq {
			continue
		}
		s.Lag += last - seq
		if oldest, err := r.conn.next(ctx, Position{log, seq}); err == nil {
			s.Behind = max(s.Behind, time.Since(oldest.Time).Seconds())
		}
	}
	return s, nil
}

// next is what is stored on a log after a position.
func (c *Conn) next(ctx context.Context, after Position) (*jetstream.RawStreamMsg, error) {
	stream, err := c.stream(after.Log)
	if err != nil {
		return nil, err
	}
	return stream.GetMsg(ctx, after.Seq+1, jetstream.WithGetMsgSubject(">"))
}

// ReactorStatus is how one reactor is doing, over all processes that run it.
type ReactorStatus struct {
	Name string `json:"name"`
	// Waiting is how many events it has not begun; Working how many it has, those that it will try
	// again included.
	Waiting uint64 `json:"waiting"`
	Working int    `json:"working"`
	// Retrying is how many of those it works on have failed before.
	Retrying int `json:"retrying"`
	// Attempts is how often it was given an event.
	Attempts uint64 `json:"attempts"`
}

// Status asks the server how the reactor is doing.
func (r Reactor[D]) Status(ctx context.Context, c *Conn) (ReactorStatus, error) {
	s := ReactorStatus{Name: r.Name}
	consumer, err := c.js.Consumer(ctx, newRoutes(r.Handle).logs[0], r.Name)
	if err != nil {
		return s, fmt.Errorf("reactor %s: %w", r.Name, err)
	}
	info := consumer.CachedInfo()
	s.Waiting, s.Working, s.Retrying, s.Attempts = info.NumPending, info.NumAckPending, info.NumRedelivered, info.Delivered.Consumer
	return s, nil
}

// LogStatus is how large one log is.
type LogStatus struct {
	Name string `json:"name"`
	// Messages that it keeps; Last is the sequence of the newest one.
	Messages uint64 `json:"messages"`
	Last     uint64 `json:"last"`
	// Bytes that it takes on disk.
	Bytes uint64 `json:"bytes"`
}

// LogStatus asks the server how large the logs are.
func (c *Conn) LogStatus(ctx context.Context) ([]LogStatus, error) {
	var all []LogStatus
	for _, log := range events.Logs() {
		stream, err := c.stream(log.Name)
		if err != nil {
			return nil, err
		}
		info, err := stream.Info(ctx)
		if err != nil {
			return nil, fmt.Errorf("log %s: %w", log.Name, err)
		}
		all = append(all, LogStatus{log.Name, info.State.Msgs, info.State.LastSeq, info.State.Bytes})
	}
	return all, nil
}
