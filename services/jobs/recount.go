package jobs

import (
	"context"

	"github.com/afterglow-live/afterglow/pkg/es"
)

// recount writes down what the pipeline of a job comes to, given the id of the job or of a wish to try
// it again.
func recount(ctx context.Context, tx *es.Tx, owner, job string) error {
	tx.Touch(owner, "jobs", "")
	return tx.Queue(ctx, `with one as (
			select owner, aggregate, aggregate_id from job
			where owner = $1 and id = coalesce((select job from wish where owner = $1 and id = $2), $2) and cause <> ''
		)`+pipelineOfOne, owner, job)
}

// recountThing writes down what the pipeline of a thing comes to, if there is a job about it.
func recountThing(ctx context.Context, tx *es.Tx, owner, aggregate, id string) error {
	tx.Touch(owner, "jobs", "")
	return tx.Queue(ctx, `with one as (
			select owner, aggregate, aggregate_id from job
			where owner = $1 and aggregate = $2 and aggregate_id = $3 and cause <> '' limit 1
		)`+pipelineOfOne, owner, aggregate, id)
}

// pipelineOfOne writes down the pipeline of the thing that "one" names. Of ended jobs only the newest for
// the same counts: one that failed does not stay a failure when the work was begun anew and went well. Once
// the work as a whole has ended, only a job that began no earlier can still fail; the job that ended it may
// have been cancelled.
const pipelineOfOne = `, counted as (
			select job.id, reactor, label, state, created_at, ended_at, stage, buried, caused_at, outcome_at,
				` + percentOf + ` as percent, ` + speedOf + ` as speed, ` + remainingOf + ` as remaining, ` + attemptOf + ` as attempt, ` + reasonOf + ` as reason
			from one join job using (owner, aggregate, aggregate_id)
			where cause <> '' and (newest or state in ('waiting', 'running'))
		), whole as (
			select max(state) as whole_state, max(ended_at) as whole_end from one join work using (owner, aggregate, aggregate_id)
		), stages as (
			select jsonb_agg(jsonb_build_object(
				'reactor', sums.reactor, 'job', first.id, 'stage', first.stage, 'attempt', first.attempt, 'reason', first.reason, 'retriable', first.buried,
				'waiting', waiting, 'running', running, 'done', done, 'failed', failed, 'cancelled', cancelled, 'total', total,
				'percent', sums.percent, 'speed', sums.speed, 'remaining', sums.remaining) order by sums.reactor) as list
			from (
				select reactor, count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'running') as running,
					count(*) filter (where state = 'done') as done, count(*) filter (where state = 'failed') as failed,
					count(*) filter (where state = 'cancelled') as cancelled, count(*) as total,
					avg(percent order by id) as percent, sum(speed order by id) as speed, max(remaining) as remaining
				from counted group by reactor) as sums
			cross join lateral (
				select * from counted where reactor = sums.reactor
				order by case state when 'running' then 1 when 'failed' then 2 when 'waiting' then 3 when 'cancelled' then 4 else 5 end,
					created_at desc, id desc limit 1) as first
		)
		insert into pipeline (owner, aggregate, aggregate_id, label, state, stages, created_at, ended_at)
		select owner, aggregate, aggregate_id,
			coalesce((select label from one join job using (owner, aggregate, aggregate_id) where label <> '' order by created_at, id limit 1), ''),
			state, list, created_at, case when state not in ('waiting', 'running') then ended_at end
		from one, stages, (
			select case when bool_or(state = 'running') then 'running'
					when bool_or(state = 'waiting') or whole_state = 'waiting' then 'waiting'
					when bool_or(state = 'failed' and (whole_state is null or caused_at >= whole_end)) then 'failed'
					when whole_state = 'failed' and bool_or(state = 'cancelled' and outcome_at = whole_end) then 'cancelled'
					when whole_state is not null then whole_state
					when bool_or(state = 'cancelled') then 'cancelled' else 'done' end as state,
				min(created_at) as created_at, greatest(max(ended_at), whole_end) as ended_at
			from counted cross join whole group by whole_state, whole_end
		) as result
		on conflict (owner, aggregate, aggregate_id) do update set label = excluded.label, state = excluded.state,
			stages = excluded.stages, created_at = excluded.created_at, ended_at = excluded.ended_at`
