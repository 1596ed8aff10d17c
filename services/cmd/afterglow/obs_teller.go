package main

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/afterglow-live/afterglow/pkg/fault"
	bridges "github.com/afterglow-live/afterglow/services/obs"
)

const (
	// atOnce is how many events are told in one call.
	atOnce = 100
	// longestPause is how long at most to wait until something is tried again.
	longestPause = 30 * time.Second
	// parting is how long to go on telling when the bridge is stopped.
	parting = 3 * time.Second
)

// tellAll tells the platform what waits, in order, until the context ends; while the platform is away,
// again and again.
func (b *obsBridge) tellAll(ctx context.Context) {
	for failed := 0; ; {
		items := b.journal.next(ctx)
		if ctx.Err() != nil {
			return
		}
		err := b.tellSome(ctx, items)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			failed = 0
			continue
		case failed == 0:
			b.warn("what happens in OBS waits to be told: %v; it is tried again", err)
		}
		failed++
		if rest(ctx, b.pauseAfter(failed)) != nil {
			return
		}
	}
}

// pauseAfter grows with how often something failed in a row; it is never the same for two who began to
// try at the same moment.
func (b *obsBridge) pauseAfter(failed int) time.Duration {
	pause := min(longestPause, b.pause<<min(failed-1, 8))
	return pause/2 + rand.N(pause)
}

// tellRest tells what it can while the bridge is being stopped; the rest is told when it runs again.
func (b *obsBridge) tellRest(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	for {
		items := b.journal.left()
		if len(items) == 0 || b.tellSome(ctx, items) != nil {
			return
		}
	}
}

// tellSome tells the first of what waits: a marker, or the events until the next one. What the platform
// refuses for good is warned about and not told again.
func (b *obsBridge) tellSome(ctx context.Context, items []item) error {
	p, stop, err := b.connect(ctx)
	if err != nil {
		return err
	}
	defer stop()
	if items[0].Marker != nil {
		err := b.mark(ctx, p, *items[0].Marker)
		if refused(err) {
			b.warn("the marker %q is not set: %v", items[0].Marker.Label, err)
			err = nil
		}
		if err != nil {
			return err
		}
		return b.journal.told(1)
	}
	var list []bridges.BridgeEvent
	for _, i := range items {
		if i.Event == nil || len(list) == atOnce {
			break
		}
		list = append(list, *i.Event)
	}
	err = b.post(ctx, p, list)
	if refused(err) && len(list) > 1 {
		list = list[:1] // it may be another of them
		err = b.post(ctx, p, list)
	}
	if refused(err) {
		b.warn("%s of %s is not told: %v", list[0].Kind, list[0].At.Format(time.RFC3339), err)
		err = nil
	}
	if err != nil {
		return err
	}
	return b.journal.told(len(list))
}

// refused tells answers that stay the same however often it is tried.
func refused(err error) bool {
	return fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.TooLarge)
}

func (b *obsBridge) post(ctx context.Context, p platform, list []bridges.BridgeEvent) error {
	return p.call(ctx, "POST /api/obs/{bridge}/events", map[string]string{"bridge": b.Name}, map[string]any{"events": list}, nil)
}
