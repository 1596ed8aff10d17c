package jobs_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/jobs"
)

// Each log is read by itself, so the board has to say the same whichever is ahead: as it is told, or
// one log after the other in any order.
func TestLogsInAnyOrder(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	type work struct {
		cause, wish es.Event // which the work follows from
		id          string
	}
	tick := func(w *work) {
		d.tell(d.acting(w.wish), "ours", events.JobProgressed{Job: w.id, Reactor: "worker-probe", Stage: "look", Percent: 5, Attempt: 1})
	}
	fail := func(w *work) {
		d.tell(d.acting(w.wish), "ours", events.ClipFailed{Clip: w.cause.AggregateID, Reason: "it broke"})
	}
	bury := func(w *work) { d.buryAgain(w.cause, w.wish, "dial tcp") }
	retry := func(w *work) { w.wish = d.retry(w.id) }
	cancel := func(w *work) {
		if _, err := ask[jobs.Job](d, ours, "POST /api/jobs/{job}/cancel", "job", w.id); err != nil {
			t.Fatal(err)
		}
	}
	finish := func(w *work) {
		d.tell(d.acting(w.wish), "ours", events.ClipProbed{Clip: w.cause.AggregateID})
	}
	for number, c := range []struct {
		state string
		life  []func(*work)
	}{
		{"waiting", nil},
		{"running", []func(*work){tick}},
		{"done", []func(*work){tick, finish}},
		{"failed", []func(*work){tick, fail}},
		{"failed", []func(*work){tick, bury}},
		{"failed", []func(*work){tick, fail, bury}},
		{"waiting", []func(*work){tick, fail, bury, retry}},
		{"running", []func(*work){tick, fail, bury, retry, tick}},
		{"failed", []func(*work){tick, fail, bury, retry, tick, fail}},
		{"failed", []func(*work){tick, fail, bury, retry, tick, fail, bury}},
		{"done", []func(*work){tick, fail, bury, retry, tick, fail, bury, retry, finish}},
		{"cancelled", []func(*work){tick, cancel, fail}},
		{"done", []func(*work){tick, cancel, finish}},
		{"cancelled", []func(*work){tick, fail, bury, retry, tick, cancel}},
		{"running", []func(*work){cancel, bury, retry, tick}},
	} {
		clip := fmt.Sprintf("c%02d", number)
		cause, id := d.register("ours", clip)
		w := &work{cause: cause, wish: cause, id: id}
		for _, step := range c.life {
			step(w)
		}
		if got := d.list(ours, "limit", "1")[0]; got.AggregateID != clip || got.State != c.state {
			t.Errorf("%s: %+v; want it %s", clip, got, c.state)
		}
	}
	board, err := ask[jobs.Board](d, ours, "GET /api/jobs/board")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Items {
		if j := d.list(ours, "aggregateId", p.AggregateID)[0]; p.State != j.State || p.Stages[0].Job != j.ID || p.Stages[0].Total != 1 || p.Stages[0].Retriable != j.Retriable {
			t.Errorf("%+v comes to %+v", j, p)
		}
	}
	d.wantSameInAnyOrder(worker(nil))
}

// wantSameInAnyOrder reads the logs anew, one after the other, each of them first once.
func (d *desk) wantSameInAnyOrder(work run.Service) {
	d.t.Helper()
	want, err := ask[any](d, ours, "GET /api/jobs/board")
	if err != nil {
		d.t.Fatal(err)
	}
	pool, err := pgxpool.New(d.t.Context(), d.DatabaseURL)
	if err != nil {
		d.t.Fatal(err)
	}
	defer pool.Close()
	now := d.tell(d.t.Context(), "nobody", events.StreamRenamed{Stream: "s1"})
	projection := jobs.Service([]run.Service{work}).Projections[0]
	for range projection.Handle {
		projection.Handle = slices.Concat(projection.Handle[1:], projection.Handle[:1])
		past, err := d.Logs.StateAt(d.t.Context(), pool, projection, "ours", "jobs", es.Moment{Time: now.Stored})
		if err != nil {
			d.t.Fatal(err)
		}
		var shown any
		if err := json.Unmarshal(past.Value, &shown); err != nil {
			d.t.Fatal(err)
		}
		got, _ := json.Marshal(shown.(map[string]any)["items"])
		if same, _ := json.Marshal(want.(map[string]any)["items"]); string(got) != string(same) {
			d.t.Errorf("with %s first:\n%s\ninstead of\n%s", projection.Handle[0].Log, got, same)
		}
	}
}
