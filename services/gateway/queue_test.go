package gateway

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"testing"
)

func TestFullQueueLeavesGap(t *testing.T) {
	t.Parallel()
	q := newQueue()
	for i := range queueSize {
		if !q.offer("a", fmt.Append(nil, i)) {
			t.Fatalf("frame %d was refused", i)
		}
	}
	for range 2 {
		if q.offer("a", []byte("x")) {
			t.Fatal("a full queue takes more")
		}
	}
	q.offer("b", []byte("x"))
	frames, ok := q.take(nil)
	if !ok || len(frames) != queueSize+2 || !bytes.Equal(frames[queueSize], gap("a")) || !bytes.Equal(frames[queueSize+1], gap("b")) {
		t.Errorf("%d frames, the last are %s", len(frames), frames[queueSize:])
	}
	q.miss("c")
	q.restart("c")
	q.offer("a", []byte("y"))
	if frames, _ = q.take(nil); len(frames) != 1 || string(frames[0]) != "y" {
		t.Errorf("frames %s", frames)
	}
}

func TestQueueIsFullOfFewLargeFrames(t *testing.T) {
	t.Parallel()
	q := newQueue()
	large := make(frame, queueBytes/2)
	for i, want := range []bool{true, true, false} {
		if got := q.offer("a", large); got != want {
			t.Errorf("frame %d: taken %v, want %v", i, got, want)
		}
	}
	q.take(nil)
	if !q.offer("a", large) {
		t.Error("an empty queue is full")
	}
}

func TestPushWaitsForRoom(t *testing.T) {
	t.Parallel()
	q := newQueue()
	const total = 3 * queueSize
	done := make(chan bool, 1)
	go func() {
		for i := range total {
			if !q.push(fmt.Append(nil, i)) {
				done <- false
				return
			}
		}
		done <- true
	}()
	for next := 0; next < total; {
		frames, _ := q.take(nil)
		for _, frame := range frames {
			if string(frame) != fmt.Sprint(next) {
				t.Fatalf("frame %s, want %d", frame, next)
			}
			next++
		}
	}
	if !<-done {
		t.Error("a frame was refused")
	}
	for range queueSize {
		q.push(nil)
	}
	go func() { done <- q.push(nil) }()
	q.close(nil)
	if <-done {
		t.Error("a closed queue takes more")
	}
	if _, ok := q.take(nil); ok {
		t.Error("a closed queue gives more")
	}
}

func TestPushGivesUpWhatIsNotWanted(t *testing.T) {
	t.Parallel()
	q := newQueue()
	for range queueSize {
		q.push(nil)
	}
	var ended atomic.Bool
	done := make(chan bool, 1)
	go func() { done <- q.pushWhile(func() bool { return !ended.Load() }, nil) }()
	ended.Store(true)
	q.take(nil)
	if <-done || len(q.frames) != 0 {
		t.Error("a frame that nobody wants is kept")
	}
}

func TestPingHasRoomInFullQueue(t *testing.T) {
	t.Parallel()
	q := newQueue()
	for range queueSize {
		q.push(nil)
	}
	for _, control := range []string{"older", "newest"} {
		q.ping(frame(control))
	}
	if frames, _ := q.take(nil); len(frames) != queueSize+1 || string(frames[0]) != "newest" {
		t.Errorf("%d frames, the first is %s", len(frames), frames[0])
	}
}

func TestClosedQueueGivesTheLastFrameAlone(t *testing.T) {
	t.Parallel()
	q := newQueue()
	q.push(frame("waits"))
	q.close(frame("last"))
	q.close(frame("too late"))
	if frames, ok := q.take(nil); !ok || len(frames) != 1 || string(frames[0]) != "last" {
		t.Errorf("frames %s", frames)
	}
	if _, ok := q.take(nil); ok || q.push(nil) {
		t.Error("a closed queue goes on")
	}
}
