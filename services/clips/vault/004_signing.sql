-- +goose Up
create table vault.signing (
	id  boolean primary key default true check (id), -- there is one
	key bytea not null                               -- that links to media are signed with
);

-- +goose Down
drop table vault.signing;
