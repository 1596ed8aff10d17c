package es_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// letters waits for the next letters of projections, and answers what they tell.
func letters(t *testing.T, logs *es.Conn, n int) []es.Event {
	t.Helper()
	var list []es.Event
	enough := errors.New("enough")
	err := logs.Tail(t.Context(), events.Dead, es.TailFrom{}, func(e es.Event) error {
		if list = append(list, e); len(list) == n {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Fatal(err)
	}
	return list
}

// An event that cannot be folded is set aside with the later ones of its aggregate, everything else
// goes on, and when the fault is gone they are folded in order.
func TestProjectionParks(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	var mended atomic.Bool
	toy := counted(1, titlesSQL)
	toy.Handle = append(toy.Handle, es.On(func(ctx context.Context, tx *es.Tx, e events.StreamRenamed, _ es.Meta) error {
		if e.Title == "poison" && !mended.Load() {
			_, err := tx.Exec(ctx, "select 1/0")
			return err
		}
		return nil
	}))
	s := testkit.Start(t, p, service(toy))
	var last es.Position
	for i := range 30 {
		e := events.StreamRenamed{Stream: fmt.Sprint(i % 3), Title: "fine"}
		if i == 4 {
			e.Title = "poison"
		}
		var err error
		if last, err = p.Logs.Append(t.Context(), "o1", e); err != nil {
			t.Fatal(err)
		}
	}
	list := letters(t, p.Logs, 9) // 4, 7, 10, … of stream 1
	if n := count(t, p, "titles_v1"); n != 21 {
		t.Errorf("%d rows while 9 events are parked", n)
	}
	if e := list[0]; e.Name != "letter.parked" || e.Owner != "o1" {
		t.Errorf("letter %+v", e.Meta)
	}
	mended.Store(true)
	if _, err := p.Logs.Append(t.Context(), "o1", events.LetterRedriven{Letter: list[0].AggregateID}); err != nil {
		t.Fatal(err)
	}
	letters(t, p.Logs, 9+1+9)
	v := testkit.WaitDocument(t, s, "o1", "titles/1", func(v titles) bool { return len(v.Titles) == 10 })
	if v.Titles[1] != "poison" {
		t.Errorf("got %v", v.Titles)
	}
	if n := count(t, p, "titles_v1"); n != 30 {
		t.Errorf("%d rows at %s, want 30", n, last)
	}
}

// What is no JSON is parked; what is no event, and an event that no code knows, is passed over.
func TestProjectionMeetsStrangeThings(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	projector, _ := projecting(t, p, p.Logs, counted(1, titlesSQL))
	nc := p.Logs.NATS()
	for subject, body := range map[string]string{
		"fact.o1.stream.s1.renamed":         "no JSON",
		"fact.nothing":                      "{}",
		"fact.o1.stream.s1.renamed.further": "{}",
		"fact.o1.spaceship.s1.landed":       `{"stream":"s1"}`,
	} {
		if _, err := nc.RequestMsgWithContext(t.Context(), &nats.Msg{Subject: subject, Data: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	at, err := p.Logs.Append(t.Context(), "o1", events.StreamRenamed{Stream: "s2", Title: "fine"})
	if err != nil {
		t.Fatal(err)
	}
	if e := letters(t, p.Logs, 1)[0]; e.Name != "letter.parked" {
		t.Errorf("letter %+v", e.Meta)
	}
	if err := projector.WaitFor(t.Context(), at); err != nil {
		t.Fatal(err)
	}
	if n := count(t, p, "titles_v1"); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}
