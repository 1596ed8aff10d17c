create table plan (
	owner      text not null,
	id         text not null,
	title      text not null,
	plan       jsonb not null, -- series.planned
	created_at timestamptz not null,
	changed_at timestamptz not null,
	primary key (owner, id)
);
create index on plan (owner, lower(title), id);

create table skip (
	owner  text not null,
	series text not null,
	date   text not null, -- such as 2026-01-31, in the series' zone
	reason text not null,
	primary key (owner, series, date)
);

-- One row an owner: grows whenever any of the series changes.
create table changed (
	owner text primary key,
	seq   bigint not null
);
