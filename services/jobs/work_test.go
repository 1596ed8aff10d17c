package jobs_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/jobs"
)

// factory is a mill that says what its work is as a whole, and whose last reactor acts on the end of it.
func factory() run.Service {
	s := mill()
	s.Work = run.Work{
		Begins:    []events.Event{events.ClipRegistered{}, events.ClipRetried{}},
		Done:      []events.Event{events.ClipPackaged{}},
		Failed:    []events.Event{events.ClipRefused{}, events.ClipFailed{}},
		Cancelled: []events.Event{events.ClipDeleted{}},
	}
	s.Reactors = append(s.Reactors, run.Reactor{Name: "mill-sweep", Doc: "sweeps up", Handle: []es.Handler[*run.Deps]{
		es.On(func(context.Context, *run.Deps, events.ClipPackaged, es.Meta) error { return nil }),
	}})
	return s
}

// labour is a clip that a test tells the life of.
type labour struct {
	*desk
	clip string
	// causes are the newest events that each reactor works on; a wish to try it again takes its place.
	causes map[string]es.Event
	// ids are the jobs about those events.
	ids map[string]string
}

// begin tells an event that a reactor works on.
func (l *labour) begin(reactor string, e events.Event) {
	l.causes[reactor] = l.tell(l.t.Context(), "ours", e)
	l.ids[reactor] = es.JobID(reactor, l.causes[reactor].ID)
}

func (l *labour) register() { l.begin("mill-look", events.ClipRegistered{Clip: l.clip, Name: "a"}) }

func (l *labour) retried() { l.begin("mill-look", events.ClipRetried{Clip: l.clip, Name: "a"}) }

func (l *labour) look() {
	l.tell(l.by("mill-look", l.causes["mill-look"]), "ours", events.ClipProbed{Clip: l.clip})
}

func (l *labour) refuse() {
	l.tell(l.by("mill-look", l.causes["mill-look"]), "ours", events.ClipRefused{Clip: l.clip, Reason: "it is a text"})
}

func (l *labour) release() {
	l.begin("mill-encode", events.ClipPartReleased{Clip: l.clip, Name: "a, part 1"})
}

func (l *labour) releaseOther() {
	l.begin("mill-encode", events.ClipPartReleased{Clip: l.clip, Part: 1, Name: "a, part 2"})
}

func (l *labour) encode() {
	l.tell(l.by("mill-encode", l.causes["mill-encode"]), "ours", events.ClipPartPackaged{Clip: l.clip})
}

// reject is an outcome of a job that is not what was wanted, and does not end the work.
func (l *labour) reject() {
	l.tell(l.by("mill-encode", l.causes["mill-encode"]), "ours", events.ClipPlanRejected{Clip: l.clip, Reason: "it cannot be copied"})
}

func (l *labour) progress(reactor string) {
	l.tell(l.by(reactor, l.causes[reactor]), "ours", events.JobProgressed{Job: l.ids[reactor], Reactor: reactor, Stage: "work", Attempt: 1})
}

func (l *labour) run()     { l.progress("mill-encode") }
func (l *labour) sweeps()  { l.progress("mill-sweep") }
func (l *labour) buried()  { l.giveUp("mill-encode") }
func (l *labour) clogged() { l.giveUp("mill-sweep") }

func (l *labour) fail() {
	l.tell(l.by("mill-encode", l.causes["mill-encode"]), "ours", events.ClipFailed{Clip: l.clip, Reason: "it broke"})
}

// cancelJob cancels a job; what its reactor then tells is fail.
func (l *labour) cancelJob() {
	if _, err := ask[jobs.Job](l.desk, ours, "POST /api/jobs/{job}/cancel", "job", l.ids["mill-encode"]); err != nil {
		l.t.Fatal(err)
	}
}

// cancel is what a person wants.
func (l *labour) cancel() {
	l.tell(es.As(l.t.Context(), "anna"), "ours", events.ClipFailed{Clip: l.clip, Reason: "it was cancelled"})
}

func (l *labour) packaged() { l.begin("mill-sweep", events.ClipPackaged{Clip: l.clip}) }

func (l *labour) swept() {
	reactor := "mill-sweep"
	l.tell(l.by(reactor, l.causes[reactor]), "ours", events.JobProgressed{Job: l.ids[reactor], Reactor: reactor, Attempt: 1, Done: true})
}

func (l *labour) deleted() {
	l.tell(l.t.Context(), "ours", events.ClipDeleted{Clip: l.clip})
}

