-- +goose Up
create table vault.tickets (
	hash    bytea primary key,
	holder  text,
	session bytea references vault.sessions (hash) on delete cascade,
	token   text references vault.tokens (id) on delete cascade,
	expires timestamptz not null,
	check ((session is null) <> (token is null))
);
create index tickets_session on vault.tickets (session);
create index tickets_token on vault.tickets (token);

-- +goose Down
drop table vault.tickets;
