-- +goose Up
create table vault.accounts (
	id            text primary key,
	owner         text not null,
	email         text not null,
	password_hash text not null,
	role          text not null,
	created_at    timestamptz not null
);
create unique index accounts_email on vault.accounts (lower(email));

create table vault.sessions (
	hash       bytea primary key,
	account    text not null references vault.accounts (id) on delete cascade,
	created_at timestamptz not null,
	seen_at    timestamptz not null,
	expires    timestamptz not null
);
create index sessions_account on vault.sessions (account);

create table vault.tokens (
	id           text primary key,
	hash         bytea not null unique,
	owner        text not null,
	account      text not null references vault.accounts (id) on delete cascade,
	name         text not null,
	role         text not null,
	created_at   timestamptz not null,
	last_used_at timestamptz
);
create index tokens_owner on vault.tokens (owner, created_at);

create table vault.setup (
	hash    bytea primary key,
	expires timestamptz not null
);

-- +goose Down
drop table vault.setup, vault.tokens, vault.sessions, vault.accounts;
