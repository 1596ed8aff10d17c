package es

import (
	"context"
	"time"

	"github.com/afterglow-live/afterglow/events"
)

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
