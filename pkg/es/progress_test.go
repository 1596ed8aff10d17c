package es_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// ticks are what is told of the work on an event, until ok.
func ticks(t *testing.T, logs *es.Conn, event string, ok func(events.JobProgressed) bool) (told []events.JobProgressed) {
	t.Helper()
	enough := errors.New("enough")
	err := logs.Tail(t.Context(), events.Ticks, es.TailFrom{}, func(e es.Event) error {
		var tick events.JobProgressed
		decode(t, e.Data, &tick)
		if tick.Job == es.JobID("toy-react", event) {
			told = append(told, tick)
			if ok(tick) {
				return enough
			}
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Fatal(err)
	}
	return told
}

// The last lines of a log go with the next progress, each once it is new, and none is lost at the end.
func TestLogGoesWithProgress(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	es.Log(t.Context(), "outside a reactor this does nothing")
	testkit.Start(t, p, reacting(run.Reactor{
		Name: "toy-react", Doc: "reacts", Attempts: 1, Handle: []es.Handler[*run.Deps]{
			es.On(func(ctx context.Context, _ *run.Deps, e events.StreamCreated, _ es.Meta) error {
				es.Log(ctx, "a")
				es.Log(ctx, strings.Repeat("x", 499)+"é")
				es.Progress(ctx, "first", 10, 0, 0)
				es.Progress(ctx, "second", 20, 2, time.Minute)
				for i := range 30 {
					es.Log(ctx, fmt.Sprint(i))
				}
				if e.Title == "bad" {
					return errors.New("it broke")
				}
				return nil
			}),
		},
	}))
	for _, title := range []string{"good", "bad"} {
		if _, err := p.Logs.Append(t.Context(), "o1", events.StreamCreated{Stream: title, Title: title}, es.ID(title)); err != nil {
			t.Fatal(err)
		}
		told := ticks(t, p.Logs, title, func(tick events.JobProgressed) bool { return len(tick.Log) == 20 })
		if len(told) != 4 || told[0].Stage != "start" || len(told[0].Log) != 0 || len(told[2].Log) != 0 {
			t.Fatalf("%s: %+v", title, told)
		}
		if want := []string{"a", strings.Repeat("x", 499)}; !slices.Equal(told[1].Log, want) {
			t.Errorf("%s: the first lines are %q", title, told[1].Log)
		}
		last := told[3]
		if last.Log[0] != "10" || last.Log[19] != "29" {
			t.Errorf("%s: the last lines are %q", title, last.Log)
		}
		if done := title == "good"; last.Done != done || (last.Stage == "done") != done || (last.Percent == 20) == done {
			t.Errorf("%s: it ends with %+v", title, last)
		}
	}
}
