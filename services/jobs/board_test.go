package jobs_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/jobs"
)

// The document has all that runs, what waits longest and what ended last; it says that there is more.
func TestDocumentIsCut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	tell := func(i int) (es.Event, es.Option) {
		at := es.At(began.Add(time.Duration(i) * time.Second))
		return d.tell(t.Context(), "ours", events.ClipRegistered{Clip: fmt.Sprintf("c%03d", i), Name: "a"}, at), at
	}
	for i := range 55 {
		cause, at := tell(i)
		d.tell(d.acting(cause), "ours", events.ClipProbed{Clip: cause.AggregateID}, at)
	}
	var last es.Event
	for i := range 210 {
		last, _ = tell(300 + i)
	}
	d.tell(d.acting(last), "ours", events.JobProgressed{Job: es.JobID("worker-probe", last.ID), Reactor: "worker-probe", Stage: "look", Attempt: 1})
	b := testkit.WaitDocument(t, d.System, "ours", "jobs", func(b jobs.Board) bool {
		return len(b.Reactors) == 1 && b.Reactors[0].Running == 1 && b.Reactors[0].Waiting == 209
	})
	if !b.Cut || len(b.Items) != 250 {
		t.Fatalf("%d pipelines, cut %v", len(b.Items), b.Cut)
	}
	seen := map[string]string{}
	for i, p := range b.Items {
		seen[p.AggregateID] = p.State
		if i > 0 && p.CreatedAt.After(b.Items[i-1].CreatedAt) {
			t.Errorf("%s is newer than the one before", p.AggregateID)
		}
	}
	for clip, want := range map[string]string{"c004": "", "c005": "done", "c054": "done", "c300": "waiting", "c498": "waiting", "c499": "", "c509": "running"} {
		if seen[clip] != want {
			t.Errorf("%s is %q, want %q", clip, seen[clip], want)
		}
	}
	for _, list := range []string{"GET /api/jobs", "GET /api/pipelines"} {
		all := map[string]bool{}
		for cursor := ""; ; {
			page, err := ask[api.List[struct{ AggregateID string }]](d, ours, list, "limit", "200", "reactor", "worker-probe", "cursor", cursor)
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range page.Items {
				all[item.AggregateID] = true
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(all) != 265 {
			t.Errorf("%s has %d", list, len(all))
		}
	}
}

// Each reactor tells what it has to do, and to the owner only what is theirs.
func TestReactors(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	oldest, _ := d.register("ours", "waits")
	d.register("ours", "waits-too")
	running, id := d.register("ours", "runs")
	d.tell(d.acting(running), "ours", events.JobProgressed{Job: id, Reactor: "worker-probe", Stage: "look", Attempt: 2, Reason: "dial tcp"})
	done, _ := d.register("ours", "done")
	d.tell(d.acting(done), "ours", events.ClipProbed{Clip: "done"})
	given, _ := d.register("ours", "given-up")
	d.bury(given, "it broke")
	d.register("theirs", "theirs")
	d.tell(t.Context(), "ours", events.LetterParked{Letter: "p1", Projection: "worker-probe", Position: "FACTS/1", Name: "clip.registered", Reason: "no"})

	page, err := ask[api.List[jobs.Reactor]](d, ours, "GET /api/reactors")
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	r := page.Items[0]
	if r.Name != "worker-probe" || r.Doc != "looks at it" || r.Service != "worker" || r.Quiet || len(r.Events) != 1 || r.Events[0] != "clip.registered" {
		t.Errorf("declared: %+v", r)
	}
	if r.Waiting != 2 || r.Running != 1 || r.Retrying != 1 || r.OpenLetters != 1 || r.WaitingSince == nil || !r.WaitingSince.Equal(oldest.Time.Truncate(time.Microsecond)) {
		t.Errorf("to do: %+v", r)
	}
	if day := r.LastDay; day == nil || *day != (jobs.LastDay{Done: 1, Failed: 1, Reason: "it broke"}) {
		t.Errorf("last day: %+v", day)
	}
	b := testkit.WaitDocument(t, d.System, "ours", "jobs", func(b jobs.Board) bool {
		return b.OpenLetters == 2 && len(b.Reactors) == 1 && b.Reactors[0].Waiting == 2
	})
	if b.Reactors[0].LastDay != nil || b.Cut {
		t.Errorf("board: %+v", b)
	}
	page, err = ask[api.List[jobs.Reactor]](d, theirs, "GET /api/reactors")
	if r := page.Items[0]; err != nil || r.Waiting != 1 || r.Running != 0 || r.OpenLetters != 0 || r.LastDay.Done != 0 {
		t.Errorf("theirs: %+v, %v", r, err)
	}
}
