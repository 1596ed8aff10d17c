package es

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/afterglow-live/afterglow/events"
)

// JobID is the id of a reactor's work on one event.
func JobID(reactor, eventID string) string { return DerivedID(reactor, eventID) }

// work is what Progress and Log tell about.
type work struct {
	conn  *Conn
	owner string

	mu   sync.Mutex
	tick events.JobProgressed
	// lines are the last that Log was given; untold is true while no tick has carried the newest.
	lines  []string
	untold bool
}

// What is kept of a log: so many lines of so many bytes.
const (
	logLines = 20
	logBytes = 500
)

// Progress tells how far the reactor has come with its event: a stage in a word or two, how much
// of it is done in per cent, its speed in media seconds per second, and the time left. It may be
// lost, and outside a reactor it does nothing.
func Progress(ctx context.Context, stage string, percent, speed float64, remaining time.Duration) {
	w, ok := ctx.Value(workKey).(*work)
	if !ok {
		return
	}
	w.mu.Lock()
	w.tick.Stage, w.tick.Percent, w.tick.Speed, w.tick.Remaining = stage, percent, speed, remaining.Seconds()
	tick := w.next()
	w.mu.Unlock()
	w.tell(ctx, tick)
}

// Log keeps a line that the program which does the work has written: the last twenty lines, each cut
// at 500 bytes, are told with the next progress, or when the work ends. Outside a reactor it does
// nothing.
func Log(ctx context.Context, line string) {
	w, ok := ctx.Value(workKey).(*work)
	if !ok {
		return
	}
	line = strings.ToValidUTF8(line[:min(len(line), logBytes)], "")
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines[max(0, len(w.lines)-logLines+1):], line)
	w.untold = true
}

// end tells what is left to be told when the handler has returned. Nothing else tells of the end when
// done is true.
func (w *work) end(ctx context.Context, done bool) {
	w.mu.Lock()
	if done {
		w.tick.Stage, w.tick.Percent, w.tick.Speed, w.tick.Remaining, w.tick.Done = "done", 100, 0, 0, true
	}
	news := done || w.untold
	tick := w.next()
	w.mu.Unlock()
	if news {
		w.tell(ctx, tick)
	}
}

// next is what is to be told now, with the log if that has changed.
func (w *work) next() events.JobProgressed {
	tick := w.tick
	if w.untold {
		tick.Log, w.untold = slices.Clone(w.lines), false
	}
	return tick
}

func (w *work) tell(ctx context.Context, tick events.JobProgressed) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := w.conn.Append(ctx, w.owner, tick); err != nil && ctx.Err() == nil {
		w.conn.log.Warn("progress was not told", "job", tick.Job, "err", err)
	}
}
