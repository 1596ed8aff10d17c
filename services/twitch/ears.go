package twitch

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// ears are what one process knows of the channels that are listened to, and how it listens to them.
type ears struct {
	clock clock

	mu sync.Mutex
	// channels are those that are connected, by their ids.
	channels map[string]ear
	// fates are what has become of the owners' connections that nobody has acted upon.
	fates map[string]fate
	// changed is closed when any of these has changed.
	changed chan struct{}
	secret  []byte
}

// fate is what has become of one owner's connection.
type fate struct {
	// closed is true when the owner has ended it, and there is no other.
	closed bool
	// ended is true when it was closed or lost: whoever listens to it begins anew, even if there is another
	// one by now.
	ended bool
	// eager is true when the owner wants it to be tried at once.
	eager bool
}

// ear is one channel.
type ear struct {
	link
	hearing hearing
}

func newEars(c clock) *ears {
	return &ears{clock: c, changed: make(chan struct{}), fates: map[string]fate{}}
}

// listen listens to every channel that is connected, in one process at a time, and knows in each which
// these are.
func (e *ears) listen(ctx context.Context, d *run.Deps) error {
	last, err := d.Logs.Last(ctx, events.Facts.Name)
	if err != nil {
		return err
	}
	if err := e.load(ctx, d, func() {}); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		from := es.TailFrom{Subject: events.Facts.Prefix + ".*.connection.*.*", After: last}
		return d.Follow(ctx, events.Facts, from, func(ev es.Event) error { return e.hear(ctx, d, ev) })
	})
	group.Go(func() error {
		return d.Alone(ctx, "eventsub", func(ctx context.Context) error { return e.keep(ctx, d) })
	})
	return group.Wait()
}

// hear takes note of what became of a connection.
func (e *ears) hear(ctx context.Context, d *run.Deps, ev es.Event) error {
	var change func(*fate)
	switch ev.Name {
	case events.Name(events.ConnectionHeard{}):
		e.hearMore(ev)
		return nil
	case events.Name(events.SubscriptionRevoked{}):
		e.hearMore(ev)
		change = func(n *fate) { n.eager = true }
	case events.Name(events.ConnectionClosed{}):
		change = func(n *fate) { n.closed, n.ended = true, true }
	case events.Name(events.ConnectionOpened{}), events.Name(events.ConnectionRefreshed{}):
		change = func(n *fate) { n.closed, n.eager = false, true }
	case events.Name(events.ConnectionLost{}):
		change = func(n *fate) { n.ended = true }
	default:
		return nil
	}
	return e.load(ctx, d, func() {
		n := e.fates[ev.Owner]
		change(&n)
		e.fates[ev.Owner] = n
	})
}

// hearMore takes note of which types are told.
func (e *ears) hearMore(ev es.Event) {
	var heard events.ConnectionHeard
	var gone events.SubscriptionRevoked
	if json.Unmarshal(ev.Data, &heard) != nil || json.Unmarshal(ev.Data, &gone) != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, each := range e.channels {
		switch {
		case each.Owner != ev.Owner:
		case gone.Type != "":
			each.hearing = slices.DeleteFunc(slices.Clone(each.hearing), func(kind string) bool { return kind == gone.Type })
			e.channels[id] = each
		default:
			each.hearing = standing{Heard: &heard}.hearing()
			e.channels[id] = each
		}
	}
}

// load reads which channels are connected, and takes note of why, in one step: whoever acts upon the one
// without the other would listen again to a channel that was closed.
func (e *ears) load(ctx context.Context, d *run.Deps, note func()) error {
	links, err := linked(ctx, d)
	if err != nil {
		return err
	}
	channels := map[string]ear{}
	for _, l := range links {
		m, err := findMark(ctx, d, l)
		if err != nil {
			return err
		}
		var told standing
		_ = json.Unmarshal(m.told, &told) // nothing was told, or it is told anew
		channels[l.Channel] = ear{l, told.hearing()}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.channels = channels
	note()
	close(e.changed)
	e.changed = make(chan struct{})
	return nil
}

// to is the channel with an id, if it is listened to.
func (e *ears) to(channel string) (ear, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	found, ok := e.channels[channel]
	return found, ok
}

// listening is a listener that runs.
type listening struct {
	*listener
	stop context.CancelFunc
	done chan struct{}
}

// keep has a listener for each channel that is connected, until the context ends.
func (e *ears) keep(ctx context.Context, d *run.Deps) error {
	running := map[string]*listening{}
	defer func() {
		for _, l := range running {
			l.stop()
			<-l.done
		}
	}()
	for {
		e.mu.Lock()
		changed := e.changed
		channels, heard := maps.Clone(e.channels), e.fates
		e.fates = map[string]fate{}
		e.mu.Unlock()
		for id, l := range running {
			if now, ok := channels[id]; ok && now.Owner == l.Owner && sameScopes(now.Scopes, l.Scopes) && !heard[l.Owner].ended {
				continue
			}
			l.stop()
			<-l.done
			delete(running, id)
		}
		for owner, n := range heard {
			if !n.closed {
				continue
			}
			if err := forgetMark(ctx, d, owner); err != nil {
				d.Logger.Warn("what was heard was not forgotten", "err", err)
			}
		}
		for id, each := range channels {
			if l := running[id]; l == nil {
				running[id] = e.start(ctx, d, each.link)
			} else if heard[each.Owner].eager {
				select {
				case l.again <- struct{}{}:
				default:
				}
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// start runs a listener, and again when it fails.
func (e *ears) start(ctx context.Context, d *run.Deps, k link) *listening {
	ctx, stop := context.WithCancel(ctx)
	l := &listening{newListener(d, e, k), stop, make(chan struct{})}
	go func() {
		defer close(l.done)
		for failed := 1; ; failed++ {
			err := l.run(ctx)
			if ctx.Err() != nil {
				return
			}
			d.Logger.Error("a channel is listened to again", "channel", k.Channel, "err", fmt.Errorf("listener: %w", err))
			if !pause(ctx, machine{}, backOff(failed)) {
				return
			}
		}
	}()
	return l
}
