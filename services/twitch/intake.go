package twitch

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// largestWait is how many bytes may wait for the log, of messages as Twitch told them.
	largestWait = 64 << 20
	// largestNotification is how many bytes one may have; Twitch's own have a few thousand.
	largestNotification = 512 << 10
	// mostTogether is how many events are put on the log at once.
	mostTogether = 500
	// flushWait is how long there is for what still waits when the service stops.
	flushWait = 5 * time.Second
)

// arrival is an event on its way to the log.
type arrival struct {
	event events.Event
	id    string
	// at is the event's time; since is when it was heard.
	at, since time.Time
	size      int
	log       string
}

// intake puts what is told about one channel on the log, in the order in which it was told. It never
// keeps who tells it waiting: when the log is away events wait in memory, and when there are too many of
// them the newest are dropped, which is a gap.
type intake struct {
	d     *run.Deps
	owner string
	clock clock
	// room is how many bytes may wait.
	room int
	// missed takes the gaps; it does not wait for anything.
	missed func(gap)

	mu      sync.Mutex
	waiting []arrival
	size    int
	wake    chan struct{}
	seen    recent
	lost    *gap
}

func newIntake(d *run.Deps, owner string, c clock, missed func(gap)) *intake {
	return &intake{d: d, owner: owner, clock: c, room: largestWait, missed: missed, wake: make(chan struct{}, 1)}
}

// put takes an event, unless it was heard before.
func (in *intake) put(h arrival) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.seen.add(h.id) {
		return
	}
	if in.size+h.size > in.room {
		in.lose(h.since, "the log could not be written for so long that there was no more room for what was told")
		return
	}
	log, _ := events.LogOf(events.Name(h.event))
	h.log = log.Name
	in.waiting = append(in.waiting, h)
	in.size += h.size
	in.poke()
}

// unread takes note of a message that could not be taken in.
func (in *intake) unread(at time.Time, why string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.lose(at, why)
	in.poke()
}

// lose takes note of what is dropped. The lock is held.
func (in *intake) lose(at time.Time, why string) {
	if in.lost == nil {
		in.lost = &gap{from: at, why: why}
	}
	in.lost.to = at
}

func (in *intake) poke() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// since is the moment from which on what was heard is not on the log; zero when all is.
func (in *intake) since() time.Time {
	in.mu.Lock()
	defer in.mu.Unlock()
	switch {
	case len(in.waiting) > 0:
		return in.waiting[0].since
	case in.lost != nil:
		return in.lost.from
	}
	return time.Time{}
}

// run writes until the context ends, and then for a moment what still waits.
func (in *intake) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			flushing, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushWait)
			defer cancel()
			in.write(flushing)
			return
		case <-in.wake:
			in.write(ctx)
		}
	}
}

// write puts all that waits on the log.
func (in *intake) write(ctx context.Context) {
	for failed := 0; ctx.Err() == nil; {
		list := in.first()
		if len(list) == 0 {
			in.report()
			return
		}
		done, err := in.append(ctx, list)
		in.drop(done)
		if fault.Is(err, fault.TooLarge) { // it never can be written
			in.unread(list[done].since, err.Error())
			in.drop(1)
			continue
		}
		if err == nil {
			failed = 0
			continue
		}
		failed++
		in.d.Logger.Warn("what twitch told could not be written yet", "waiting", len(list), "err", err)
		pause(ctx, in.clock, backOff(failed))
	}
}

// first are the next ones for one log.
func (in *intake) first() []arrival {
	in.mu.Lock()
	defer in.mu.Unlock()
	var list []arrival
	for _, h := range in.waiting[:min(len(in.waiting), mostTogether)] {
		if len(list) > 0 && h.log != list[0].log {
			break
		}
		list = append(list, h)
	}
	return list
}

func (in *intake) append(ctx context.Context, list []arrival) (int, error) {
	drafts := make([]es.Draft, len(list))
	for i, h := range list {
		drafts[i] = es.Draft{Owner: in.owner, Event: h.event, Options: []es.Option{es.ID(h.id), es.At(h.at)}}
	}
	return in.d.Logs.AppendEach(ctx, drafts...)
}

// drop takes away what is on the log.
func (in *intake) drop(count int) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, h := range in.waiting[:count] {
		in.size -= h.size
	}
	clear(in.waiting[:count])
	in.waiting = in.waiting[count:]
	if len(in.waiting) == 0 {
		in.waiting = nil
	}
}

// report tells what was lost.
func (in *intake) report() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.lost != nil {
		in.missed(*in.lost)
		in.lost = nil
	}
}

// tooLarge says why a message was not taken in.
func tooLarge(size int) string {
	return fmt.Sprintf("a message of %d bytes is larger than the %d that are taken in", size, largestNotification)
}

// remembered is how many messages are remembered, to know those that are told twice soon: on both sockets
// of a session that moves. What comes later is recognised by the log, and by those who read it.
const remembered = 20_000

// recent are the newest of some ids.
type recent struct {
	ids  map[string]bool
	ring []string
	next int
}

// add answers false when the id is there already.
func (r *recent) add(id string) bool {
	if r.ids[id] {
		return false
	}
	if r.ids == nil {
		r.ids, r.ring = map[string]bool{}, make([]string, remembered)
	}
	delete(r.ids, r.ring[r.next])
	r.ring[r.next], r.ids[id] = id, true
	r.next = (r.next + 1) % len(r.ring)
	return true
}
