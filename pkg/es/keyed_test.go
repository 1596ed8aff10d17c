package es_test

import (
	"context"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// A command that is told again with its key makes the same ids, and its events are on the log once.
func TestKeyedCommandIsOnTheLogOnce(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	command := func(ctx context.Context) (id string, at []es.Position) {
		t.Helper()
		id = es.IDFrom(ctx)
		for _, e := range []events.Event{
			events.StreamCreated{Stream: id, Title: "one"}, events.StreamRenamed{Stream: id, Title: "two"}, events.StreamRenamed{Stream: id, Title: "three"},
		} {
			p, err := logs.Append(ctx, "ours", e)
			if err != nil {
				t.Fatal(err)
			}
			at = append(at, p)
		}
		return id, at
	}
	id, first := command(es.Keyed(t.Context(), "k1", false))
	again, second := command(es.Keyed(t.Context(), "k1", false))
	if again != id || first[0] == first[1] || first[1] == first[2] {
		t.Errorf("first %s at %v, again %s at %v", id, first, again, second)
	}
	for i := range first {
		if first[i] != second[i] {
			t.Errorf("event %d is at %s, and again at %s", i, first[i], second[i])
		}
	}
	for name, ctx := range map[string]context.Context{"another key": es.Keyed(t.Context(), "k2", false), "no key": t.Context()} {
		if other, at := command(ctx); other == id || at[0].Seq <= first[2].Seq {
			t.Errorf("%s: %s at %v", name, other, at)
		}
	}
	ctx := es.Keyed(t.Context(), "k3", false)
	if one, other := es.IDFrom(ctx), es.IDFrom(ctx); one == other {
		t.Error("two things have one id")
	}
	together := es.Draft{Owner: "ours", Event: events.StreamRenamed{Stream: "s1", Title: "x"}}
	if at, err := logs.AppendAll(ctx, together, together); err != nil || at[0] == at[1] {
		t.Errorf("two events together are at %v: %v", at, err)
	}
}

// A guarded event that was appended before is found, also when the log does not remember its id any
// more; one that was refused may be appended later under the same id.
func TestKeyedCommandThatIsGuarded(t *testing.T) {
	t.Parallel()
	logs := testkit.Platform(t).Logs
	create := func(key string, expect uint64) (es.Position, error) {
		return logs.Append(es.Keyed(t.Context(), key, false), "ours", events.StreamCreated{Stream: "s1"}, es.Expect(expect))
	}
	first, err := create("k1", 0)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := create("k1", 0); err != nil || again != first {
		t.Errorf("again at %v: %v", again, err)
	}
	ctx := es.Keyed(t.Context(), "k2", false)
	if _, err := logs.Append(ctx, "ours", events.StreamRenamed{Stream: "s1", Title: "x"}, es.Expect(0)); err == nil {
		t.Error("the guard let it pass")
	}
	if p, err := logs.Append(ctx, "ours", events.StreamRenamed{Stream: "s1", Title: "x"}, es.Expect(first.Seq)); err != nil || p.Seq <= first.Seq {
		t.Errorf("decided anew: %v, %v", p, err)
	}
}
