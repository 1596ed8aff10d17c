-- +goose Up
create table vault.answers (
	id            text primary key,  -- follows from the caller and the Idempotency-Key
	request       text not null,     -- a fingerprint
	run           text not null,     -- the id of the run whose answer it is
	running_until timestamptz,       -- by when the run has ended, whatever becomes of it; null when it has
	answer        bytea,             -- sealed; null while there is none, and when it is not kept
	created_at    timestamptz not null default now()
);
create index answers_created on vault.answers (created_at);

-- +goose Down
drop table vault.answers;
