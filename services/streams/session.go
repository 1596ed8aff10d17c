package streams

import (
	"context"
	"errors"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// onAir hears what the sources tell.
var onAir = run.Reactor{
	Name: "streams-onair", Doc: "lets what channels and OBS tell become one live stream", Quiet: true,
	Handle: []es.Handler[*run.Deps]{
		told[events.WentLive](), told[events.WentOffline](),
		told[events.ObsStreamStarted](), told[events.ObsStreamStopped](), told[events.ObsConnected](), told[events.ObsDisconnected](),
	},
}

// told decides anew after a source has told something. What a reactor that is new hears first is long over:
// the tables know that once they have come to the end of the log.
func told[E events.Event]() es.Handler[*run.Deps] {
	return es.On(func(ctx context.Context, d *run.Deps, _ E, m es.Meta) error {
		last, err := d.Logs.Last(ctx, events.Facts.Name)
		if err != nil {
			return err
		}
		if err := d.WaitFor(ctx, es.Position{Log: events.Facts.Name, Seq: last}); err != nil {
			return err
		}
		return settle(ctx, d, m.Owner, time.Now())
	})
}

// settle says all that is to be said of the owner's broadcast.
func settle(ctx context.Context, d *run.Deps, owner string, now time.Time) error {
	for {
		p, err := decideBroadcast(ctx, d, owner, func(b broadcast) events.Event { return b.next(now) })
		if err != nil || p.Seq == 0 {
			return err
		}
	}
}

// decideBroadcast appends an event of the broadcast; its position is zero when there was none to append.
func decideBroadcast(ctx context.Context, d *run.Deps, owner string, choose func(broadcast) events.Event) (es.Position, error) {
	return d.Decide(ctx, owner, "broadcast", broadcastID, func(ctx context.Context) (events.Event, error) {
		b, err := findBroadcast(ctx, d.DB, owner)
		if err != nil {
			return nil, err
		}
		return choose(b), nil
	})
}

// waited hears that the time is up that a source had to come back. The wake-up may be one of an earlier wait.
var waited = run.Reactor{
	Name: "streams-waited", Doc: "ends a live stream that no source came back to", Quiet: true,
	Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, _ events.BroadcastWaited, m es.Meta) error {
		now := time.Now()
		if m.Stored.After(now) { // the clock that woke us says that it is time
			now = m.Stored
		}
		return settle(ctx, d, m.Owner, now)
	})},
}

// follow lets the stream follow its broadcast.
var follow = run.Reactor{
	Name: "streams-follow", Doc: "makes the stream of a broadcast, and says when it is live and when it has ended", Quiet: true, InOrder: true,
	Handle: []es.Handler[*run.Deps]{
		es.On(func(ctx context.Context, d *run.Deps, e events.BroadcastBegan, m es.Meta) error {
			_, err := d.Append(ctx, m.Owner, events.StreamCreated{Stream: e.Stream, Title: e.Title, StartedAt: e.At}, es.Expect(0))
			if conflict := (*es.ConflictError)(nil); err != nil && !errors.As(err, &conflict) { // or it is there already
				return err
			}
			return tell(ctx, d, m.Owner, events.StreamWentLive{Stream: e.Stream, At: e.At, Channel: e.Channel})
		}),
		es.On(func(ctx context.Context, d *run.Deps, e events.BroadcastJoined, m es.Meta) error {
			if e.Channel == "" {
				return nil
			}
			return tell(ctx, d, m.Owner, events.StreamWentLive{Stream: e.Stream, At: e.At, Channel: e.Channel})
		}),
		es.On(func(ctx context.Context, d *run.Deps, e events.BroadcastResumed, m es.Meta) error {
			return tell(ctx, d, m.Owner, events.StreamWentLive{Stream: e.Stream, At: e.At, Channel: e.Channel})
		}),
		es.On(func(ctx context.Context, d *run.Deps, _ events.BroadcastLeft, m es.Meta) error {
			if err := d.WaitFor(ctx, m.Position); err != nil {
				return err
			}
			b, err := newestBroadcast(ctx, d.DB, m.Owner)
			if until, waits := b.waits(); err == nil && waits {
				err = d.Logs.SetTimer(ctx, m.Owner, events.BroadcastWaited{Broadcast: broadcastID, Stream: b.stream}, until)
			}
			return err
		}),
		es.On(func(ctx context.Context, d *run.Deps, e events.BroadcastEnded, m es.Meta) error {
			return tell(ctx, d, m.Owner, events.StreamEnded{Stream: e.Stream, At: e.At})
		}),
	},
}

// tell says something of a stream unless it was deleted.
func tell(ctx context.Context, d *run.Deps, owner string, e events.Event) error {
	_, stream := e.Event()
	_, err := decide(ctx, d, owner, stream, func(current) (events.Event, error) { return e, nil })
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
