package gateway

import (
	"fmt"
	"strings"
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
	frames, ok := q.take()
	if !ok || len(frames) != queueSize+2 || string(frames[queueSize]) != `{"type":"GAP","topic":"a"}` || !strings.Contains(string(frames[queueSize+1]), `"b"`) {
		t.Errorf("%d frames, the last are %s", len(frames), frames[queueSize:])
	}
	q.miss("c")
	q.restart("c")
	q.offer("a", []byte("y"))
	if frames, _ = q.take(); len(frames) != 1 || string(frames[0]) != "y" {
		t.Errorf("frames %s", frames)
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
		frames, _ := q.take()
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
	q.close()
	if <-done {
		t.Error("a closed queue takes more")
	}
	if _, ok := q.take(); ok {
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
	q.take()
	if <-done || len(q.frames) != 0 {
		t.Error("a frame that nobody wants is kept")
	}
}

func TestSubjectsMatchAsInNATS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		filter, subject string
		want            bool
	}{
		{"fact.ours.>", "fact.ours.stream.x.created", true},
		{"fact.ours.>", "fact.anna.stream.x.created", false},
		{"fact.ours.>", "fact.ours", false},
		{"fact.*.stream.*.created", "fact.ours.stream.x.created", true},
		{"fact.*.stream.*.created", "fact.ours.stream.x.renamed", false},
		{"fact.*.stream.*", "fact.ours.stream.x.created", false},
		{"fact.ours.stream.x.created.more", "fact.ours.stream.x.created", false},
	} {
		if got := matches(c.filter, c.subject); got != c.want {
			t.Errorf("%s matches %s: %v", c.filter, c.subject, got)
		}
	}
}
