package twitch

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// listener hears what happens in one channel, and sees to it that every time in which nothing could be
// heard is on record.
type listener struct {
	link
	d     *run.Deps
	ears  *ears
	clock clock
	// again is told when somebody wants it to be tried at once.
	again  chan struct{}
	intake *intake
	board  *board

	mu sync.Mutex
	// last is when something was heard last; zero before that, and while the channel was not connected.
	last time.Time
	// hears is true while something can be heard; reason says why nothing could be before that.
	hears  bool
	reason string
	// gaps are those that nothing was done about; broken tells that there are some. filling is true until
	// all is done about them.
	gaps    []gap
	broken  chan struct{}
	filling bool
}

func newListener(d *run.Deps, e *ears, k link) *listener {
	l := &listener{link: k, reason: "the platform was not running, or not connected to Twitch", d: d, ears: e, clock: e.clock, again: make(chan struct{}, 1), broken: make(chan struct{}, 1)}
	l.intake = newIntake(d, k.Owner, e.clock, l.missed)
	l.board = newBoard(d, k)
	return l
}

// run listens until the context ends.
func (l *listener) run(ctx context.Context) error {
	mark, err := beginMark(ctx, l.d, l.link)
	if err != nil {
		return err
	}
	l.last = mark.heardAt
	if mark.heardAt.IsZero() { // whoever comes next knows since when something should have been heard
		if err := keepMark(ctx, l.d, l.link, l.clock.Now()); err != nil {
			return fmt.Errorf("what was heard of %s: %w", l.Channel, err)
		}
	}
	l.board.begin(mark.told)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return l.board.run(ctx) })
	group.Go(func() error { return l.count(ctx) })
	group.Go(func() error { return l.fill(ctx) })
	group.Go(func() error {
		if l.d.Config.Twitch.Transport == "webhook" {
			return l.answerCalls(ctx)
		}
		return l.listen(ctx)
	})
	group.Go(func() error {
		l.intake.run(ctx)
		l.keep(context.WithoutCancel(ctx))
		return nil
	})
	group.Go(func() error {
		for pause(ctx, l.clock, markEvery) {
			l.keep(ctx)
		}
		return nil
	})
	return group.Wait()
}

// heard takes note that everything was heard until then.
func (l *listener) heard(until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hears && until.After(l.last) {
		l.last = until
	}
}

// resumed tells that from now on everything is heard, and what was not.
func (l *listener) resumed() {
	l.mu.Lock()
	now, last, reason := l.clock.Now(), l.last, l.reason
	l.hears, l.last = true, now
	l.mu.Unlock()
	if last.IsZero() {
		l.missed(beginning(now))
	} else {
		l.missed(missedSince(last, now, reason))
	}
}

// stopped tells that nothing is heard any more, and answers since when.
func (l *listener) stopped(reason error) (since time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hears {
		l.hears, l.reason = false, fmt.Sprintf("the connection to Twitch was interrupted: %s", reason)
	}
	if l.last.IsZero() {
		return l.clock.Now()
	}
	return l.last
}

// missed takes note of a gap.
func (l *listener) missed(g gap) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gaps, l.filling = append(l.gaps, g), l.filling || !g.begins()
	select {
	case l.broken <- struct{}{}:
	default:
	}
}

// fill does what can be done about gaps, one after the other.
func (l *listener) fill(ctx context.Context) error {
	for failed := 0; ; {
		l.mu.Lock()
		l.filling = slices.ContainsFunc(l.gaps, func(g gap) bool { return !g.begins() })
		var next gap
		broken := len(l.gaps) > 0
		if broken {
			next = l.gaps[0]
		}
		l.mu.Unlock()
		if !broken {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-l.broken:
				continue
			}
		}
		if err := l.repair(ctx, next); err != nil {
			if failed++; !pause(ctx, l.clock, backOff(failed)) {
				return ctx.Err()
			}
			l.d.Logger.Warn("a gap could not be told yet", "err", err)
			continue
		}
		failed = 0
		l.mu.Lock()
		l.gaps = l.gaps[1:]
		l.mu.Unlock()
	}
}

const (
	// markEvery is how often it is kept until when everything is on the log.
	markEvery = 5 * time.Second
	// markWait is how long that may take.
	markWait = 5 * time.Second
)

// keep keeps until when everything was heard and is on the log, so that whoever takes over knows what it
// has missed.
func (l *listener) keep(ctx context.Context) {
	l.mu.Lock()
	until, certain := l.last, !l.last.IsZero() && !l.filling
	l.mu.Unlock()
	if since := l.intake.since(); !since.IsZero() && since.Before(until) {
		until = since
	}
	if !certain {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, markWait)
	defer cancel()
	if err := keepMark(ctx, l.d, l.link, until); err != nil {
		l.d.Logger.Warn("the moment of the last message was not kept", "err", err)
	}
}

// take takes in what was told.
func (l *listener) take(n notification, since time.Time) {
	if len(n.Raw) > largestNotification {
		l.intake.unread(since, tooLarge(len(n.Raw)))
		return
	}
	for _, f := range l.board.hearing().facts(n) {
		l.intake.put(arrival{event: f.event, id: f.id, at: n.At, since: since, size: len(n.Raw)})
	}
}

// revoked takes in that a type is no longer told.
func (l *listener) revoked(ctx context.Context, id, kind, status string, since time.Time) {
	l.board.revoked(kind, status)
	l.intake.put(arrival{event: events.SubscriptionRevoked{Connection: connection, Type: kind, Status: status}, id: notification{ID: id}.eventID(), at: since, since: since})
	if reason, all := endsAll(status); all {
		go func() { // nothing else waits for the database
			if err := lose(context.WithoutCancel(ctx), l.d, l.Owner, "revoked", reason); err != nil {
				l.d.Logger.Warn("the connection could not be given up", "err", err)
			}
		}()
	}
}

// endsAll tells whether a status means that the owner lets the platform hear nothing any more.
func endsAll(status string) (reason string, all bool) {
	switch status {
	case "authorization_revoked":
		return "the permission was taken back at Twitch, or the password was changed", true
	case "user_removed":
		return "Twitch says that the account is gone", true
	}
	return "", false
}
