package twitch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// line is a chat message on its way to the log.
func line(i int) arrival {
	return arrival{
		event: events.MessageSent{Channel: ourChannel, Message: fmt.Sprint(i), Text: fmt.Sprint(i)},
		id:    es.DerivedID("line", fmt.Sprint(i)), at: time.Now(), since: time.Now(), size: 100,
	}
}

// drain runs an intake until all is written.
func drain(t testing.TB, in *intake) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in.run(ctx)
	if !in.since().IsZero() {
		t.Fatal("something still waits")
	}
}

func numbers(from, to int) (list []string) {
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprint(i))
	}
	return list
}

func TestWhatFindsNoRoomIsAGap(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	d := &run.Deps{Platform: p}
	var gaps []gap
	in := newIntake(d, "ours", machine{}, func(g gap) { gaps = append(gaps, g) })
	in.room = 5000
	for i := range 100 {
		in.put(line(i))
	}
	if since := in.since(); since.IsZero() || len(gaps) != 0 {
		t.Fatalf("what waits is not on the log: %s, %v", since, gaps)
	}
	drain(t, in)
	in.put(line(100))
	drain(t, in)
	h := &hall{System: &testkit.System{Platform: p}}
	if got, want := texts(t, h.all(t, events.Chat, "channel.message_sent")), append(numbers(0, 50), "100"); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if len(gaps) != 1 || gaps[0].to.Before(gaps[0].from) || gaps[0].why == "" {
		t.Errorf("gaps %+v", gaps)
	}
}

// What is more than the log takes keeps nothing else from it.
func TestWhatIsTooLargeIsAGap(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	var gaps []gap
	in := newIntake(&run.Deps{Platform: p}, "ours", machine{}, func(g gap) { gaps = append(gaps, g) })
	in.put(line(0))
	large := line(1)
	large.event = events.MessageSent{Channel: ourChannel, Message: "large", Text: strings.Repeat("x", 9<<20)}
	in.put(large)
	in.put(line(2))
	drain(t, in)
	h := &hall{System: &testkit.System{Platform: p}}
	if got := texts(t, h.all(t, events.Chat, "channel.message_sent")); !slices.Equal(got, []string{"0", "2"}) {
		t.Errorf("got %v", got)
	}
	if len(gaps) != 1 || !strings.Contains(gaps[0].why, "more than NATS takes") {
		t.Errorf("gaps %+v", gaps)
	}
}

func TestOrderOutlivesARestartOfTheLog(t *testing.T) {
	t.Parallel()
	server, err := local.StartNATS(t.Context(), local.NATSOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	nc, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	p := testkit.Platform(t)
	if p.Logs, err = es.Open(t.Context(), nc, p.Logger); err != nil {
		t.Fatal(err)
	}
	d := &run.Deps{Platform: p}
	in := newIntake(d, "ours", machine{}, func(g gap) { t.Errorf("gap %+v", g) })
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { in.run(ctx) })
	const count = 5000
	half := make(chan struct{})
	running.Go(func() {
		<-half
		if err := server.Restart(ctx); err != nil {
			t.Error(err)
		}
	})
	for i := range count {
		in.put(line(i))
		if i%7 == 0 {
			in.put(line(i)) // told twice
		}
		if i == count/2 {
			close(half)
		}
	}
	h := &hall{System: &testkit.System{Platform: p}}
	for seen := 0; seen < count; {
		err := p.Logs.Tail(t.Context(), events.Chat, es.TailFrom{After: uint64(seen)}, func(es.Event) error {
			if seen++; seen == count {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			seen = 0 // the log was away
		}
	}
	cancel()
	running.Wait()
	if got := texts(t, h.all(t, events.Chat, "channel.message_sent")); !slices.Equal(got, numbers(0, count)) {
		t.Errorf("got %d, or in another order", len(got))
	}
}

func TestWhatIsOnTheLogIsPassedOver(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	d := &run.Deps{Platform: p}
	for round := range 2 { // the second time by a process that remembers nothing
		in := newIntake(d, "ours", machine{}, nil)
		for i := range 300 + round*100 {
			in.put(line(i))
			if i%100 == 50 {
				in.put(arrival{event: events.WentOffline{Channel: ourChannel}, id: fmt.Sprint("off", i), at: time.Now(), since: time.Now()})
			}
		}
		drain(t, in)
	}
	h := &hall{System: &testkit.System{Platform: p}}
	if got := texts(t, h.all(t, events.Chat, "channel.message_sent")); !slices.Equal(got, numbers(0, 400)) {
		t.Errorf("got %d: %v", len(got), got)
	}
	if off := h.all(t, events.Facts, "channel.went_offline"); len(off) != 4 {
		t.Errorf("%d times off air", len(off))
	}
}

func TestRecentForgetsTheOldest(t *testing.T) {
	t.Parallel()
	var r recent
	for i := range remembered + 10 {
		if !r.add(fmt.Sprint(i)) {
			t.Fatalf("%d is new", i)
		}
	}
	if r.add(fmt.Sprint(remembered)) || !r.add("0") || len(r.ids) != remembered {
		t.Errorf("%d are remembered", len(r.ids))
	}
}
