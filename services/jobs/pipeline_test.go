package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/jobs"
)

var began = time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC)

// mill is a service whose reactors do not run: one looks at a clip, one encodes its parts.
func mill() run.Service {
	return run.Service{Name: "mill", Doc: "mills", Reactors: []run.Reactor{
		{Name: "mill-look", Doc: "looks at it", Handle: []es.Handler[*run.Deps]{
			es.On(func(context.Context, *run.Deps, events.ClipRegistered, es.Meta) error { return nil }),
			es.On(func(context.Context, *run.Deps, events.ClipRetried, es.Meta) error { return nil }),
		}},
		{Name: "mill-encode", Doc: "encodes a part of it", Handle: []es.Handler[*run.Deps]{
			es.On(func(context.Context, *run.Deps, events.ClipPartReleased, es.Meta) error { return nil }),
		}},
	}}
}

// newMill is the board of a mill that does not run.
func newMill(t *testing.T) *desk {
	t.Helper()
	return newBoard(t, mill())
}

// by is a context in which a reactor works on an event.
func (d *desk) by(reactor string, cause es.Event) context.Context {
	return es.As(es.Because(d.t.Context(), cause.Meta), "reactor:"+reactor)
}

func (d *desk) pipeline(clip string) jobs.Pipeline {
	d.t.Helper()
	page, err := ask[api.List[jobs.Pipeline]](d, ours, "GET /api/pipelines", "aggregate", "clip", "aggregateId", clip)
	if err != nil || len(page.Items) != 1 {
		d.t.Fatalf("%+v, %v", page, err)
	}
	return page.Items[0]
}

// The jobs of one clip are one pipeline with a stage for each reactor, however many parts there are.
func TestJobsOfOneClipAreOnePipeline(t *testing.T) {
	t.Parallel()
	d := newMill(t)
	registered := d.tell(t.Context(), "ours", events.ClipRegistered{Clip: "c1", Name: "a.mkv"}, es.At(began))
	d.tell(d.by("mill-look", registered), "ours", events.ClipProbed{Clip: "c1"})
	if p := d.pipeline("c1"); p.State != "done" || p.FinishedAt == nil || len(p.Stages) != 1 || p.Stages[0].Percent != 100 {
		t.Errorf("looked at: %+v", p)
	}
	var parts []es.Event
	for i := range 8 {
		parts = append(parts, d.tell(t.Context(), "ours", events.ClipPartReleased{Clip: "c1", Part: i, Name: fmt.Sprintf("a.mkv, part %d", i+1)}))
	}
	progress := func(part int, percent, speed, remaining float64) {
		d.tell(d.by("mill-encode", parts[part]), "ours", events.JobProgressed{
			Job: es.JobID("mill-encode", parts[part].ID), Reactor: "mill-encode", Stage: "encode", Percent: percent, Speed: speed, Remaining: remaining, Attempt: 1,
		})
	}
	for i := range 4 {
		progress(i, 10, 1, 10)
	}
	d.tell(d.by("mill-encode", parts[0]), "ours", events.ClipPartPackaged{Clip: "c1"})
	d.tell(d.by("mill-encode", parts[1]), "ours", events.ClipFailed{Clip: "c1", Reason: "it broke"})
	progress(2, 40, 2, 30)
	progress(3, 50, 3, 20)
	p := d.pipeline("c1")
	encode := jobs.Stage{
		Reactor: "mill-encode", Doc: "encodes a part of it", Waiting: 4, Running: 2, Done: 1, Failed: 1, Total: 8,
		Percent: (100 + 10 + 40 + 50) / 8.0, Speed: 5, Remaining: 30, Job: es.JobID("mill-encode", parts[3].ID), Stage: "encode", Attempt: 1,
	}
	if p.State != "running" || p.Label != "a.mkv" || !p.CreatedAt.Equal(began) || p.FinishedAt != nil || len(p.Stages) != 2 || p.Stages[0].Reactor != "mill-look" || p.Stages[1] != encode {
		t.Errorf("encoded: %+v, want %+v", p, encode)
	}
	if b := testkit.WaitDocument(t, d.System, "ours", "jobs", func(b jobs.Board) bool { return only(b, "c1").State == "running" }); len(b.Items) != 1 {
		t.Errorf("the document has %d pipelines", len(b.Items))
	}
	for _, part := range parts[2:] {
		d.tell(d.by("mill-encode", part), "ours", events.ClipPartPackaged{Clip: "c1"})
	}
	if p := d.pipeline("c1"); p.State != "failed" || p.FinishedAt == nil || p.Stages[1].Reason != "it broke" || p.Stages[1].Job != es.JobID("mill-encode", parts[1].ID) {
		t.Errorf("failed: %+v", p)
	}
	// What is begun anew takes the place of what has failed, and of what was done before.
	again := d.tell(t.Context(), "ours", events.ClipRetried{Clip: "c1", Name: "a.mkv"})
	if p := d.pipeline("c1"); p.State != "waiting" || p.Stages[0].Total != 1 || p.Stages[0].Waiting != 1 {
		t.Errorf("begun anew: %+v", p)
	}
	d.tell(d.by("mill-look", again), "ours", events.ClipProbed{Clip: "c1"})
	part := d.tell(t.Context(), "ours", events.ClipPartReleased{Clip: "c1", Part: 1, Name: "a.mkv, part 2"})
	d.tell(d.by("mill-encode", part), "ours", events.ClipPartPackaged{Clip: "c1"})
	if p := d.pipeline("c1"); p.State != "done" || p.Label != "a.mkv" || p.Stages[1].Done != 8 || p.Stages[1].Total != 8 || p.Stages[1].Reason != "" {
		t.Errorf("done in the end: %+v", p)
	}
	if list := d.list(ours, "aggregateId", "c1"); len(list) != 11 {
		t.Errorf("the list has %d jobs", len(list))
	}
	// Of things that have no name of their own all count while they wait.
	for range 3 {
		d.tell(t.Context(), "ours", events.ClipPartReleased{Clip: "c2"})
	}
	if p := d.pipeline("c2"); p.Stages[0].Waiting != 3 || p.Stages[0].Total != 3 {
		t.Errorf("without a name: %+v", p)
	}
}

