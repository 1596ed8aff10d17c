create table job (
	owner        text not null,
	id           text not null, -- follows from the reactor and the event it works on
	reactor      text not null,
	label        text not null default '',
	aggregate    text not null default '',
	aggregate_id text not null default '',
	state        text not null,
	stage        text not null default '',
	percent      double precision not null default 0,
	speed        double precision not null default 0, -- media seconds per second
	remaining    double precision not null default 0, -- seconds
	attempt      int not null default 0,
	reason       text not null default '',
	outcome      text not null default '', -- the event that ended it
	cause        text not null default '', -- position of the event it works on
	created_at   timestamptz not null,
	started_at   timestamptz,
	finished_at  timestamptz,
	primary key (owner, id)
);
create index on job (owner, created_at);
