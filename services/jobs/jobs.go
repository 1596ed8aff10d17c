// Package jobs keeps one truthful page of all work: what every reactor waits for, works on, has
// done, and could not do. It knows no domain: work is an event that a reactor handles, and its end
// is the event that the reactor appended because of it.
package jobs

import (
	"context"
	_ "embed"
	"encoding/json"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

//go:embed jobs.sql
var jobsSQL string

// Service is the jobs service, for the reactors of the given services.
func Service(services []run.Service) run.Service {
	board := board{wanted: map[string][]string{}, docs: map[string]string{}}
	for _, s := range services {
		for _, r := range s.Reactors {
			if r.Quiet {
				continue
			}
			board.docs[r.Name] = r.Doc
			for _, name := range r.Events() {
				board.wanted[name] = append(board.wanted[name], r.Name)
			}
		}
	}
	return run.Service{
		Name: "jobs",
		Doc:  "one truthful page of all work",
		Projections: []es.Projection{{
			Name: "jobs_board", Version: 1, SQL: jobsSQL,
			Handle:    []es.Handler[*es.Tx]{es.Any(events.Facts, board.fact), es.On(board.progressed)},
			Documents: []es.Document{{Topic: "jobs", Load: board.document}},
		}},
		Endpoints: []run.Endpoint{api.Get("/api/jobs", "lists the jobs, newest first", api.Viewers, board.list)},
	}
}

// board folds events into jobs.
type board struct {
	// wanted are the reactors that work on an event, by its name.
	wanted map[string][]string
	// docs say what a reactor does.
	docs map[string]string
}

// fact opens a job for every reactor that the event is for, and closes the one it is the end of.
func (b board) fact(ctx context.Context, tx *es.Tx, e es.Event) error {
	if err := b.close(ctx, tx, e); err != nil {
		return err
	}
	for _, reactor := range b.wanted[e.Name] {
		var body struct{ Name, Title string }
		_ = json.Unmarshal(e.Data, &body) // most events have neither
		tx.Touch(e.Owner, "jobs", "")
		_, err := tx.Exec(ctx, `insert into job (owner, id, reactor, label, aggregate, aggregate_id, state, cause, created_at)
			values ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8)
			on conflict (owner, id) do update set label = $4, aggregate = $5, aggregate_id = $6, cause = $7, created_at = $8`,
			e.Owner, es.JobID(reactor, e.ID), reactor, body.Name+body.Title, e.Aggregate, e.AggregateID, e.Position.String(), e.Time)
		if err != nil {
			return err
		}
	}
	return nil
}

// close ends the job whose outcome the event is. An outcome with a reason is not what was wanted.
func (b board) close(ctx context.Context, tx *es.Tx, e es.Event) error {
	reactor, ok := strings.CutPrefix(e.Actor, "reactor:")
	if _, known := b.docs[reactor]; !ok || !known {
		return nil
	}
	var body struct{ Reason string }
	_ = json.Unmarshal(e.Data, &body)
	state := "done"
	if body.Reason != "" {
		state = "failed"
	}
	tx.Touch(e.Owner, "jobs", "")
	_, err := tx.Exec(ctx, `update job set state = $3, reason = $4, outcome = $5, finished_at = $6, remaining = 0, speed = 0,
			percent = case when $3 = 'done' then 100 else percent end, attempt = greatest(attempt, 1)
		where owner = $1 and id = $2`,
		e.Owner, es.JobID(reactor, e.Causation), state, body.Reason, e.Name, e.Time)
	return err
}

// progressed moves a job that has not ended.
func (b board) progressed(ctx context.Context, tx *es.Tx, e events.JobProgressed, m es.Meta) error {
	tx.Touch(m.Owner, "jobs", "")
	_, err := tx.Exec(ctx, `insert into job (owner, id, reactor, state, stage, percent, speed, remaining, attempt, reason, created_at, started_at)
		values ($1, $2, $3, 'running', $4, $5, $6, $7, $8, $9, $10, $10)
		on conflict (owner, id) do update set state = 'running', stage = $4, percent = $5, speed = $6, remaining = $7,
			attempt = $8, reason = $9, started_at = coalesce(job.started_at, $10)
		where job.state in ('waiting', 'running')`,
		m.Owner, e.Job, e.Reactor, e.Stage, e.Percent, e.Speed, e.Remaining, e.Attempt, e.Reason, m.Time)
	return err
}

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
	State       string `json:"state" jsonschema:"enum=waiting,enum=running,enum=done,enum=failed"`
	Stage       string `json:"stage,omitempty"`
	// Percent of the stage that is done, 0 to 100.
	Percent float64 `json:"percent,omitempty"`
	// Speed in media seconds per second.
	Speed float64 `json:"speed,omitempty"`
	// Remaining time in seconds.
	Remaining float64 `json:"remaining,omitempty"`
	// Attempt counts from one; zero has not begun.
	Attempt int    `json:"attempt"`
	Reason  string `json:"reason,omitempty"`
	// Outcome is the name of the event that ended it.
	Outcome string `json:"outcome,omitempty"`
	// Cause is the position of the event that it works on.
	Cause      string     `json:"cause"`
	CreatedAt  time.Time  `json:"createdAt"`
	StartedAt  *time.Time `json:"startedAt,omitempty"`
	FinishedAt *time.Time `json:"finishedAt,omitempty"`
}
