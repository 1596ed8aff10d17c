create table stream (
	owner      text not null,
	id         text not null,
	title      text not null,
	created_at timestamptz not null,
	started_at timestamptz not null,
	live       boolean not null default false,
	ended_at   timestamptz, -- when it was no longer live
	channel    text not null default '', -- that it was seen on
	published  boolean not null default false,
	-- what follows from the title and the clips, so that a list need not look at them
	search      text not null default '', -- the title and the names of the clips, a line each
	state       text not null default 'empty', -- live, empty, processing, ready or failed
	playable    boolean not null default false,
	duration    double precision not null default 0, -- seconds, to the end of the last clip
	size        bigint not null default 0, -- bytes
	clips       int not null default 0,
	parts_done  int not null default 0,
	parts_total int not null default 0,
	poster      text not null default '', -- the clip that has it
	primary key (owner, id)
);
create index on stream (id);
create index on stream (owner, started_at, id);
create index on stream (owner, lower(title), id);
create index on stream (owner, duration, id);
create index on stream (owner, size, id);

-- A deleted stream does not come back: clips that were on their way to it have no stream.
create table deleted (
	owner text not null,
	id    text not null,
	primary key (owner, id)
);

create table marker (
	owner      text not null,
	stream     text not null,
	id         text not null,
	label      text not null,
	at         double precision not null, -- stream time in seconds
	created_at timestamptz not null,
	created_by text not null, -- empty when it came from chat
	source     text not null, -- chat, obs, hotkey or api; empty is the page of the stream
	primary key (owner, stream, id)
);

create table clip (
	owner         text not null,
	id            text not null,
	stream        text not null,
	name          text not null,
	size          bigint not null, -- bytes of the source
	state         text not null, -- registered, probed, packaged, refused or failed
	reason        text not null default '',
	duration      double precision not null default 0, -- seconds
	width         int not null default 0,
	height        int not null default 0,
	audio_tracks  int not null default 0,
	poster        boolean not null default false,
	sprites       boolean not null default false,
	playable      boolean not null default false,
	paused        boolean not null default false,
	version       text not null default '', -- of the plan
	parts         int not null default 0, -- that the plan has
	done          int[] not null default '{}', -- the numbers of those that are packaged
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
