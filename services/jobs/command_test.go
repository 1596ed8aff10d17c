package jobs_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/jobs"
)

var ours, theirs = testkit.Owner("ours"), testkit.Owner("theirs")

// desk is the board of a reactor that does not run: the test says on the logs what it does.
type desk struct {
	*testkit.System
	t *testing.T
	// told is where the newest event is that the test has put on each log.
	told map[string]es.Position
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	return newBoard(t, worker(nil))
}

// newBoard is the board of a service that does not run.
func newBoard(t *testing.T, work run.Service) *desk {
	t.Helper()
	return &desk{System: testkit.Start(t, testkit.Platform(t), jobs.Service([]run.Service{work})), t: t, told: map[string]es.Position{}}
}

// tell puts an event on its log.
func (d *desk) tell(ctx context.Context, owner string, e events.Event, opts ...es.Option) es.Event {
	d.t.Helper()
	at, err := d.Logs.Append(ctx, owner, e, opts...)
	if err != nil {
		d.t.Fatal(err)
	}
	written, err := d.Logs.Read(d.t.Context(), at)
	if err != nil {
		d.t.Fatal(err)
	}
	d.told[at.Log] = at
	return written
}

// acting is a context in which the reactor works on an event.
func (d *desk) acting(cause es.Event) context.Context {
	return es.As(es.Because(d.t.Context(), cause.Meta), "reactor:worker-probe")
}

// register begins a job, and answers its cause and its id.
func (d *desk) register(owner, clip string) (cause es.Event, job string) {
	d.t.Helper()
	cause = d.tell(d.t.Context(), owner, events.ClipRegistered{Clip: clip, Name: clip + ".mkv"})
	return cause, es.JobID("worker-probe", cause.ID)
}

// bury gives a job up.
func (d *desk) bury(cause es.Event, reason string) {
	d.t.Helper()
	d.buryAgain(cause, cause, reason)
}

// buryAgain gives a job up that was tried again because of a wish.
func (d *desk) buryAgain(cause, wish es.Event, reason string) {
	d.t.Helper()
	d.tell(d.acting(wish), cause.Owner, events.LetterBuried{
		Letter: es.JobID("worker-probe", cause.ID), Reactor: "worker-probe", Position: cause.Position.String(),
		Name: cause.Name, Attempts: 5, Reason: reason, Body: cause.Data,
	})
}

// retry lets a job be tried again, and answers the wish on the log.
func (d *desk) retry(job string) es.Event {
	d.t.Helper()
	d.settle()
	at, err := d.Call(d.t, ours, "POST /api/jobs/{job}/retry", testkit.Params("job", job), nil)
	if err != nil {
		d.t.Fatal(err)
	}
	wish, err := d.Logs.Read(d.t.Context(), at)
	if err != nil {
		d.t.Fatal(err)
	}
	return wish
}

// settle waits until the board knows what the test has told.
func (d *desk) settle() {
	d.t.Helper()
	for _, at := range d.told {
		if _, err := d.Call(d.t, ours, "GET /api/jobs", testkit.Params("limit", "1"), nil, at); err != nil {
			d.t.Fatal(err)
		}
	}
}

// ask calls an endpoint when the board knows what the test has told.
func ask[T any](d *desk, who api.Caller, endpoint string, params ...string) (T, error) {
	d.t.Helper()
	d.settle()
	var out T
	_, err := d.Call(d.t, who, endpoint, testkit.Params(params...), &out)
	return out, err
}

func (d *desk) list(who api.Caller, params ...string) []jobs.Job {
	d.t.Helper()
	page, err := ask[api.List[jobs.Job]](d, who, "GET /api/jobs", params...)
	if err != nil {
		d.t.Fatal(err)
	}
	return page.Items
}

