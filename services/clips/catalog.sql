create table clip (
	owner        text not null,
	id           text not null,
	stream       text not null,
	name         text not null,
	size         bigint not null, -- bytes
	content_type text not null,
	sha256       text not null,
	object       text not null, -- key of the stored file; empty when it was dropped
	state        text not null, -- registered, probed, packaged, refused or failed
	reason       text not null default '',
	created_at   timestamptz not null,
	started_at   timestamptz,
	ended_at     timestamptz,
	facts        jsonb, -- clip.probed
	pictures     jsonb, -- clip.pictured
	package      jsonb, -- clip.packaged
	version      text not null default '', -- of the plan that is followed or was
	planned      bigint not null default 0, -- sequence of that plan on the log
	encode       boolean not null default false, -- everything, because a plan that copies was rejected
	look_job     text not null default '', -- the work on the clip that has not ended
	prepare_job  text not null default '',
	pictures_job text not null default '',
	paused       boolean not null default false,
	priority     int not null default 0,
	primary key (owner, id)
);
create index on clip (owner, created_at);
create index on clip (owner, stream);
create index on clip (owner, started_at);
create index on clip (id); -- for those who are not signed in

-- What was made by a plan stays until another plan takes its place, also when the work is tried again.
create table plan (
	owner   text not null,
	clip    text not null,
	version text not null,
	plan    jsonb not null, -- clip.planned
	primary key (owner, clip, version)
);

create table part (
	owner    text not null,
	clip     text not null,
	version  text not null,
	number   int not null,
	state    text not null default 'waiting', -- waiting, released or done
	round    int not null default 0, -- grows when the work is tried again
	job      text not null default '', -- of encoding it, since it was released
	primary key (owner, clip, version, number)
);
create index on part (state) where state <> 'done';

-- Work that is of no use any more and has to be cancelled.
create table stop (
	owner   text not null,
	job     text not null,
	reactor text not null,
	primary key (owner, job)
);

-- A stretch of one track: consecutive segments in one object.
create table run (
	owner      text not null,
	clip       text not null,
	version    text not null,
	track      text not null,
	start      bigint not null, -- units
	part       int not null, -- -1: no part
	object     text not null,
	init_bytes bigint not null,
	codecs     text not null,
	timescale  bigint not null, -- units a second
	at         bigint not null, -- of the first segment in the object, in bytes
	segments   jsonb not null, -- [[units, bytes], …]
	size       bigint not null, -- of the segments, in bytes
	primary key (owner, clip, version, track, start)
);

create table stream (
	owner      text not null,
	id         text not null,
	title      text not null,
	started_at timestamptz not null,
	live       boolean not null default false, -- it is, or was until ended_at
	ended_at   timestamptz,
	published  boolean not null default false,
	deleted    boolean not null default false,
	primary key (owner, id)
);
create index on stream (id);
create index on stream (owner, started_at);
