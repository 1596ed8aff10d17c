-- Everything that CHAT tells has the day that it is kept with, and goes with it.

-- What is kept no longer: all from before a day. One row.
create table expired (
	history text primary key,
	before  date not null
);

-- Who had everything removed that they had written and done until then.
create table erased (
	owner  text not null,
	person text not null,
	at     timestamptz not null,
	done   boolean not null default false,
	primary key (owner, person)
);

-- One partition a day; its name is message_ and the day.
create table message (
	owner    text not null,
	day      date not null,
	channel  text not null,
	id       text not null,
	seq      bigint not null, -- on CHAT
	at       timestamptz not null,
	person   text not null,
	login    text not null,
	name     text not null,
	color    text not null,
	text     text not null,
	bits     int not null,
	kind     text not null,
	reward   text not null,
	imported boolean not null,
	extra    json, -- badges, fragments, what it replies to, where it was written
	words    tsvector generated always as (to_tsvector('simple', text)) stored
) partition by range (day);
create index on message (owner, at, id);
create index on message (owner, person, at);
create index on message using gin (words);

-- Where each message is, so that it is there once, however far apart it was told.
create table seen (
	owner text not null,
	id    text not null,
	day   date not null,
	at    timestamptz not null,
	primary key (owner, id)
);

create table activity (
	owner   text not null,
	day     date not null,
	channel text not null,
	id      text not null,
	type    text not null,
	kind    text not null,
	alert   boolean not null,
	seq     bigint not null, -- on CHAT
	at      timestamptz not null,
	person  text not null,
	data    json not null, -- the fact, without what the platform said
	primary key (owner, channel, id, type)
);
create index on activity (owner, at, id);
create index on activity (owner, person, at);

create table viewers (
	owner   text not null,
	day     date not null,
	channel text not null,
	at      timestamptz not null,
	viewers int not null
);
create index on viewers (owner, channel, at);

-- Messages that were taken away one by one.
create table removed (
	owner   text not null,
	day     date not null,
	channel text not null,
	message text not null,
	person  text not null,
	at      timestamptz not null
);
create index on removed (owner, message);

-- From whom, or from everybody when that is empty, all was taken away that was there by then.
create table cleared (
	owner   text not null,
	day     date not null,
	channel text not null,
	person  text not null,
	at      timestamptz not null
);
create index on cleared (owner, channel, person, at);

create table gap (
	owner   text not null,
	id      text not null,
	channel text not null,
	source  text not null,
	since   timestamptz not null,
	until   timestamptz not null,
	why     text not null,
	filled  text[] not null default '{}',
	missing text[] not null default '{}',
	primary key (owner, id)
);

create table channel (
	owner text not null,
	id    text not null,
	primary key (owner, id)
);

create table stream (
	owner      text not null,
	id         text not null,
	started_at timestamptz not null,
	ended_at   timestamptz,
	channel    text not null default '', -- empty while it is not known
	live       boolean not null default false,
	primary key (owner, id)
);

create table clip (
	owner      text not null,
	id         text not null,
	stream     text not null,
	started_at timestamptz, -- with the stream when that is not known
	duration   double precision not null default 0, -- seconds
	primary key (owner, id)
);
create index on clip (owner, stream);

create table archive (
	owner      text not null,
	stream     text not null,
	channel    text not null,
	key        text not null,
	since      timestamptz not null,
	until      timestamptz not null,
	messages   int not null,
	activities int not null,
	primary key (owner, stream)
);

-- What belongs to a stream: all in its channel from its start until a little after its end. One that
-- was never live ends with its recordings; when nothing is known it has a day, until the next one
-- begins. While it is live its end is open.
create view span as
	select s.owner, s.id, s.live, s.started_at,
		coalesce(nullif(s.channel, ''), a.channel, (select min(c.id) from channel c where c.owner = s.owner having count(*) = 1), '') as channel,
		case when not s.live then coalesce(
			s.ended_at + interval '2 minutes',
			(select max(coalesce(c.started_at, s.started_at) + c.duration * interval '1 second') from clip c
				where c.owner = s.owner and c.stream = s.id and c.duration > 0),
			least(s.started_at + interval '1 day', (select min(n.started_at) from stream n where n.owner = s.owner and n.started_at > s.started_at))
		) end as until,
		a.key, coalesce(a.since < (select before from expired)::timestamp at time zone 'UTC', false) as faded
	from stream s left join archive a on a.owner = s.owner and a.stream = s.id;

