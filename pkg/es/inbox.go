package es

import (
	"context"
	"io"
	"sync"
)

// batchSize is the most events that one transaction takes.
const batchSize = 10_000

// inboxBytes is how much waits to be folded.
const inboxBytes = 64 << 20

// inbox passes events from those who read logs to the one who folds them, batch by batch.
type inbox struct {
	mu      sync.Mutex
	room    *sync.Cond
	waiting []Event
	size    int // bytes of their bodies
	ended   bool
	// came is signalled when something is waiting, or nothing will come any more.
	came chan struct{}
}

func newInbox() *inbox {
	b := &inbox{came: make(chan struct{}, 1)}
	b.room = sync.NewCond(&b.mu)
	return b
}

// put adds an event as soon as there is room for it. A context that ends is its error; whoever
// ends it calls wake.
func (b *inbox) put(ctx context.Context, e Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for (len(b.waiting) >= 2*batchSize || b.size >= inboxBytes) && ctx.Err() == nil {
		b.room.Wait()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	b.size += len(e.Data)
	if b.waiting = append(b.waiting, e); len(b.waiting) == 1 {
		b.signal()
	}
	return nil
}

// end says that nothing will come any more.
func (b *inbox) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	b.signal()
}

func (b *inbox) signal() {
	select {
	case b.came <- struct{}{}:
	default: // it is signalled already
	}
}

// wake lets those who wait for room see that their context has ended.
func (b *inbox) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.room.Broadcast()
}

// take waits for at least one event and takes what is there, a batch at most. more tells whether
// something is left. When nothing will come any more it is io.EOF.
func (b *inbox) take(ctx context.Context) (batch []Event, more bool, err error) {
	for {
		b.mu.Lock()
		n := min(len(b.waiting), batchSize)
		batch = b.waiting[:n:n]
		b.waiting = b.waiting[n:]
		for _, e := range batch {
			b.size -= len(e.Data)
		}
		more = len(b.waiting) > 0
		ended := b.ended
		b.mu.Unlock()
		b.room.Broadcast()
		switch {
		case n > 0:
			return batch, more, nil
		case ended:
			return nil, false, io.EOF
		}
		select {
		case <-b.came:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
}
