package jobs

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// happened opens a job for every reactor that the event is for, and ends the one it is the outcome of. It
// may begin or end the work as a whole, too.
func (b board) happened(ctx context.Context, tx *es.Tx, e es.Event) error {
	if err := b.ended(ctx, tx, e); err != nil {
		return err
	}
	if err := b.turned(ctx, tx, e); err != nil {
		return err
	}
	for _, reactor := range b.wanted[e.Name] {
		var body struct{ Name, Title string }
		_ = json.Unmarshal(e.Data, &body) // most events have neither
		job, label := es.JobID(reactor, e.ID), clean(body.Name+body.Title)
		err := tx.Queue(ctx, `insert into job (owner, id, reactor, created_at, label, aggregate, aggregate_id, cause, caused_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			on conflict (owner, id) do update set created_at = $4, label = $5, aggregate = $6, aggregate_id = $7, cause = $8, caused_at = $9`,
			e.Owner, job, reactor, e.Time, label, e.Aggregate, e.AggregateID, e.Position.String(), e.Stored)
		if err != nil {
			return err
		}
		err = tx.Queue(ctx, `with same as (select id, created_at from job
				where owner = $1 and aggregate = $2 and aggregate_id = $3 and reactor = $4 and label = $5 and cause <> '' and newest)
			update job set newest = false where owner = $1 and id in (select id from same)
				and id <> (select id from same order by created_at desc, id desc limit 1)`,
			e.Owner, e.Aggregate, e.AggregateID, reactor, label)
		if err != nil {
			return err
		}
		if err := recount(ctx, tx, e.Owner, job); err != nil {
			return err
		}
	}
	return nil
}

// turned begins the work on a thing, or ends it when it goes on. A failure is a person's wish when a
// person tells it: their actor is an account's id, that of everybody else has a colon.
func (b board) turned(ctx context.Context, tx *es.Tx, e es.Event) error {
	state := b.turns[e.Name]
	if state == "failed" && e.Actor != "" && !strings.Contains(e.Actor, ":") {
		state = "cancelled"
	}
	var err error
	switch state {
	case "":
		return nil
	case "waiting":
		err = tx.Queue(ctx, `insert into work (owner, aggregate, aggregate_id, state) values ($1, $2, $3, 'waiting')
			on conflict (owner, aggregate, aggregate_id) do update set state = 'waiting', ended_at = null`,
			e.Owner, e.Aggregate, e.AggregateID)
	default:
		err = tx.Queue(ctx, `update work set state = $4, ended_at = $5
			where owner = $1 and aggregate = $2 and aggregate_id = $3 and state = 'waiting'`,
			e.Owner, e.Aggregate, e.AggregateID, state, e.Stored)
	}
	if err != nil {
		return err
	}
	return recountThing(ctx, tx, e.Owner, e.Aggregate, e.AggregateID)
}

// ended writes down the outcome of a job. An outcome with a reason is not what was wanted.
func (b board) ended(ctx context.Context, tx *es.Tx, e es.Event) error {
	reactor, ok := strings.CutPrefix(e.Actor, "reactor:")
	if !ok || !b.shows(reactor) {
		return nil
	}
	var body struct{ Reason string }
	_ = json.Unmarshal(e.Data, &body)
	job := es.JobID(reactor, e.Causation)
	err := tx.Queue(ctx, `insert into job (owner, id, reactor, created_at, outcome, outcome_reason, outcome_at)
		values ($1, coalesce((select job from wish where owner = $1 and id = $2), $2), $3, $6, $4, $5, $6)
		on conflict (owner, id) do update set outcome = $4, outcome_reason = $5, outcome_at = $6`,
		e.Owner, job, reactor, e.Name, clean(body.Reason), e.Stored)
	if err != nil {
		return err
	}
	return recount(ctx, tx, e.Owner, job)
}

func (b board) progressed(ctx context.Context, tx *es.Tx, e events.JobProgressed, m es.Meta) error {
	var finished *time.Time
	if e.Done {
		finished = &m.Stored
	}
	lines := []string{}
	for _, line := range e.Log {
		lines = append(lines, clean(line))
	}
	err := tx.Queue(ctx, `insert into job (owner, id, reactor, created_at, stage, percent, speed, remaining, attempt, last_reason, log, started_at, progressed_at, finished_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $4, $4, $12)
		on conflict (owner, id) do update set stage = $5, percent = $6, speed = $7, remaining = $8, attempt = $9, last_reason = $10,
			log = case cardinality($11::text[]) when 0 then job.log else $11 end,
			started_at = coalesce(job.started_at, $4), progressed_at = $4, finished_at = $12`,
		m.Owner, e.Job, e.Reactor, m.Stored, e.Stage, e.Percent, e.Speed, e.Remaining, e.Attempt, clean(e.Reason), lines, finished)
	if err != nil {
		return err
	}
	return recount(ctx, tx, m.Owner, e.Job)
}

