create table event (
	owner        text not null,
	log          text not null,
	seq          bigint not null,
	name         text not null,
	aggregate    text not null,
	aggregate_id text not null,
	id           text not null,
	time         timestamptz not null, -- the source's
	actor        text not null,
	correlation  text not null,
	causation    text not null,
	primary key (owner, log, seq)
);
create index on event (owner, log, time);
create index on event (owner, log, name, seq);
create index on event (owner, aggregate, aggregate_id, seq);
create index on event (owner, id);
create index on event (owner, correlation);
create index on event (owner, causation) where causation <> '';