// A job that waits is cancelled once; afterwards, and for others, there is nothing to cancel.
func TestCancel(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, id := d.register("ours", "c1")
	_, err := ask[jobs.Job](d, theirs, "POST /api/jobs/{job}/cancel", "job", id)
	testkit.WantFault(t, err, fault.NotFound)
	for _, missing := range []string{"nope", "a.b", "*"} {
		_, err = ask[jobs.Job](d, ours, "POST /api/jobs/{job}/cancel", "job", missing)
		testkit.WantFault(t, err, fault.NotFound)
	}
	viewer := api.Caller{Account: "v", Owner: "ours", Role: api.Viewer}
	_, err = ask[jobs.Job](d, viewer, "POST /api/jobs/{job}/cancel", "job", id)
	testkit.WantFault(t, err, fault.Forbidden)
	job, err := ask[jobs.Job](d, ours, "POST /api/jobs/{job}/cancel", "job", id)
	if err != nil || job.State != "cancelled" || job.FinishedAt == nil {
		t.Fatalf("%+v, %v", job, err)
	}
	_, err = ask[jobs.Job](d, ours, "POST /api/jobs/{job}/cancel", "job", id)
	testkit.WantFault(t, err, fault.Conflict)
	_, err = ask[jobs.Job](d, ours, "POST /api/jobs/{job}/retry", "job", id)
	testkit.WantFault(t, err, fault.Conflict)
	if last, err := d.Logs.Version(t.Context(), events.Facts, "ours", "job", id); err != nil || last.Seq != 2 {
		t.Errorf("the log ends with %v, %v: it was cancelled more than once", last, err)
	}
}

// What a reactor does because it was cancelled does not make a failure of it; what it had done
// already is done.
func TestEndOfCancelledJob(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for clip, end := range map[string]events.Event{
		"done":      events.ClipProbed{Clip: "done"},
		"cancelled": events.ClipFailed{Clip: "cancelled", Reason: "it was cancelled"},
	} {
		cause, id := d.register("ours", clip)
		if _, err := ask[jobs.Job](d, ours, "POST /api/jobs/{job}/cancel", "job", id); err != nil {
			t.Fatal(err)
		}
		d.tell(d.acting(cause), "ours", end)
		if list := d.list(ours, "state", clip); len(list) != 1 || list[0].AggregateID != clip {
			t.Errorf("%s: %+v", clip, list)
		}
	}
}

// Whoever cancels a job while it ends is told which of the two was first, and the board says the same.
func TestCancelWhileItEnds(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range 20 {
		cause, id := d.register("ours", fmt.Sprintf("c%d", i))
		var group sync.WaitGroup
		ctx := d.acting(cause)
		d.settle()
		group.Go(func() {
			if _, err := d.Logs.Append(ctx, "ours", events.ClipProbed{Clip: cause.AggregateID}); err != nil {
				t.Error(err)
			}
		})
		var failed error
		group.Go(func() { _, failed = d.Call(t, ours, "POST /api/jobs/{job}/cancel", testkit.Params("job", id), nil) })
		group.Wait()
		if failed != nil && !fault.Is(failed, fault.Conflict) {
			t.Error(failed)
		}
		last, err := d.Logs.Last(t.Context(), "FACTS")
		if err != nil {
			t.Fatal(err)
		}
		d.told["FACTS"] = es.Position{Log: "FACTS", Seq: last}
		if job := d.list(ours, "limit", "1")[0]; job.ID != id || job.State != "done" || job.Outcome != "clip.probed" {
			t.Errorf("work that was done is %+v", job)
		}
	}
}

