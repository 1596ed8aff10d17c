-- +goose Up
alter table vault.uploads add completing_at timestamptz; -- since when the file is being checked

-- +goose Down
alter table vault.uploads drop completing_at;
