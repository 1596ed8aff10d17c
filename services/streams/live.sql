-- The newest broadcast of an owner, which is on or over. Its stream is made because of it.
create table broadcast (
	owner      text primary key,
	stream     text not null,
	title      text not null,
	channel    text not null, -- empty while it is not known
	started_at timestamptz not null,
	dropped_at timestamptz, -- when the last source left, while it is waited for one to come back
	ended_at   timestamptz
);

-- The sources that hold it.
create table source (
	owner text not null,
	name  text not null, -- twitch, obs or button
	since timestamptz not null,
	primary key (owner, name)
);

-- What a channel or a bridge has told of itself, in whatever order: it sends when on_at is after off_at. What
-- was never told is in the year 1.
create table sender (
	owner    text not null,
	source   text not null, -- twitch or obs
	id       text not null,
	on_at    timestamptz not null default '0001-01-01T00:00:00Z',
	off_at   timestamptz not null default '0001-01-01T00:00:00Z',
	heard_at timestamptz not null default '0001-01-01T00:00:00Z',
	primary key (owner, source, id)
);

create table channel (
	owner text not null,
	id    text not null,
	title text not null,
	seq   bigint not null, -- of the event that told it
	primary key (owner, id)
);
