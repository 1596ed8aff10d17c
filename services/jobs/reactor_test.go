package jobs_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/jobs"
)

// moody is a service whose reactor does what f does, once, and tells when it is given up.
func moody(f func(context.Context) error) run.Service {
	return run.Service{Name: "worker", Doc: "works", Reactors: []run.Reactor{{
		Name: "worker-probe", Doc: "looks at it", Attempts: 1,
		Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, e events.ClipRegistered, m es.Meta) error {
			if err := f(ctx); err != nil {
				return err
			}
			_, err := d.Append(ctx, m.Owner, events.ClipProbed{Clip: e.Clip})
			return err
		})},
		GiveUp: func(ctx context.Context, d *run.Deps, e es.Event, reason error) error {
			_, err := d.Append(ctx, e.Owner, events.ClipFailed{Clip: e.AggregateID, Reason: reason.Error()})
			return err
		},
	}}}
}

// start runs the service beside its board, and begins a job.
func start(t *testing.T, work run.Service) (s *testkit.System, job string) {
	t.Helper()
	s = testkit.Start(t, testkit.Platform(t), work, jobs.Service([]run.Service{work}))
	at, err := s.Logs.Append(t.Context(), "ours", events.ClipRegistered{Clip: "c1", Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	cause, err := s.Logs.Read(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	return s, es.JobID("worker-probe", cause.ID)
}

// A reactor that works on a job stops when the job is cancelled, and the job stays cancelled.
func TestCancelStopsTheReactor(t *testing.T) {
	t.Parallel()
	stopped := make(chan struct{})
	s, id := start(t, moody(func(ctx context.Context) error {
		<-ctx.Done()
		close(stopped)
		return ctx.Err()
	}))
	testkit.WaitDocument(t, s, "ours", "jobs", func(b jobs.Board) bool { return only(b, "c1").State == "running" })
	var job jobs.Job
	if _, err := s.Call(t, ours, "POST /api/jobs/{job}/cancel", testkit.Params("job", id), &job); err != nil || job.State != "cancelled" {
		t.Fatalf("%+v, %v", job, err)
	}
	<-stopped
	b := testkit.WaitDocument(t, s, "ours", "jobs", func(b jobs.Board) bool { return only(b, "c1").Stages[0].Reason != "" })
	if p := only(b, "c1"); p.State != "cancelled" || p.Stages[0].Retriable || b.OpenLetters != 0 {
		t.Errorf("%+v, %d letters", p, b.OpenLetters)
	}
}

// What a reactor gave up it tries again when asked to, as often as somebody asks.
func TestReactorTriesAgain(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	s, id := start(t, moody(func(context.Context) error {
		if tries.Add(1) < 3 {
			return errors.New("dial tcp: the other side is down")
		}
		return nil
	}))
	var ended time.Time
	for range 2 {
		b := testkit.WaitDocument(t, s, "ours", "jobs", func(b jobs.Board) bool {
			p := only(b, "c1")
			return p.Stages[0].Retriable && p.FinishedAt.After(ended)
		})
		p := only(b, "c1")
		if p.State != "failed" || p.Stages[0].Reason == "" || b.OpenLetters != 1 || b.Reactors[0].OpenLetters != 1 {
			t.Errorf("given up: %+v, %d letters", p, b.OpenLetters)
		}
		ended = *p.FinishedAt
		if _, err := s.Call(t, ours, "POST /api/jobs/{job}/retry", testkit.Params("job", id), nil); err != nil {
			t.Fatal(err)
		}
	}
	b := testkit.WaitDocument(t, s, "ours", "jobs", func(b jobs.Board) bool { return only(b, "c1").State == "done" })
	if p := only(b, "c1"); p.Stages[0].Done != 1 || p.Stages[0].Reason != "" || b.OpenLetters != 0 || len(b.Items) != 1 {
		t.Errorf("%+v, %d letters, %d pipelines", p, b.OpenLetters, len(b.Items))
	}
	var page api.List[jobs.Letter]
	if _, err := s.Call(t, ours, "GET /api/letters", testkit.Params("state", "done"), &page); err != nil || len(page.Items) != 1 {
		t.Errorf("%+v, %v", page, err)
	}
}

// An event that a projection cannot fold is a letter until somebody asks for another try that succeeds.
func TestProjectionTriesAgain(t *testing.T) {
	t.Parallel()
	var mended atomic.Bool
	tried := make(chan struct{}, 10)
	shelf := run.Service{Name: "shelf", Doc: "keeps titles", Projections: []es.Projection{{
		Name: "shelf_titles", Version: 1, SQL: "create table title (id text primary key)",
		Handle: []es.Handler[*es.Tx]{es.On(func(ctx context.Context, tx *es.Tx, e events.StreamCreated, _ es.Meta) error {
			if !mended.Load() {
				tried <- struct{}{}
				return errors.New("there is no place for it")
			}
			return tx.Queue(ctx, "insert into title values ($1)", e.Stream)
		})},
	}}}
	s := testkit.Start(t, testkit.Platform(t), shelf, jobs.Service(nil))
	at, err := s.Logs.Append(t.Context(), "ours", events.StreamCreated{Stream: "s1", Title: "an evening"})
	if err != nil {
		t.Fatal(err)
	}
	testkit.WaitDocument(t, s, "ours", "jobs", func(b jobs.Board) bool { return b.OpenLetters == 1 })
	letter := func() jobs.Letter {
		t.Helper()
		var page api.List[jobs.Letter]
		if _, err := s.Call(t, ours, "GET /api/letters", testkit.Params("kind", "parked"), &page); err != nil || len(page.Items) != 1 {
			t.Fatalf("%+v, %v", page, err)
		}
		return page.Items[0]
	}
	l := letter()
	if l.State != "open" || l.Source != "shelf_titles" || l.Position != at.String() || !strings.Contains(l.Reason, "no place") {
		t.Errorf("%+v", l)
	}
	for range 3 { // with its batch, alone, and once more by those who fold, before they wait until somebody asks
		<-tried
	}
	mended.Store(true)
	if _, err := s.Call(t, ours, "POST /api/letters/{letter}/redrive", testkit.Params("letter", l.ID), nil); err != nil {
		t.Fatal(err)
	}
	testkit.WaitDocument(t, s, "ours", "jobs", func(b jobs.Board) bool { return b.OpenLetters == 0 })
	if l := letter(); l.State != "done" || l.RedrivenAt == nil {
		t.Errorf("%+v", l)
	}
}
