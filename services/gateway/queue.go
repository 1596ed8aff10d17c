package gateway

import (
	"slices"
	"sync"
)

// queueSize and queueBytes are how much waits for one slow client: enough for a burst of events that
// is quicker than any network. Frames are shared, so that many slow clients need no more memory than one.
const (
	queueSize  = 4096
	queueBytes = 4 << 20
)

// queue is what one client is still to be told. Who has no time to wait is refused when it is full.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	frames  [][]byte
	bytes   int
	// gaps are the topics of which a message was refused; the client is told after the frames.
	gaps []string
	// control is a ping, or the answer to one. The newest is enough, and always has room.
	control frame
	// last is what the client is told when the queue is closed.
	last   frame
	closed bool
}

func newQueue() *queue {
	q := &queue{}
	q.changed = sync.NewCond(&q.mu)
	return q
}

// offer adds a frame of a topic unless the queue is full; then the topic gets a gap.
func (q *queue) offer(topic string, f frame) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.full() {
		q.addGap(topic)
		return false
	}
	q.add(f)
	return true
}

func (q *queue) full() bool { return len(q.frames) >= queueSize || q.bytes >= queueBytes }

// add wakes take when there was nothing to take; who waits for room has no use of it.
func (q *queue) add(f frame) {
	q.frames, q.bytes = append(q.frames, f), q.bytes+len(f)
	if len(q.frames) == 1 {
		q.changed.Broadcast()
	}
}

// push adds a frame as soon as there is room for it; false when there will be none.
func (q *queue) push(f frame) bool {
	return q.pushWhile(func() bool { return true }, f)
}

// pushWhile is push for a frame that may be wanted no longer when there is room for it.
func (q *queue) pushWhile(wanted func() bool, f frame) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.full() && !q.closed && wanted() {
		q.changed.Wait()
	}
	if q.closed || !wanted() {
		return false
	}
	q.add(f)
	return true
}

// ping sends a ping or the answer to one, before everything that waits.
func (q *queue) ping(control frame) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.control = control
	q.changed.Broadcast()
}

// miss tells the client of a gap in the topic.
func (q *queue) miss(topic string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.addGap(topic)
}

func (q *queue) addGap(topic string) {
	if !slices.Contains(q.gaps, topic) {
		q.gaps = append(q.gaps, topic)
	}
	q.changed.Broadcast()
}

// restart forgets a gap that the client has not been told of, because it begins the topic anew.
func (q *queue) restart(topic string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.gaps = slices.DeleteFunc(q.gaps, func(gap string) bool { return gap == topic })
}

// take waits for something to tell, and takes all of it; false when there will be nothing any more.
// The queue goes on in the memory of what was taken before.
func (q *queue) take(before [][]byte) ([][]byte, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.frames) == 0 && len(q.gaps) == 0 && q.control == nil && !q.closed {
		q.changed.Wait()
	}
	frames := before[:0]
	if q.closed {
		if q.last == nil {
			return nil, false
		}
		frames, q.last = append(frames, q.last), nil
		return frames, true
	}
	if q.control != nil {
		q.frames, q.control = slices.Insert(q.frames, 0, []byte(q.control)), nil
	}
	for _, topic := range q.gaps {
		q.frames = append(q.frames, gap(topic))
	}
	frames, q.frames, q.bytes, q.gaps = q.frames, frames, 0, nil
	q.changed.Broadcast()
	return frames, true
}

// close lets nobody wait any more. The client is told the last frame, and nothing that waits.
func (q *queue) close(last frame) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed, q.last = true, last
		q.changed.Broadcast()
	}
}

// length is how many frames wait.
func (q *queue) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.frames)
}