func (l *labour) giveUp(reactor string) {
	cause := l.causes[reactor]
	l.tell(l.by(reactor, cause), "ours", events.LetterBuried{
		Letter: l.ids[reactor], Reactor: reactor, Position: cause.Position.String(), Name: cause.Name, Attempts: 5, Reason: "it broke", Body: cause.Data,
	})
}

// redrive wants the job tried again that was given up.
func (l *labour) redrive(reactor string) { l.causes[reactor] = l.retry(l.ids[reactor]) }

func (l *labour) encodeAgain() { l.redrive("mill-encode") }
func (l *labour) sweepAgain()  { l.redrive("mill-sweep") }

// The work on a thing goes on between its jobs, and its end says what became of it, whichever log is ahead.
func TestWorkAsAWhole(t *testing.T) {
	t.Parallel()
	d := newBoard(t, factory())
	type steps = []func(*labour)
	look, encode := (*labour).look, (*labour).encode
	release, other := (*labour).release, (*labour).releaseOther
	run, fail, buried := (*labour).run, (*labour).fail, (*labour).buried
	cancel, retried, packaged := (*labour).cancel, (*labour).retried, (*labour).packaged
	for number, c := range []struct {
		state string
		life  steps
	}{
		{"waiting", steps{}},
		{"waiting", steps{look}},
		{"failed", steps{(*labour).refuse}},
		{"waiting", steps{look, release, encode}},
		{"running", steps{look, release, run}},
		{"waiting", steps{look, release, run, encode}},
		{"waiting", steps{look, release, encode, packaged}},
		{"running", steps{look, release, encode, packaged, (*labour).sweeps}},
		{"done", steps{look, release, encode, packaged, (*labour).swept}},
		{"failed", steps{look, release, encode, packaged, (*labour).clogged}},
		{"waiting", steps{look, release, encode, packaged, (*labour).clogged, (*labour).sweepAgain}},
		{"done", steps{look, release, encode, packaged, (*labour).clogged, (*labour).sweepAgain, (*labour).swept}},
		{"failed", steps{look, release, run, fail, buried}},
		{"failed", steps{look, release, run, fail, buried, (*labour).deleted}},
		{"waiting", steps{look, release, run, fail, buried, retried}},
		{"waiting", steps{look, release, run, fail, buried, retried, look}},
		{"waiting", steps{look, release, run, fail, buried, (*labour).encodeAgain, retried, look}},
		{"waiting", steps{look, release, run, fail, buried, (*labour).encodeAgain, retried, look, encode}},
		{"done", steps{look, release, run, fail, buried, retried, look, release, encode, packaged, (*labour).swept}},
		{"failed", steps{look, release, fail, buried, retried, look, release, fail, buried}},
		{"cancelled", steps{look, cancel}},
		{"cancelled", steps{look, release, encode, cancel}},
		{"running", steps{look, release, run, cancel}},
		{"cancelled", steps{look, release, run, cancel, (*labour).cancelJob}},
		{"cancelled", steps{look, release, run, cancel, buried}},
		{"cancelled", steps{look, release, run, (*labour).cancelJob, fail}},
		{"cancelled", steps{look, release, fail, buried, retried, look, cancel}},
		{"waiting", steps{look, release, encode, cancel, retried}},
		{"waiting", steps{look, release, encode, cancel, retried, look}},
		{"failed", steps{look, release, encode, cancel, retried, look, other, fail}},
		{"done", steps{look, cancel, retried, look, release, encode, packaged, (*labour).swept}},
		{"waiting", steps{look, release, (*labour).reject}},
		{"done", steps{look, release, (*labour).reject, other, encode, packaged, (*labour).swept}},
		{"cancelled", steps{look, release, encode, (*labour).deleted}},
		{"waiting", steps{look, release, encode, (*labour).deleted, (*labour).register}},
		{"done", steps{look, release, encode, packaged, (*labour).swept, (*labour).deleted}},
	} {
		l := &labour{desk: d, clip: fmt.Sprintf("c%02d", number), causes: map[string]es.Event{}, ids: map[string]string{}}
		l.register()
		for _, step := range c.life {
			step(l)
		}
		p := l.pipeline(l.clip)
		if p.Label != "a" {
			t.Errorf("%s is called %q", l.clip, p.Label)
		}
		if ended := c.state != "waiting" && c.state != "running"; p.State != c.state || (p.FinishedAt != nil) != ended {
			t.Errorf("%s: %+v; want it %s", l.clip, p, c.state)
		}
	}
	d.wantSameInAnyOrder(factory())
}
