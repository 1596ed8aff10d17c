-- +goose Up
-- An e-mail address is stored in the form in which it is compared. An account without a password
-- signs in elsewhere.
drop index vault.accounts_email;
update vault.accounts set email = lower(email);
create unique index accounts_email on vault.accounts (email);
alter table vault.accounts alter column password_hash drop not null;

-- Sessions of before cannot tell where they are: whoever has one signs in again.
delete from vault.sessions;
alter table vault.sessions
	add column id      text not null unique,
	add column method  text not null,
	add column device  text not null,
	add column address text not null;

create table vault.invitations (
	account    text primary key,
	hash       bytea not null unique,
	owner      text not null,
	email      text not null unique,
	role       text not null,
	invited_by text not null references vault.accounts (id) on delete cascade,
	created_at timestamptz not null,
	expires    timestamptz not null
);

create table vault.resets (
	account text primary key references vault.accounts (id) on delete cascade,
	hash    bytea not null unique,
	made_by text not null references vault.accounts (id) on delete cascade,
	expires timestamptz not null
);

create table vault.identities (
	issuer     text not null,
	subject    text not null,
	account    text not null references vault.accounts (id) on delete cascade,
	created_at timestamptz not null,
	primary key (issuer, subject),
	unique (account, issuer)
);

-- Sign-ins that were sent to the OpenID Connect provider, and have not come back.
create table vault.departures (
	hash    bytea primary key,
	expires timestamptz not null
);

create table vault.tries (
	key     bytea primary key,
	count   int not null,
	last_at timestamptz not null,
	until   timestamptz not null
);

-- What has changed and the log may not have been told yet.
create table vault.untold (
	id    text primary key,
	seq   bigint generated always as identity,
	owner text not null,
	actor text not null,
	at    timestamptz not null,
	event text not null,
	data  jsonb not null
);

-- +goose Down
drop table vault.untold, vault.tries, vault.departures, vault.identities, vault.resets, vault.invitations;
alter table vault.sessions drop column id, drop column method, drop column device, drop column address;
delete from vault.accounts where password_hash is null;
alter table vault.accounts alter column password_hash set not null;
drop index vault.accounts_email;
create unique index accounts_email on vault.accounts (lower(email));
