-- +goose Up
create table vault.calendars (
	owner  text primary key,
	secret text not null unique -- in the address that calendar programs read
);

-- +goose Down
drop table vault.calendars;
