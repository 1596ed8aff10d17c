package es_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func renamed(title string) events.Event { return events.StreamRenamed{Stream: "s1", Title: title} }

// An event told twice under the id of its source is on the log once.
func TestAppendTwiceIsOnce(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	first, err := logs.Append(t.Context(), "o1", renamed("a"), es.ID("source-1"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := logs.Append(t.Context(), "o1", renamed("a"), es.ID("source-1"))
	if err != nil || again != first {
		t.Fatalf("again: %v, %v; want %v", again, err, first)
	}
	if last, _ := logs.Last(t.Context(), "FACTS"); last != first.Seq {
		t.Fatalf("the log ends at %d, want %d", last, first.Seq)
	}
}

// Of many writers that decided on the same version one wins, and the others are told where to look.
func TestAppendExpectsTheVersion(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	first, err := logs.Append(t.Context(), "o1", renamed("a"), es.Expect(0))
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	won := make(chan es.Position, 8)
	for range 8 {
		group.Go(func() {
			p, err := logs.Append(t.Context(), "o1", renamed("b"), es.Expect(first.Seq))
			var conflict *es.ConflictError
			switch {
			case err == nil:
				won <- p
			case !errors.As(err, &conflict):
				t.Error(err)
			case conflict.Last.Seq <= first.Seq:
				t.Errorf("conflict names %v", conflict.Last)
			}
		})
	}
	group.Wait()
	if len(won) != 1 {
		t.Fatalf("%d writers won, want 1", len(won))
	}
	// Another aggregate is another version.
	if _, err := logs.Append(t.Context(), "o1", events.StreamRenamed{Stream: "s2", Title: "c"}, es.Expect(0)); err != nil {
		t.Fatal(err)
	}
}

// A guarded event whose acknowledgement was lost is found again instead of being called a conflict.
func TestAppendAfterALostAcknowledgement(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	first, err := logs.Append(t.Context(), "o1", renamed("a"), es.Expect(0), es.ID("e1"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := logs.Append(t.Context(), "o1", renamed("a"), es.Expect(0), es.ID("e1"))
	if err != nil || again != first {
		t.Fatalf("again: %v, %v; want %v", again, err, first)
	}
}

// What is appended because of an event names it, and has the same id when it is told again.
func TestAppendBecause(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	p, err := logs.Append(es.As(t.Context(), "account-1"), "o1", renamed("a"))
	if err != nil {
		t.Fatal(err)
	}
	cause, err := logs.Read(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if cause.Owner != "o1" || cause.Actor != "account-1" || cause.Name != "stream.renamed" || cause.Correlation != cause.ID {
		t.Fatalf("cause: %+v", cause.Meta)
	}
	tell := func(ctx context.Context) []es.Position {
		ctx = es.As(es.Because(ctx, cause.Meta), "reactor:r")
		var at []es.Position
		for _, title := range []string{"x", "y"} {
			p, err := logs.Append(ctx, "o1", renamed(title))
			if err != nil {
				t.Fatal(err)
			}
			at = append(at, p)
		}
		return at
	}
	first, again := tell(t.Context()), tell(t.Context())
	if first[0] != again[0] || first[1] != again[1] || first[0] == first[1] {
		t.Fatalf("first %v, again %v", first, again)
	}
	effect, err := logs.Read(t.Context(), first[1])
	if err != nil || effect.Causation != cause.ID || effect.Correlation != cause.Correlation {
		t.Fatalf("effect: %+v, %v", effect.Meta, err)
	}
}

// Ids that would change the meaning of a subject are refused.
func TestAppendRefusesWildcards(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	for _, id := range []string{"", "a.b", "*", ">", "a b", strings.Repeat("a", 5000)} {
		if _, err := logs.Append(t.Context(), "o1", events.StreamRenamed{Stream: id}); err == nil {
			t.Errorf("the id %q was taken", id)
		}
	}
	if last, _ := logs.Last(t.Context(), "FACTS"); last != 0 {
		t.Errorf("the log has %d events", last)
	}
}

// An id that no server would take is nobody's, and the connection lives on.
func TestImpossibleIDs(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	for _, id := range []string{strings.Repeat("a", 5000), "a b", "a..b", ""} {
		_, err := logs.Version(t.Context(), events.Facts, "o1", "stream", id)
		testkit.WantFault(t, err, fault.NotFound)
		_, err = logs.Document(t.Context(), "o1", "stream/"+id)
		testkit.WantFault(t, err, fault.NotFound)
	}
	if _, err := logs.Append(t.Context(), "o1", renamed("still there")); err != nil {
		t.Fatal(err)
	}
}
