create table connection (
	owner            text not null,
	id               text not null,
	state            text not null,
	channel          text not null default '',
	login            text not null default '',
	name             text not null default '',
	reason           text not null default '',
	scopes           text[] not null default '{}',
	valid_until      timestamptz,
	-- How the other side tells what happens.
	transport        text not null default '',
	transport_state  text not null default 'off',
	transport_since  timestamptz,
	transport_reason text not null default '',
	subscriptions    jsonb not null default '[]',
	-- The last time that was not heard.
	gap_from         timestamptz,
	gap_to           timestamptz,
	gap_why          text not null default '',
	primary key (owner, id)
);
