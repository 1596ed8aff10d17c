package jobs_test

import (
	"context"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/jobs"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// worker is a service whose reactor does what the clip's name tells it.
func worker(goOn <-chan struct{}) run.Service {
	return run.Service{Name: "worker", Doc: "works", Reactors: []run.Reactor{{
		Name: "worker-probe", Doc: "looks at it", Handle: []es.Handler[*run.Deps]{
			es.On(func(ctx context.Context, d *run.Deps, e events.ClipRegistered, m es.Meta) error {
				es.Progress(ctx, "halfway", 50, 2, 0)
				select {
				case <-goOn:
				case <-ctx.Done():
					return ctx.Err()
				}
				if e.Name == "bad" {
					_, err := d.Append(ctx, m.Owner, events.ClipRefused{Clip: e.Clip, Reason: "it is bad"})
					return err
				}
				_, err := d.Append(ctx, m.Owner, events.ClipProbed{Clip: e.Clip})
				return err
			}),
		},
	}}}
}

// only is the pipeline of a thing; an empty one with an empty stage when there is none.
func only(b jobs.Board, id string) jobs.Pipeline {
	for _, p := range b.Items {
		if p.AggregateID == id {
			return p
		}
	}
	return jobs.Pipeline{Stages: make([]jobs.Stage, 1)}
}

// A job waits, runs with its progress, and ends with its outcome.
func TestJobFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	goOn := make(chan struct{})
	work := worker(goOn)
	s := testkit.Start(t, p, work, jobs.Service([]run.Service{work}))
	tell := func(clip, name string) es.Position {
		t.Helper()
		at, err := p.Logs.Append(t.Context(), "ours", events.ClipRegistered{Clip: clip, Name: name})
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	cause := tell("c1", "good")
	tell("c2", "bad")
	board := testkit.WaitDocument(t, s, "ours", "jobs", func(b jobs.Board) bool {
		return only(b, "c1").Stages[0].Stage == "halfway" && only(b, "c2").State == "waiting"
	})
	job := func(clip string) jobs.Job {
		t.Helper()
		var page api.List[jobs.Job]
		if _, err := s.Call(t, ours, "GET /api/jobs", testkit.Params("aggregate", "clip", "aggregateId", clip), &page); err != nil || len(page.Items) != 1 {
			t.Fatalf("jobs of %s: %+v, %v", clip, page, err)
		}
		return page.Items[0]
	}
	if p := only(board, "c1"); p.State != "running" || p.Label != "good" || p.Aggregate != "clip" || p.FinishedAt != nil ||
		p.Stages[0] != (jobs.Stage{Reactor: "worker-probe", Doc: "looks at it", Running: 1, Total: 1, Percent: 50, Speed: 2, Job: job("c1").ID, Stage: "halfway", Attempt: 1}) {
		t.Errorf("pipeline: %+v", p)
	}
	j := job("c1")
	if j.State != "running" || j.Percent != 50 || j.Speed != 2 || j.Attempt != 1 || j.Label != "good" || j.Cause != cause.String() ||
		j.Doc != "looks at it" || j.StartedAt == nil || j.FinishedAt != nil {
		t.Errorf("running: %+v", j)
	}
	close(goOn)
	board = testkit.WaitDocument(t, s, "ours", "jobs", func(b jobs.Board) bool {
		return only(b, "c1").State == "done" && only(b, "c2").State == "failed"
	})
	if p := only(board, "c2"); p.FinishedAt == nil || p.Stages[0].Failed != 1 || p.Stages[0].Reason != "it is bad" {
		t.Errorf("pipeline: %+v", p)
	}
	if j := job("c1"); j.Outcome != "clip.probed" || j.FinishedAt == nil || j.Percent != 100 {
		t.Errorf("done: %+v", j)
	}
	if j := job("c2"); j.Outcome != "clip.refused" || j.Reason != "it is bad" {
		t.Errorf("failed: %+v", j)
	}
	var page api.List[jobs.Job]
	if _, err := s.Call(t, testkit.Owner("ours"), "GET /api/jobs", testkit.Params("state", "failed"), &page); err != nil || len(page.Items) != 1 {
		t.Errorf("failed jobs: %+v, %v", page, err)
	}
	if _, err := s.Call(t, testkit.Owner("theirs"), "GET /api/jobs", testkit.Params(), &page); err != nil || len(page.Items) != 0 {
		t.Errorf("somebody else's jobs: %+v, %v", page, err)
	}
	_, err := s.Call(t, testkit.Owner("ours"), "GET /api/jobs", testkit.Params("state", "lost"), nil)
	testkit.WantFault(t, err, fault.Invalid)
}
