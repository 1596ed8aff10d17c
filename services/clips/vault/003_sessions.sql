-- +goose Up
alter table vault.uploads add ended_at timestamptz;
alter table vault.uploads rename completing_at to assembled_at; -- when the object store was asked to make one file of the parts
update vault.uploads set assembled_at = null;
create index on vault.uploads (owner, created_at) where clip = '';

-- +goose Down
drop index vault.uploads_owner_created_at_idx;
alter table vault.uploads rename assembled_at to completing_at;
alter table vault.uploads drop ended_at;