// Both lists honour every filter and both directions, page by page.
func TestListsOfWork(t *testing.T) {
	t.Parallel()
	d := newMill(t)
	for i := range 6 {
		clip := fmt.Sprintf("c%d", i)
		cause := d.tell(t.Context(), "ours", events.ClipRegistered{Clip: clip}, es.At(began.Add(time.Duration(i)*time.Minute)))
		if i%2 == 0 {
			d.tell(d.by("mill-look", cause), "ours", events.ClipProbed{Clip: clip})
		}
		if i%3 == 0 {
			part := d.tell(t.Context(), "ours", events.ClipPartReleased{Clip: clip, Name: "x"}, es.At(began.Add(time.Duration(i)*time.Minute+time.Second)))
			d.tell(d.by("mill-encode", part), "ours", events.ClipFailed{Clip: clip, Reason: "it broke"})
		}
	}
	for query, want := range map[string][2]string{
		"":                               {"5 4 3 3 2 1 0 0", "5 4 3 2 1 0"},
		"sort=oldest":                    {"0 0 1 2 3 3 4 5", "0 1 2 3 4 5"},
		"state=done":                     {"4 2 0", "4 2"},
		"state=failed":                   {"3 0", "0"},
		"state=waiting sort=oldest":      {"1 3 5", "1 3 5"},
		"reactor=mill-encode":            {"3 0", "3 0"},
		"aggregate=clip aggregateId=c3":  {"3 3", "3"},
		"aggregate=stream":               {"", ""},
		"aggregateId=c3 state=waiting":   {"3", "3"},
		"reactor=mill-encode state=done": {"", ""},
	} {
		var params []string
		for _, pair := range strings.Fields(query) {
			name, value, _ := strings.Cut(pair, "=")
			params = append(params, name, value)
		}
		for i, endpoint := range []string{"GET /api/jobs", "GET /api/pipelines"} {
			for size := 1; size <= 3; size++ {
				var got []string
				for cursor := ""; ; {
					page, err := ask[api.List[struct{ AggregateID string }]](d, ours, endpoint, append(params, "limit", fmt.Sprint(size), "cursor", cursor)...)
					if err != nil {
						t.Fatal(err)
					}
					for _, item := range page.Items {
						got = append(got, item.AggregateID[1:])
					}
					if cursor = page.Next; cursor == "" {
						break
					}
				}
				if got := strings.Join(got, " "); got != want[i] {
					t.Errorf("%s?%s by %d: %s, want %s", endpoint, query, size, got, want[i])
				}
			}
		}
	}
	for _, endpoint := range []string{"GET /api/jobs", "GET /api/pipelines"} {
		for _, params := range [][]string{{"state", "lost"}, {"sort", "best"}, {"cursor", "x"}} {
			_, err := ask[any](d, ours, endpoint, params...)
			testkit.WantFault(t, err, fault.Invalid)
		}
		if page, err := ask[api.List[any]](d, theirs, endpoint); err != nil || len(page.Items) != 0 {
			t.Errorf("%s: somebody else's: %+v, %v", endpoint, page, err)
		}
	}
}

// A job shows the last that its program has written, also when it was given up, and nobody else does.
func TestJobShowsItsLog(t *testing.T) {
	t.Parallel()
	s, id := start(t, moody(func(ctx context.Context) error {
		es.Log(ctx, "frame 1")
		es.Progress(ctx, "look", 50, 1, 0)
		es.Progress(ctx, "look", 60, 1, 0)
		es.Log(ctx, "Error: no \x00 space")
		return errors.New("it broke")
	}))
	b := testkit.WaitDocument(t, s, "ours", "jobs", func(b jobs.Board) bool { return only(b, "c1").Stages[0].Retriable })
	if only(b, "c1").Stages[0].Job != id {
		t.Errorf("%+v is not about %s", b.Items, id)
	}
	ended, err := s.Logs.Last(t.Context(), events.Ticks.Name)
	if err != nil {
		t.Fatal(err)
	}
	var job jobs.JobDetail
	if _, err := s.Call(t, ours, "GET /api/jobs/{job}", testkit.Params("job", id), &job, es.Position{Log: events.Ticks.Name, Seq: ended}); err != nil {
		t.Fatal(err)
	}
	if job.State != "failed" || job.Percent != 60 || !slices.Equal(job.Log, []string{"frame 1", "Error: no  space"}) {
		t.Errorf("%+v", job)
	}
	_, err = s.Call(t, theirs, "GET /api/jobs/{job}", testkit.Params("job", id), nil)
	testkit.WantFault(t, err, fault.NotFound)
}
