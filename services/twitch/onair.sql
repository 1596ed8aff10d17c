create table onair (
	owner      text not null,
	channel    text not null,
	live       boolean not null default false,
	broadcast  text not null default '', -- the last one, also when it has ended
	started_at timestamptz,
	updated    jsonb,                    -- title, category and the like; null when they were never told
	primary key (owner, channel)
);
