package es_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// Many writers at once each get their own answer, the events of one aggregate keep the order of
// their writer, and of those that decided on the same version one wins.
func TestManyAppendAtOnce(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	const writers, each = 64, 20
	var group sync.WaitGroup
	var mu sync.Mutex
	places := map[es.Position]string{}
	won := 0
	for w := range writers {
		group.Go(func() {
			for i := range each {
				title := fmt.Sprintf("%d-%d", w, i)
				at, err := logs.Append(t.Context(), "o1", events.StreamRenamed{Stream: fmt.Sprint(w % 8), Title: title})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				places[at] = title
				mu.Unlock()
				_, err = logs.Append(t.Context(), "o1", events.StreamRenamed{Stream: fmt.Sprintf("once%d", i), Title: title}, es.Expect(0))
				conflict := (*es.ConflictError)(nil)
				mu.Lock()
				if err == nil {
					won++
				} else if !errors.As(err, &conflict) || conflict.Last.Seq == 0 {
					t.Errorf("got %v", err)
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if len(places) != writers*each || won != each {
		t.Fatalf("%d places for %d events; %d won, want %d", len(places), writers*each, won, each)
	}
	last := map[string]int{}
	err := logs.Tail(t.Context(), events.Facts, es.TailFrom{Until: uint64(writers*each + each)}, func(e es.Event) error {
		var body events.StreamRenamed
		decode(t, e.Data, &body)
		if title, ok := places[e.Position]; ok {
			var w, i int
			if _, err := fmt.Sscanf(title, "%d-%d", &w, &i); err != nil || title != body.Title {
				return fmt.Errorf("%s has %q, want %q", e.Position, body.Title, title)
			}
			if key := fmt.Sprint(w); i != last[key] {
				return fmt.Errorf("writer %s wrote %d before %d", key, i, last[key])
			}
			last[fmt.Sprint(w)] = i + 1
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// An event that is told twice at the same time as many others is on the log once, and both who told
// it learn where.
func TestManyAppendTheSame(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	var group sync.WaitGroup
	var mu sync.Mutex
	places := map[string]map[es.Position]bool{}
	for i := range 200 {
		group.Go(func() {
			id := fmt.Sprint("source-", i%50)
			at, err := logs.Append(t.Context(), "o1", renamed(id), es.ID(id))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if places[id] == nil {
				places[id] = map[es.Position]bool{}
			}
			places[id][at] = true
		})
	}
	group.Wait()
	for id, at := range places {
		if len(at) != 1 {
			t.Errorf("%s is at %v", id, at)
		}
	}
	if last, err := logs.Last(t.Context(), "FACTS"); err != nil || last != 50 {
		t.Errorf("the log ends at %d, %v", last, err)
	}
}

// Facts that go together are all on the log or none is.
func TestAppendAll(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	draft := func(stream string, opts ...es.Option) es.Draft {
		return es.Draft{Owner: "o1", Event: events.StreamRenamed{Stream: stream, Title: "x"}, Options: opts}
	}
	positions, err := logs.AppendAll(t.Context(), draft("a", es.Expect(0)), draft("b", es.Expect(0)), draft("a"))
	if err != nil || len(positions) != 3 || positions[2].Seq != 3 || positions[0].Seq != 1 {
		t.Fatalf("got %v, %v", positions, err)
	}
	_, err = logs.AppendAll(t.Context(), draft("c", es.Expect(0)), draft("a", es.Expect(1)))
	conflict := (*es.ConflictError)(nil)
	if !errors.As(err, &conflict) || conflict.Last.Seq != 3 {
		t.Errorf("got %v", err)
	}
	if _, err := logs.AppendAll(t.Context(), draft("c"), es.Draft{Owner: "o1", Event: events.LetterRedriven{Letter: "l"}}); err == nil {
		t.Error("events of two logs went together")
	}
	same, err := logs.AppendAll(t.Context(), draft("d", es.ID("d1")), draft("e", es.ID("e1")))
	if err != nil {
		t.Fatal(err)
	}
	again, err := logs.AppendAll(t.Context(), draft("d", es.ID("d1")), draft("e", es.ID("e1")))
	if err != nil || fmt.Sprint(again) != fmt.Sprint(same) {
		t.Errorf("again: %v, %v; want %v", again, err, same)
	}
	if last, err := logs.Last(t.Context(), "FACTS"); err != nil || last != 5 {
		t.Errorf("the log ends at %d, %v", last, err)
	}
}

// Facts that went together and are told again are found, also when their aggregates have moved on and
// the log has forgotten their ids.
func TestAppendAllAgain(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	forgetIDs(t, logs)
	all := func(again bool) []es.Position {
		var drafts []es.Draft
		for _, stream := range []string{"s1", "s1", "s2"} {
			drafts = append(drafts, es.Draft{Owner: "o1", Event: events.StreamRenamed{Stream: stream, Title: "x"}})
		}
		positions, err := logs.AppendAll(es.Keyed(t.Context(), "k1", again), drafts...)
		if err != nil {
			t.Fatal(err)
		}
		return positions
	}
	first := all(false)
	if _, err := logs.Append(t.Context(), "o1", renamed("later")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if again := all(true); fmt.Sprint(again) != fmt.Sprint(first) {
			t.Errorf("again: %v, want %v", again, first)
		}
	}
	one, err := logs.Append(es.Keyed(t.Context(), "k2", false), "o1", renamed("one"))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := logs.Append(es.Keyed(t.Context(), "k2", true), "o1", renamed("one")); err != nil || again != one {
		t.Errorf("again: %v, %v, want %v", again, err, one)
	}
}

// forgetIDs lets the log FACTS recognise an event by its id for a tenth of a second only.
func forgetIDs(t *testing.T, logs *es.Conn) {
	t.Helper()
	js, err := jetstream.New(logs.NATS())
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(t.Context(), "FACTS")
	if err != nil {
		t.Fatal(err)
	}
	cfg := stream.CachedInfo().Config
	cfg.Duplicates = 100 * time.Millisecond
	if _, err := js.UpdateStream(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
}

// Events that are larger than a batch should be go as well, and hold up nobody.
func TestAppendLargeOnesAmongMany(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	large := strings.Repeat("x", 5<<20)
	var group sync.WaitGroup
	for i := range 200 {
		group.Go(func() {
			title := "x"
			if i%50 == 10 {
				title = large
			}
			if _, err := logs.Append(t.Context(), "o1", events.StreamRenamed{Stream: fmt.Sprint(i), Title: title}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// Who stops waiting gets an answer at once, and those who wait behind are not held up.
func TestAppendThatNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			ctx := t.Context()
			if i%2 == 0 {
				ctx = ended
			}
			_, err := logs.Append(ctx, "o1", renamed("x"))
			if i%2 == 1 && err != nil || i%2 == 0 && err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("writer %d: %v", i, err)
			}
		})
	}
	group.Wait()
}