func (b board) cancelled(ctx context.Context, tx *es.Tx, e events.JobCancelled, m es.Meta) error {
	err := tx.Queue(ctx, `insert into job (owner, id, reactor, created_at, cancelled_at) values ($1, $2, $3, $4, $4)
		on conflict (owner, id) do update set cancelled_at = $4`, m.Owner, e.Job, e.Reactor, m.Stored)
	if err != nil {
		return err
	}
	return recount(ctx, tx, m.Owner, e.Job)
}

// buried ends a job, and opens the letter about it.
func (b board) buried(ctx context.Context, tx *es.Tx, e events.LetterBuried, m es.Meta) error {
	tx.Touch(m.Owner, "jobs", "")
	if b.shows(e.Reactor) {
		err := tx.Queue(ctx, `insert into job (owner, id, reactor, created_at, buried, buried_reason, buried_at)
			values ($1, $2, $3, $5, true, $4, $5)
			on conflict (owner, id) do update set buried = true, buried_reason = $4, buried_at = $5`,
			m.Owner, e.Letter, e.Reactor, clean(e.Reason), m.Stored)
		if err != nil {
			return err
		}
		if err := recount(ctx, tx, m.Owner, e.Letter); err != nil {
			return err
		}
	}
	return open(ctx, tx, m, "buried", e.Letter, e.Reactor, e.Position, e.Name, e.Attempts, e.Reason, string(e.Body))
}

func (b board) parked(ctx context.Context, tx *es.Tx, e events.LetterParked, m es.Meta) error {
	tx.Touch(m.Owner, "jobs", "")
	return open(ctx, tx, m, "parked", e.Letter, e.Projection, e.Position, e.Name, 1, e.Reason, "")
}

// open opens a letter, or opens it anew.
func open(ctx context.Context, tx *es.Tx, m es.Meta, kind, letter, source, position, event string, attempts int, reason, body string) error {
	return tx.Queue(ctx, `insert into letter (owner, id, kind, state, source, position, event, attempts, reason, body, created_at)
		values ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10)
		on conflict (owner, id) do update set state = 'open', attempts = $7, reason = $8, created_at = $10`,
		m.Owner, letter, kind, source, position, event, attempts, clean(reason), body, m.Stored)
}

// redriven lets a job wait again. What came of the wish may be known already: then it is the job's.
func (b board) redriven(ctx context.Context, tx *es.Tx, e events.LetterRedriven, m es.Meta) error {
	tx.Touch(m.Owner, "jobs", "")
	if b.shows(e.Reactor) {
		wish := es.JobID(e.Reactor, m.ID)
		err := tx.Queue(ctx, `insert into wish (owner, id, job) values ($1, $2, $3) on conflict do nothing`, m.Owner, wish, e.Letter)
		if err != nil {
			return err
		}
		err = tx.Queue(ctx, `with early as (delete from job where owner = $1 and id = $2 returning *)
			update job set buried = false, redriven_at = $4, outcome = coalesce((select outcome from early), outcome),
				outcome_reason = coalesce((select outcome_reason from early), outcome_reason),
				outcome_at = coalesce((select outcome_at from early), outcome_at)
			where owner = $1 and id = $3`, m.Owner, wish, e.Letter, m.Stored)
		if err != nil {
			return err
		}
		if err := recount(ctx, tx, m.Owner, e.Letter); err != nil {
			return err
		}
	}
	// What is parked stays so until its projection has folded it.
	return tx.Queue(ctx, `update letter set state = case kind when 'buried' then 'redriven' else state end, redriven_at = $3
		where owner = $1 and id = $2`, m.Owner, e.Letter, m.Stored)
}

func (b board) unparked(ctx context.Context, tx *es.Tx, e events.LetterUnparked, m es.Meta) error {
	tx.Touch(m.Owner, "jobs", "")
	return tx.Queue(ctx, `update letter set state = 'done' where owner = $1 and id = $2`, m.Owner, e.Letter)
}

// clean leaves out of a text what PostgreSQL does not store.
func clean(text string) string { return strings.ReplaceAll(text, "\x00", "") }
