-- +goose Up
create table vault.twitch_heard (
	owner    text primary key,
	channel  text not null,
	heard_at timestamptz, -- what was told until then is on the log; null when nothing ever was
	told     jsonb,       -- the last of connection.heard and connection.silent; null when there is none
	signed   bytea        -- SHA-256 of the secret that the subscriptions to the webhook were made with
);

create table vault.twitch_webhook (
	id     boolean primary key default true check (id), -- there is one
	secret bytea not null                               -- that messages to the webhook are signed with, encrypted
);

-- +goose Down
drop table vault.twitch_webhook;
drop table vault.twitch_heard;
