-- Each log writes columns of its own, and the state follows from all of them: so it does not matter
-- which log is read first. All times but created_at are those of the log.
create table job (
	owner         text not null,
	id            text not null, -- follows from the reactor and the event it works on
	reactor       text not null,
	created_at    timestamptz not null,
	-- from the event that it works on
	label         text not null default '',
	aggregate     text not null default '',
	aggregate_id  text not null default '',
	cause         text not null default '', -- its position
	caused_at     timestamptz,
	-- from its progress
	stage         text not null default '',
	percent       double precision not null default 0,
	speed         double precision not null default 0, -- media seconds per second
	remaining     double precision not null default 0, -- seconds
	attempt       int not null default 0,
	last_reason   text not null default '',
	log           text[] not null default '{}', -- the last lines
	started_at    timestamptz,
	progressed_at timestamptz,
	finished_at   timestamptz, -- when nothing but its progress tells of its end
	-- from its end
	outcome        text not null default '', -- the event that ended it
	outcome_reason text not null default '', -- why that is not what was wanted
	outcome_at     timestamptz,
	cancelled_at   timestamptz,
	-- from its dead letter
	buried        boolean not null default false, -- and not redriven since
	buried_reason text not null default '',
	buried_at     timestamptz,
	redriven_at   timestamptz not null default '-infinity',

	state text not null generated always as (case
		when cause = '' then '' -- what it works on is not read yet, or is on a log that is no more
		when buried then 'failed'
		when outcome <> '' and outcome_reason = '' then 'done'
		when finished_at > redriven_at then 'done'
		when cancelled_at > redriven_at then 'cancelled'
		when outcome_at > redriven_at then 'failed'
		when progressed_at > redriven_at then 'running'
		else 'waiting' end) stored,
	ended_at timestamptz generated always as (greatest(outcome_at, finished_at, cancelled_at, buried_at)) stored,
	-- no later one is for the same: for the same reactor, about the same aggregate, with the same label
	newest   boolean not null default true,
	primary key (owner, id)
);
create index on job (owner, created_at, id);
create index on job (owner, state, created_at);
create index on job (owner, ended_at);
create index on job (owner, aggregate_id, created_at);
create index on job (owner, aggregate, aggregate_id, reactor) where newest or state in ('waiting', 'running');

-- work is how the work on an aggregate stands as a whole, where a service says which events begin and end it.
create table work (
	owner        text not null,
	aggregate    text not null,
	aggregate_id text not null,
	state        text not null, -- waiting until it has ended, then done, failed or cancelled
	ended_at     timestamptz,
	primary key (owner, aggregate, aggregate_id)
);

-- pipeline is what the work on one aggregate and the jobs about it come to: it follows from them, and is
-- written down so that it need not be counted whenever it is shown.
create table pipeline (
	owner        text not null,
	aggregate    text not null,
	aggregate_id text not null,
	label        text not null,
	state        text not null,
	stages       jsonb not null,
	created_at   timestamptz not null,
	ended_at     timestamptz,
	primary key (owner, aggregate, aggregate_id)
);
create index on pipeline (owner, created_at, (aggregate || '/' || aggregate_id));
create index on pipeline (owner, state, created_at);
create index on pipeline (owner, ended_at);

-- wish is that something is tried again: what comes of it names the wish as its cause.
create table wish (
	owner text not null,
	id    text not null, -- follows from the reactor and the wish, as a job's does from its event
	job   text not null,
	primary key (owner, id)
);

create table letter (
	owner       text not null,
	id          text not null,
	kind        text not null, -- buried or parked
	state       text not null, -- open, redriven or done
	source      text not null, -- the reactor or the projection
	position    text not null, -- of the event
	event       text not null, -- its wire name
	attempts    int not null,
	reason      text not null,
	body        text not null, -- of the event
	created_at  timestamptz not null,
	redriven_at timestamptz,
	primary key (owner, id)
);
create index on letter (owner, created_at, id);
create index on letter (owner, source) where state = 'open';
