create table stream (
	owner      text not null,
	id         text not null,
	title      text not null,
	created_at timestamptz not null,
	started_at timestamptz not null,
	primary key (owner, id)
);
create index on stream (owner, started_at);

create table marker (
	owner      text not null,
	stream     text not null,
	id         text not null,
	label      text not null,
	at         double precision not null, -- stream time in seconds
	created_at timestamptz not null,
	created_by text not null,
	primary key (owner, stream, id)
);

create table clip (
	owner         text not null,
	id            text not null,
	stream        text not null,
	name          text not null,
	state         text not null,
	reason        text not null default '',
	duration      double precision not null default 0, -- seconds
	poster        boolean not null default false,
	started_at    timestamptz,
	registered_at timestamptz not null,
	primary key (owner, id)
);
create index on clip (owner, stream);

-- One row an owner: grows whenever anything in the list of streams changes.
create table changed (
	owner text primary key,
	seq   bigint not null
);