-- Since when a message is taken away, and by what: message, user or all; no row when it is not.
create function deletion(_owner text, _channel text, _message text, _person text, _at timestamptz) returns table (at timestamptz, by text)
language sql stable as $$
	select d.at, d.by from (
		select r.at, 'message' as by from removed r where r.owner = _owner and r.message = _message
		union all
		select c.at, case c.person when '' then 'all' else 'user' end from cleared c
			where c.owner = _owner and c.channel = _channel and c.person in (_person, '') and c.at >= _at
	) d order by d.at, d.by limit 1
$$;

-- Nothing comes in that is kept no longer, or that was erased.
create function admit() returns trigger language plpgsql as $$ begin
	if exists (select from expired e where e.before > new.day)
		or exists (select from erased e where e.owner = new.owner and e.person = new.person and e.at >= new.at) then
		return null;
	end if;
	return new;
end $$;

-- Of a message that is told again, the last telling stays.
create function admit_message() returns trigger language plpgsql as $$ begin
	if exists (select from expired e where e.before > new.day)
		or exists (select from erased e where e.owner = new.owner and e.person = new.person and e.at >= new.at) then
		return null;
	end if;
	insert into seen (owner, id, day, at) values (new.owner, new.id, new.day, new.at) on conflict do nothing;
	if not found then
		delete from message m using seen s where s.owner = new.owner and s.id = new.id
			and m.owner = s.owner and m.day = s.day and m.at = s.at and m.id = s.id;
		update seen set day = new.day, at = new.at where owner = new.owner and id = new.id;
	end if;
	return new;
end $$;

create function admit_activity() returns trigger language plpgsql as $$ begin
	if exists (select from expired e where e.before > new.day)
		or exists (select from erased e where e.owner = new.owner and e.person = new.person and e.at >= new.at) then
		return null;
	end if;
	delete from activity a where a.owner = new.owner and a.channel = new.channel and a.id = new.id and a.type = new.type;
	return new;
end $$;

create trigger admit before insert on message for each row execute function admit_message();
create trigger admit before insert on activity for each row execute function admit_activity();
create trigger admit before insert on removed for each row execute function admit();
create trigger admit before insert on cleared for each row execute function admit();

create function admit_viewers() returns trigger language plpgsql as $$ begin
	return case when exists (select from expired e where e.before > new.day) then null else new end;
end $$;
create trigger admit before insert on viewers for each row execute function admit_viewers();

-- Forgets all from before a day.
create function expire(_before date) returns void language plpgsql as $$ declare _partition regclass; begin
	insert into expired (history, before) values ('chat', _before)
		on conflict (history) do update set before = greatest(expired.before, excluded.before);
	for _partition in
		select inhrelid::regclass from pg_inherits join pg_class on pg_class.oid = inhrelid
		where inhparent = 'message'::regclass and to_date(right(relname, 8), 'YYYYMMDD') < _before
	loop
		execute 'drop table ' || _partition;
	end loop;
	delete from seen where day < _before;
	delete from activity where day < _before;
	delete from viewers where day < _before;
	delete from removed where day < _before;
	delete from cleared where day < _before;
end $$;

-- Removes what somebody had written and done until then, and remembers that.
create function erase(_owner text, _person text, _at timestamptz) returns void language plpgsql as $$ begin
	insert into erased (owner, person, at) values (_owner, _person, _at)
		on conflict (owner, person) do update set at = greatest(erased.at, excluded.at), done = false;
	with gone as (delete from message m where m.owner = _owner and m.person = _person and m.at <= _at returning m.id)
		delete from seen s using gone where s.owner = _owner and s.id = gone.id;
	delete from activity a where a.owner = _owner and a.person = _person and a.at <= _at;
	delete from removed r where r.owner = _owner and r.person = _person and r.at <= _at;
	delete from cleared c where c.owner = _owner and c.person = _person and c.at <= _at;
end $$;
