package jobs

import (
	"context"

	"github.com/afterglow-live/afterglow/pkg/es"
)

// recount writes down what the pipeline of a job comes to, given the id of the job or of a wish to try
// it again. Of ended jobs only the newest for the same counts: one that failed does not stay a failure
// when the work was begun anew and went well.
func recount(ctx context.Context, tx *es.Tx, owner, job string) error {
	tx.Touch(owner, "jobs", "")
	return tx.Queue(ctx, `
		with one as (
			select owner, aggregate, aggregate_id from job
			where owner = $1 and id = coalesce((select job from wish where owner = $1 and id = $2), $2) and cause <> ''
		), counted as (
			select job.id, reactor, label, state, created_at, ended_at, stage, buried,
				`+percentOf+` as percent, `+speedOf+` as speed, `+remainingOf+` as remaining, `+attemptOf+` as attempt, `+reasonOf+` as reason
			from one join job using (owner, aggregate, aggregate_id)
			where cause <> '' and (newest or state in ('waiting', 'running'))
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
		select owner, aggregate, aggregate_id, label, state, list, created_at, case when state not in ('waiting', 'running') then ended_at end
		from one, stages, (
			select coalesce((array_agg(label order by created_at, id) filter (where label <> ''))[1], '') as label,
				case when bool_or(state = 'running') then 'running' when bool_or(state = 'waiting') then 'waiting'
					when bool_or(state = 'failed') then 'failed' when bool_or(state = 'cancelled') then 'cancelled' else 'done' end as state,
				min(created_at) as created_at, max(ended_at) as ended_at
			from counted) as whole
		on conflict (owner, aggregate, aggregate_id) do update set label = excluded.label, state = excluded.state,
			stages = excluded.stages, created_at = excluded.created_at, ended_at = excluded.ended_at`, owner, job)
}
