create table bridge (
	owner           text not null,
	name            text not null,
	connected       boolean not null,
	reason          text not null default '', -- why it is not connected
	version         text not null default '', -- of OBS
	folder          text not null default '', -- that it records into
	scene           text not null default '',
	stream_since    timestamptz, -- null while it does not stream
	recording_since timestamptz, -- null while it does not record
	recording_file  text not null default '',
	paused          boolean not null default false,
	offset_ms       double precision, -- of the newest clock that was measured
	error_ms        double precision,
	free            bigint, -- bytes
	total           bigint,
	last_seen       timestamptz not null,
	primary key (owner, name)
);

-- What was told, for ever: the log itself recognises a repeated event for a while only.
create table told (
	owner text not null,
	id    text not null,
	primary key (owner, id)
);
