package es_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func reacting(r run.Reactor) run.Service {
	return run.Service{Name: "toy", Doc: "a toy", Reactors: []run.Reactor{r}}
}

// next waits for the next event of that name, from the beginning of the log.
func next(t *testing.T, logs *es.Conn, log events.Log, name string) es.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var found es.Event
	err := logs.Tail(ctx, log, es.TailFrom{}, func(e es.Event) error {
		if e.Name == name {
			found = e
			cancel()
		}
		return nil
	})
	if found.Name == "" {
		t.Fatalf("no %s: %v", name, err)
	}
	return found
}

func all(t *testing.T, logs *es.Conn, name string) (n int) {
	t.Helper()
	last, err := logs.Last(t.Context(), "FACTS")
	if err != nil {
		t.Fatal(err)
	}
	if err := logs.Tail(t.Context(), events.Facts, es.TailFrom{Until: last}, func(e es.Event) error {
		if e.Name == name {
			n++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// A failing event is tried again, and its outcome is on the log once, with its cause.
func TestReactorTriesAgain(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	var tries atomic.Int32
	testkit.Start(t, p, reacting(run.Reactor{
		Name: "toy-react", Doc: "reacts", Handle: []es.Handler[*run.Deps]{
			es.On(func(ctx context.Context, d *run.Deps, e events.StreamCreated, m es.Meta) error {
				if _, err := d.Append(ctx, m.Owner, events.StreamRenamed{Stream: e.Stream, Title: "reacted"}); err != nil {
					return err
				}
				if tries.Add(1) == 1 {
					return errors.New("the first try fails after its effect")
				}
				_, err := d.Append(ctx, m.Owner, events.MarkerAdded{Stream: e.Stream, Marker: "m", Label: "end"})
				return err
			}),
		},
	}))
	cause, err := p.Logs.Append(t.Context(), "o1", events.StreamCreated{Stream: "s1", Title: "x"})
	if err != nil {
		t.Fatal(err)
	}
	end := next(t, p.Logs, events.Facts, "stream.marker_added")
	created, err := p.Logs.Read(t.Context(), cause)
	if err != nil || end.Causation != created.ID || end.Actor != "reactor:toy-react" {
		t.Fatalf("outcome %+v, %v", end.Meta, err)
	}
	if n := all(t, p.Logs, "stream.renamed"); n != 1 {
		t.Fatalf("%d effects, want 1", n)
	}
	if tries.Load() != 2 {
		t.Fatalf("%d tries, want 2", tries.Load())
	}
}

// What cannot be handled is told to the log, and is on the dead letters with its reason.
func TestReactorGivesUp(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	testkit.Start(t, p, reacting(run.Reactor{
		Name: "toy-react", Doc: "reacts", Handle: []es.Handler[*run.Deps]{
			es.On(func(context.Context, *run.Deps, events.StreamCreated, es.Meta) error {
				return fault.New(fault.Invalid, "this can never work")
			}),
		},
		GiveUp: func(ctx context.Context, d *run.Deps, e es.Event, reason error) error {
			_, err := d.Append(ctx, e.Owner, events.ClipFailed{Clip: e.AggregateID, Stage: "toy", Reason: reason.Error()})
			return err
		},
	}))
	if _, err := p.Logs.Append(t.Context(), "o1", events.StreamCreated{Stream: "s1", Title: "x"}); err != nil {
		t.Fatal(err)
	}
	letter := next(t, p.Logs, events.Dead, "letter.buried")
	if letter.Owner != "o1" {
		t.Fatalf("letter of %q", letter.Owner)
	}
	if n := all(t, p.Logs, "clip.failed"); n != 1 {
		t.Fatalf("%d failures told, want 1", n)
	}
}

// A reactor that is stopped in the middle leaves its event to the next one, and does not run again
// for what it has done.
func TestReactorGoesOnAfterAStop(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	var runs atomic.Int32
	entered := make(chan struct{}, 10)
	reactor := func(block bool) run.Service {
		return reacting(run.Reactor{Name: "toy-react", Doc: "reacts", Handle: []es.Handler[*run.Deps]{
			es.On(func(ctx context.Context, d *run.Deps, e events.StreamCreated, m es.Meta) error {
				runs.Add(1)
				entered <- struct{}{}
				if block {
					<-ctx.Done()
					return ctx.Err()
				}
				_, err := d.Append(ctx, m.Owner, events.StreamRenamed{Stream: e.Stream, Title: "reacted"})
				return err
			}),
		}})
	}
	if _, err := p.Logs.Append(t.Context(), "o1", events.StreamCreated{Stream: "s1", Title: "x"}); err != nil {
		t.Fatal(err)
	}
	first := testkit.Start(t, p, reactor(true))
	<-entered
	first.Stop(t)
	second := testkit.Start(t, p, reactor(false))
	next(t, p.Logs, events.Facts, "stream.renamed")
	for { // the log has to have heard of its end, too
		status, err := reactor(false).Reactors[0].Status(t.Context(), p.Logs)
		if err != nil {
			t.Fatal(err)
		}
		if status.Waiting == 0 && status.Working == 0 {
			break
		}
	}
	second.Stop(t)
	testkit.Start(t, p, reactor(false)).Stop(t)
	if runs.Load() != 2 {
		t.Fatalf("the reactor ran %d times, want 2", runs.Load())
	}
}

// An outage of what the platform runs on is waited out, however often it is met.
func TestReactorWaitsOutAnOutage(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	var tries atomic.Int32
	testkit.Start(t, p, reacting(run.Reactor{
		Name: "toy-react", Doc: "reacts", Attempts: 1, Handle: []es.Handler[*run.Deps]{
			es.On(func(ctx context.Context, d *run.Deps, e events.StreamCreated, m es.Meta) error {
				if tries.Add(1) < 3 {
					return fmt.Errorf("storing: %w", syscall.ECONNREFUSED)
				}
				_, err := d.Append(ctx, m.Owner, events.StreamRenamed{Stream: e.Stream, Title: "reacted"})
				return err
			}),
		},
	}))
	if _, err := p.Logs.Append(t.Context(), "o1", events.StreamCreated{Stream: "s1", Title: "x"}); err != nil {
		t.Fatal(err)
	}
	next(t, p.Logs, events.Facts, "stream.renamed")
}

// Work is stopped when somebody cancels it, and not begun when it was cancelled before; neither is a
// dead letter.
func TestReactorIsCancelled(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	began, gaveUp := make(chan string, 10), make(chan string, 10)
	testkit.Start(t, p, reacting(run.Reactor{
		Name: "toy-react", Doc: "reacts", Handle: []es.Handler[*run.Deps]{
			es.On(func(ctx context.Context, _ *run.Deps, e events.StreamCreated, _ es.Meta) error {
				began <- e.Stream
				if e.Stream == "quick" {
					return nil
				}
				<-ctx.Done()
				return ctx.Err()
			}),
		},
		GiveUp: func(_ context.Context, _ *run.Deps, e es.Event, reason error) error {
			gaveUp <- e.AggregateID + ": " + reason.Error()
			return nil
		},
	}))
	create := func(stream string) (job string) {
		if _, err := p.Logs.Append(t.Context(), "o1", events.StreamCreated{Stream: stream, Title: "x"}, es.ID("id-"+stream)); err != nil {
			t.Fatal(err)
		}
		return es.JobID("toy-react", "id-"+stream)
	}
	cancel := func(job string) {
		if _, err := p.Logs.Append(t.Context(), "o1", events.JobCancelled{Job: job, Reactor: "toy-react"}); err != nil {
			t.Fatal(err)
		}
	}
	first := create("first")
	<-began
	cancel(create("second")) // it waits behind the first
	cancel(first)
	create("quick")
	for _, want := range []string{"first: somebody has cancelled it", "second: somebody has cancelled it"} {
		if got := <-gaveUp; got != want {
			t.Errorf("gave up %q, want %q", got, want)
		}
	}
	if got := <-began; got != "quick" {
		t.Errorf("%s was begun", got)
	}
	if last, err := p.Logs.Version(t.Context(), events.Dead, "o1", "letter", first); err != nil || last.Seq != 0 {
		t.Errorf("letter at %v, %v", last, err)
	}
}

// A letter is tried again when somebody wants that, with the event's own id and as the wish's effect.
func TestReactorTriesALetterAgain(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	var mended atomic.Bool
	keys := make(chan string, 10)
	testkit.Start(t, p, reacting(run.Reactor{
		Name: "toy-react", Doc: "reacts", Handle: []es.Handler[*run.Deps]{
			es.On(func(ctx context.Context, d *run.Deps, e events.StreamCreated, m es.Meta) error {
				keys <- m.ID
				if !mended.Load() {
					return fault.New(fault.Invalid, "this cannot work yet")
				}
				_, err := d.Append(ctx, m.Owner, events.StreamRenamed{Stream: e.Stream, Title: "reacted"})
				return err
			}),
		},
	}), reacting(run.Reactor{Name: "toy-other", Doc: "has nothing to do with it", Handle: []es.Handler[*run.Deps]{
		es.On(func(context.Context, *run.Deps, events.MarkerAdded, es.Meta) error { return nil }),
	}}))
	if _, err := p.Logs.Append(t.Context(), "o1", events.StreamCreated{Stream: "s1", Title: "x"}); err != nil {
		t.Fatal(err)
	}
	again := func(n int) es.Position {
		var letter events.LetterBuried
		decode(t, letters(t, p.Logs, n)[n-1].Data, &letter)
		at, err := p.Logs.Append(t.Context(), "o1", events.LetterRedriven{Letter: letter.Letter, Reactor: letter.Reactor, Position: letter.Position})
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	again(1) // buried; fails again
	letters(t, p.Logs, 3)
	mended.Store(true)
	wish := again(3)
	end := next(t, p.Logs, events.Facts, "stream.renamed")
	asked, err := p.Logs.Read(t.Context(), wish)
	if err != nil || end.Causation != asked.ID {
		t.Errorf("outcome %+v, want the cause %s, %v", end.Meta, asked.ID, err)
	}
	if first, second, third := <-keys, <-keys, <-keys; first != second || second != third {
		t.Errorf("keys %s, %s, %s", first, second, third)
	}
}

// A reactor that works in order begins no event before the one in front of it has ended, over all
// processes that run it.
func TestReactorInOrder(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	const n = 20
	seen := make(chan uint64, 10*n)
	var running, tries atomic.Int32
	orderly := reacting(run.Reactor{
		Name: "toy-react", Doc: "reacts", InOrder: true, Handle: []es.Handler[*run.Deps]{
			es.On(func(_ context.Context, _ *run.Deps, _ events.StreamCreated, m es.Meta) error {
				if running.Add(1) > 1 {
					t.Error("two events are worked on at once")
				}
				defer running.Add(-1)
				if m.Seq == 3 && tries.Add(1) == 1 {
					return errors.New("try again")
				}
				seen <- m.Seq
				return nil
			}),
		},
	})
	testkit.Start(t, p, orderly)
	testkit.Start(t, p, orderly)
	for i := range n {
		if _, err := p.Logs.Append(t.Context(), "o1", events.StreamCreated{Stream: fmt.Sprint(i), Title: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	for want := range uint64(n) {
		if got := <-seen; got != want+1 {
			t.Fatalf("event %d came in place of %d", got, want+1)
		}
	}
}

// A body that is no JSON is given up at once, and is on its letter as text; work that ends without an
// effect tells its end by its progress.
func TestReactorMeetsStrangeThings(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	testkit.Start(t, p, reacting(run.Reactor{
		Name: "toy-react", Doc: "reacts", Handle: []es.Handler[*run.Deps]{
			es.On(func(context.Context, *run.Deps, events.StreamCreated, es.Meta) error { return nil }),
		},
	}))
	strange := &nats.Msg{Subject: "fact.o1.stream.s1.created", Data: []byte("no JSON")}
	if _, err := p.Logs.NATS().RequestMsgWithContext(t.Context(), strange); err != nil {
		t.Fatal(err)
	}
	var letter events.LetterBuried
	decode(t, letters(t, p.Logs, 1)[0].Data, &letter)
	if string(letter.Body) != `"no JSON"` || letter.Attempts != 1 {
		t.Errorf("letter %+v", letter)
	}
	if _, err := p.Logs.Append(t.Context(), "o1", events.StreamCreated{Stream: "s2", Title: "x"}, es.ID("e2")); err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	err := p.Logs.Tail(t.Context(), events.Ticks, es.TailFrom{}, func(e es.Event) error {
		var tick events.JobProgressed
		decode(t, e.Data, &tick)
		if tick.Done && tick.Job == es.JobID("toy-react", "e2") {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Error(err)
	}
}

// An event that comes again while it is still worked on, as after a machine has slept, is not worked on
// twice at once.
func TestReactorIsAtAnEventOnce(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	began, goOn := make(chan string, 10), make(chan struct{})
	testkit.Start(t, p, reacting(run.Reactor{
		Name: "toy-react", Doc: "reacts", Workers: 2, Handle: []es.Handler[*run.Deps]{
			es.On(func(_ context.Context, _ *run.Deps, e events.StreamCreated, _ es.Meta) error {
				began <- e.Stream
				if e.Stream == "first" {
					<-goOn
				}
				return nil
			}),
		},
	}))
	create := func(stream string) {
		t.Helper()
		if _, err := p.Logs.Append(t.Context(), "o1", events.StreamCreated{Stream: stream, Title: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	create("first")
	<-began
	// What the log does by itself with an event that it has not heard of for long.
	if err := p.Logs.NATS().Publish("$JS.ACK.FACTS.toy-react.1.1.1.0.0", []byte("-NAK")); err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(p.Logs.NATS())
	if err != nil {
		t.Fatal(err)
	}
	for again := 0; again == 0; {
		consumer, err := js.Consumer(t.Context(), "FACTS", "toy-react")
		if err != nil {
			t.Fatal(err)
		}
		again = consumer.CachedInfo().NumRedelivered
	}
	create("second")
	if got := <-began; got != "second" {
		t.Errorf("%s was begun twice", got)
	}
	close(goOn)
}
