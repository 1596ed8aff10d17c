-- +goose Up
create table vault.uploads (
	id           text primary key,
	owner        text not null,
	stream       text not null default '', -- empty: a new one is made
	name         text not null,
	size         bigint not null,
	content_type text not null,
	title        text not null,
	started_at   timestamptz,
	object       text not null,
	multipart    text not null,            -- the upload's id at the object store
	part_size    bigint not null,
	clip         text not null default '', -- what became of it
	created_at   timestamptz not null default now()
);

-- +goose Down
drop table vault.uploads;