// A job that was given up waits again when it is retried, with its attempts and its reason; it may
// then be done, or be given up once more.
func TestRetry(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cause, id := d.register("ours", "c1")
	_, err := ask[jobs.Job](d, ours, "POST /api/jobs/{job}/retry", "job", id)
	testkit.WantFault(t, err, fault.Conflict)
	working := d.acting(cause)
	d.tell(working, "ours", events.JobProgressed{Job: id, Reactor: "worker-probe", Stage: "look", Attempt: 5, Reason: "dial tcp"})
	d.tell(working, "ours", events.ClipFailed{Clip: "c1", Reason: "the store is away"})
	d.bury(cause, "dial tcp: refused")
	if j := d.list(ours)[0]; j.State != "failed" || !j.Retriable || j.Reason != "the store is away" || j.Attempt != 5 || j.FinishedAt == nil {
		t.Errorf("given up: %+v", j)
	}
	_, err = ask[jobs.Job](d, theirs, "POST /api/jobs/{job}/retry", "job", id)
	testkit.WantFault(t, err, fault.NotFound)
	_, err = ask[jobs.Job](d, ours, "POST /api/jobs/{job}/cancel", "job", id)
	testkit.WantFault(t, err, fault.Conflict)
	wish := d.retry(id)
	if j := d.list(ours)[0]; j.State != "waiting" || j.Retriable || j.Attempt != 5 || j.Reason != "the store is away" || j.FinishedAt != nil {
		t.Errorf("retried: %+v", j)
	}
	if wish.Causation != cause.ID || wish.Actor != "ours" {
		t.Errorf("the wish follows from %q, by %q", wish.Causation, wish.Actor)
	}
	_, err = ask[jobs.Job](d, ours, "POST /api/jobs/{job}/retry", "job", id)
	testkit.WantFault(t, err, fault.Conflict)
	d.tell(working, "ours", events.JobProgressed{Job: id, Reactor: "worker-probe", Stage: "look", Attempt: 1})
	if j := d.list(ours)[0]; j.State != "running" || j.Attempt != 1 {
		t.Errorf("running again: %+v", j)
	}
	d.buryAgain(cause, wish, "dial tcp: timeout")
	if j := d.list(ours)[0]; j.State != "failed" || !j.Retriable {
		t.Errorf("given up again: %+v", j)
	}
	d.tell(d.acting(d.retry(id)), "ours", events.ClipProbed{Clip: "c1"})
	if j := d.list(ours)[0]; j.State != "done" || j.Reason != "" || j.Outcome != "clip.probed" || j.FinishedAt == nil {
		t.Errorf("done in the end: %+v", j)
	}
	if l, err := ask[jobs.LetterDetail](d, ours, "GET /api/letters/{letter}", "letter", id); err != nil || l.State != "done" {
		t.Errorf("its letter: %+v, %v", l, err)
	}
}

// Work that a reactor refused for good is not tried again, and the refusal says what to do.
func TestRetryOfWhatWasRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cause, id := d.register("ours", "c1")
	d.tell(d.acting(cause), "ours", events.ClipRefused{Clip: "c1", Reason: "it is a text"})
	if j := d.list(ours)[0]; j.State != "failed" || j.Retriable || j.Outcome != "clip.refused" {
		t.Errorf("refused: %+v", j)
	}
	_, err := ask[jobs.Job](d, ours, "POST /api/jobs/{job}/retry", "job", id)
	testkit.WantFault(t, err, fault.Conflict)
	if !strings.Contains(err.Error(), "mend") {
		t.Errorf("it does not say what to do: %v", err)
	}
}

// Of many who ask for another try at the same moment, one is heard.
func TestRetryAtTheSameMoment(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cause, id := d.register("ours", "c1")
	d.bury(cause, "it broke")
	before := d.told["DEAD"]
	d.settle()
	errs := make([]error, 8)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { _, errs[i] = d.Call(t, ours, "POST /api/jobs/{job}/retry", testkit.Params("job", id), nil) })
	}
	group.Wait()
	heard := 0
	for _, err := range errs {
		if err == nil {
			heard++
		} else if !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	}
	if last, err := d.Logs.Last(t.Context(), "DEAD"); err != nil || last != before.Seq+1 || heard != 1 {
		t.Errorf("%d were heard, and DEAD ends with %d, %v; want one more than %s", heard, last, err, before)
	}
}
