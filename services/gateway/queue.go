package gateway

import (
	"slices"
	"sync"
)

// queueSize is how many messages wait for one slow client.
const queueSize = 256

// queue is what one client is still to be told. Who has no time to wait is refused when it is full.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	frames  [][]byte
	// gaps are the topics of which a message was refused; the client is told after the frames.
	gaps   []string
	closed bool
}

func newQueue() *queue {
	q := &queue{}
	q.changed = sync.NewCond(&q.mu)
	return q
}

// offer adds a frame of a topic unless the queue is full; then the topic gets a gap.
func (q *queue) offer(topic string, frame []byte) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.frames) >= queueSize {
		q.addGap(topic)
		return false
	}
	q.frames = append(q.frames, frame)
	q.changed.Broadcast()
	return true
}

// push adds a frame as soon as there is room for it; false when there will be none.
func (q *queue) push(frame []byte) bool {
	return q.pushWhile(func() bool { return true }, frame)
}

// pushWhile is push for a frame that may be wanted no longer when there is room for it.
func (q *queue) pushWhile(wanted func() bool, frame []byte) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.frames) >= queueSize && !q.closed && wanted() {
		q.changed.Wait()
	}
	if q.closed || !wanted() {
		return false
	}
	q.frames = append(q.frames, frame)
	q.changed.Broadcast()
	return true
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
func (q *queue) take() ([][]byte, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.frames) == 0 && len(q.gaps) == 0 && !q.closed {
		q.changed.Wait()
	}
	if q.closed {
		return nil, false
	}
	frames := q.frames
	for _, topic := range q.gaps {
		frames = append(frames, gap(topic))
	}
	q.frames, q.gaps = nil, nil
	q.changed.Broadcast()
	return frames, true
}

// close lets nobody wait any more.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}
