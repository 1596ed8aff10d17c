-- +goose Up
-- Applications that an owner has registered at Twitch. One is in use; another stays as long as there are
-- tokens that were made with it.
create table vault.twitch_apps (
	owner     text not null,
	client_id text not null,
	secret    bytea not null,
	in_use    boolean not null,
	primary key (owner, client_id)
);
create unique index twitch_apps_in_use on vault.twitch_apps (owner) where in_use;

-- Channels that the platform may act for.
create table vault.twitch_links (
	owner        text primary key,
	client_id    text not null,
	tokens       bytea not null,
	scopes       text[] not null,
	channel      text not null,
	login        text not null,
	name         text not null,
	valid_until  timestamptz not null,
	validated_at timestamptz not null,
	-- When to get other tokens, and when to look after the connection.
	renew_at     timestamptz not null,
	due_at       timestamptz not null,
	-- Why the tokens are no longer accepted; null while they are.
	lost         text,
	detail       text
);

-- The applications' own tokens.
create table vault.twitch_app_tokens (
	client_id   text primary key,
	token       bytea not null,
	valid_until timestamptz not null
);

-- Browsers that were sent to Twitch, or to the address that Twitch sends them back to, and have not come
-- there.
create table vault.twitch_departures (
	hash    bytea primary key,
	owner   text not null,
	account text not null,
	-- The address that the settings were looked at.
	origin  text not null,
	expires timestamptz not null
);

-- Codes that somebody may type in on another device.
create table vault.twitch_devices (
	owner     text primary key,
	account   text not null,
	client_id text not null,
	code      bytea not null,
	user_code text not null,
	url       text not null,
	every     interval not null,
	due_at    timestamptz not null,
	expires   timestamptz not null
);

-- What has changed and the log may not have been told yet.
create table vault.twitch_untold (
	id    text primary key,
	seq   bigint generated always as identity,
	owner text not null,
	actor text not null,
	at    timestamptz not null,
	event text not null,
	data  jsonb not null
);

-- +goose Down
drop table vault.twitch_untold, vault.twitch_devices, vault.twitch_departures, vault.twitch_app_tokens, vault.twitch_links, vault.twitch_apps;
