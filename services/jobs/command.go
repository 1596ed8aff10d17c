package jobs

import (
	"context"
	"errors"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// OneJob names a job.
type OneJob struct {
	Job string `path:"job" json:"-"`
}

// cancel stops a job. When the job ends at the same moment, the log says which was first.
func (b board) cancel(ctx context.Context, d *run.Deps, req OneJob) (Job, error) {
	owner := api.OwnerOf(ctx)
	p, err := d.Decide(ctx, owner, "job", req.Job, func(ctx context.Context) (events.Event, error) {
		job, err := b.find(ctx, d.DB, owner, req.Job)
		if err != nil {
			return nil, err
		}
		if job.ended() {
			return nil, tooLate(job)
		}
		return events.JobCancelled{Job: job.ID, Reactor: job.Reactor}, nil
	})
	if err != nil {
		return Job{}, err
	}
	if err := d.WaitFor(ctx, p); err != nil {
		return Job{}, err
	}
	job, err := b.find(ctx, d.DB, owner, req.Job)
	if err == nil && job.State != "cancelled" {
		return Job{}, tooLate(job)
	}
	return job, err
}

func tooLate(job Job) error {
	return fault.New(fault.Conflict, "the job is %s already; only one that waits or runs can be cancelled", job.State)
}

// retry lets the reactor try again what it gave up.
func (b board) retry(ctx context.Context, d *run.Deps, req OneJob) (Job, error) {
	owner := api.OwnerOf(ctx)
	job, err := b.find(ctx, d.DB, owner, req.Job)
	switch {
	case err != nil:
		return Job{}, err
	case job.State == "failed" && !job.Retriable:
		return Job{}, fault.New(fault.Conflict, "another try would end as this one did; mend what the reason says, and begin the work anew")
	case job.State != "failed":
		return Job{}, fault.New(fault.Conflict, "the job is %s; only one that has failed can be tried again", job.State)
	}
	if _, err := redrive(ctx, d, req.Job); err != nil {
		return Job{}, err
	}
	return b.find(ctx, d.DB, owner, req.Job)
}

var redriveLetter = api.Post("/api/letters/{letter}/redrive", "lets a reactor or a projection try again what it could not handle", api.Editors,
	func(ctx context.Context, d *run.Deps, req GetLetter) (LetterDetail, error) {
		return redrive(ctx, d, req.Letter)
	})

// redrive asks for another try of what a letter is about, and answers the letter as it is then. Of
// several who ask at the same moment, one is heard.
func redrive(ctx context.Context, d *run.Deps, id string) (LetterDetail, error) {
	owner := api.OwnerOf(ctx)
	version, err := d.Logs.Version(ctx, events.Dead, owner, "letter", id)
	if err != nil {
		return LetterDetail{}, err
	}
	if err := d.WaitFor(ctx, version); err != nil {
		return LetterDetail{}, err
	}
	l, event, err := findLetter(ctx, d, id)
	switch {
	case err != nil:
		return l, err
	case l.State == "done":
		return l, fault.New(fault.Conflict, "what the letter is about has been handled since")
	case l.State == "redriven":
		return l, fault.New(fault.Conflict, "the reactor has been asked to try again already; what comes of it is on the Jobs page")
	case l.Kind == "buried" && event == nil:
		return l, fault.New(fault.Conflict, "no log keeps the event %s any more, so it cannot be tried again", l.Position)
	}
	e := events.LetterRedriven{Letter: l.ID, Position: l.Position}
	if l.Kind == "buried" {
		e.Reactor = l.Source
	}
	wish := ctx
	if event != nil {
		wish = es.Because(ctx, event.Meta)
	}
	p, err := d.Append(wish, owner, e, es.Expect(version.Seq), es.ID(es.IDFrom(ctx))) // it may be wished for again
	if conflict := (*es.ConflictError)(nil); errors.As(err, &conflict) {
		return l, fault.New(fault.Conflict, "somebody else has just asked for the same; look at the letter again")
	}
	if err != nil {
		return l, err
	}
	if err := d.WaitFor(ctx, p); err != nil {
		return l, err
	}
	l, _, err = findLetter(ctx, d, id)
	return l, err
}
