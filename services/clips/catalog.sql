create table clip (
	owner        text not null,
	id           text not null,
	stream       text not null,
	name         text not null,
	size         bigint not null, -- bytes
	content_type text not null,
	sha256       text not null,
	object       text not null,
	state        text not null,
	reason       text not null default '',
	created_at   timestamptz not null,
	started_at   timestamptz,
	facts        jsonb, -- clip.probed
	package      jsonb, -- clip.packaged
	primary key (owner, id)
);
create index on clip (owner, created_at);
create index on clip (owner, stream);

create table stream (
	owner text not null,
	id    text not null,
	primary key (owner, id)
);
