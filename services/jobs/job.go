package jobs

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Job is a reactor's work on one event.
type Job struct {
	ID      string `json:"id"`
	Reactor string `json:"reactor"`
	// Doc says what the reactor does.
	Doc string `json:"doc"`
	// Label is the name or the title of what is worked on.
	Label       string `json:"label,omitempty"`
	Aggregate   string `json:"aggregate"`
	AggregateID string `json:"aggregateId"`
	State       string `json:"state" jsonschema:"enum=waiting,enum=running,enum=done,enum=failed,enum=cancelled"`
	Stage       string `json:"stage,omitempty"`
	// Percent of the stage that is done, 0 to 100.
	Percent float64 `json:"percent,omitempty"`
	// Speed in media seconds per second.
	Speed float64 `json:"speed,omitempty"`
	// Remaining time in seconds.
	Remaining float64 `json:"remaining,omitempty"`
	// Attempt counts from one; zero has not begun.
	Attempt int `json:"attempt"`
	// Reason is why it failed, or why the attempt before this one did.
	Reason string `json:"reason,omitempty"`
	// Retriable tells that it failed, and that its reactor would try again when asked to.
	Retriable bool `json:"retriable,omitempty"`
	// Outcome is the name of the event that ended it.
	Outcome string `json:"outcome,omitempty"`
	// Cause is the position of the event that it works on.
	Cause      string     `json:"cause"`
	CreatedAt  time.Time  `json:"createdAt"`
	StartedAt  *time.Time `json:"startedAt,omitempty"`
	FinishedAt *time.Time `json:"finishedAt,omitempty"`
}

// ended tells whether nothing more will come of the job by itself.
func (j Job) ended() bool { return j.State != "waiting" && j.State != "running" }

// JobDetail is a job with the last that was heard of it.
type JobDetail struct {
	Job
	// Log is the last lines that the program which does the work has written.
	Log []string `json:"log"`
}

// columns are those of a Job. What belongs to an earlier part of its life is not shown.
const columns = `id, reactor, '', label, aggregate, aggregate_id, state, stage,
	` + percentOf + `,
	` + speedOf + `,
	` + remainingOf + `,
	` + attemptOf + `,
	` + reasonOf + `,
	buried,
	case when state in ('done', 'failed') then outcome else '' end,
	cause, created_at, started_at,
	case when state in ('done', 'failed', 'cancelled') then ended_at end`

// What a job shows, by its state.
const (
	percentOf   = `case state when 'done' then 100 else percent end`
	speedOf     = `case state when 'running' then speed else 0 end`
	remainingOf = `case state when 'running' then remaining else 0 end`
	attemptOf   = `case when ended_at is null then attempt else greatest(attempt, 1) end`
	reasonOf    = `case when state = 'done' then ''
		when state = 'running' and last_reason <> '' then last_reason
		else coalesce(nullif(outcome_reason, ''), nullif(buried_reason, ''), last_reason) end`
)

// query reads jobs; the condition comes after "from job".
func (b board) query(ctx context.Context, q es.Querier, condition string, args ...any) ([]Job, error) {
	rows, err := q.Query(ctx, "select "+columns+" from job "+condition, args...)
	if err != nil {
		return nil, err
	}
	jobs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Job])
	for i := range jobs {
		jobs[i].Doc = b.docs[jobs[i].Reactor]
	}
	return jobs, err
}

// find reads one job of the owner.
func (b board) find(ctx context.Context, q es.Querier, owner, id string) (Job, error) {
	jobs, err := b.query(ctx, q, "where owner = $1 and id = $2 and state <> ''", owner, id)
	if err == nil && len(jobs) == 0 {
		return Job{}, fault.New(fault.NotFound, "there is no job %s", id)
	}
	if err != nil {
		return Job{}, err
	}
	return jobs[0], nil
}

func (b board) getJob(ctx context.Context, d *run.Deps, req OneJob) (JobDetail, error) {
	owner := api.OwnerOf(ctx)
	job, err := b.find(ctx, d.DB, owner, req.Job)
	if err != nil {
		return JobDetail{}, err
	}
	detail := JobDetail{Job: job}
	err = d.DB.QueryRow(ctx, `select log from job where owner = $1 and id = $2`, owner, req.Job).Scan(&detail.Log)
	return detail, err
}
