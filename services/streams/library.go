package streams

import (
	"context"
	_ "embed"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

//go:embed library.sql
var librarySQL string

// library is the read model behind the list of streams and the page of one.
var library = es.Projection{
	Name: "streams_library", Version: 3, SQL: librarySQL,
	Handle: []es.Handler[*es.Tx]{
		es.On(libraryCreated), es.On(libraryRenamed), es.On(libraryDeleted),
		es.On(libraryWentLive), es.On(libraryEnded),
		es.On(libraryPublished), es.On(libraryUnpublished),
		es.On(libraryMarked), es.On(libraryUnmarked),
		es.On(clipRegistered), es.On(clipProbed), es.On(clipRefused),
		es.On(clipPlanned), es.On(clipPlanRejected), es.On(clipPartPackaged), es.On(clipPictured), es.On(clipPackaged),
		es.On(clipFailed), es.On(clipRetried), es.On(clipPaused), es.On(clipResumed), es.On(clipDeleted),
	},
	Documents: []es.Document{es.Each("stream", load), es.One("streams", loadChanged)},
}

func libraryCreated(ctx context.Context, tx *es.Tx, e events.StreamCreated, m es.Meta) error {
	err := tx.Queue(ctx, `insert into stream (owner, id, title, created_at, started_at) values ($1, $2, $3, $4, $5)
		on conflict do nothing`, m.Owner, e.Stream, e.Title, m.Time, e.StartedAt)
	if err != nil {
		return err
	}
	return recount(ctx, tx, m, e.Stream)
}

func libraryRenamed(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
	err := tx.Queue(ctx, `update stream set title = $3 where owner = $1 and id = $2`, m.Owner, e.Stream, e.Title)
	if err != nil {
		return err
	}
	return recount(ctx, tx, m, e.Stream)
}

func libraryWentLive(ctx context.Context, tx *es.Tx, e events.StreamWentLive, m es.Meta) error {
	err := tx.Queue(ctx, `update stream set live = true, ended_at = null, channel = coalesce(nullif($3, ''), channel)
		where owner = $1 and id = $2`, m.Owner, e.Stream, e.Channel)
	if err != nil {
		return err
	}
	return recount(ctx, tx, m, e.Stream)
}

func libraryEnded(ctx context.Context, tx *es.Tx, e events.StreamEnded, m es.Meta) error {
	err := tx.Queue(ctx, `update stream set live = false, ended_at = $3 where owner = $1 and id = $2`, m.Owner, e.Stream, e.At)
	if err != nil {
		return err
	}
	return recount(ctx, tx, m, e.Stream)
}

func libraryPublished(ctx context.Context, tx *es.Tx, e events.StreamPublished, m es.Meta) error {
	err := tx.Queue(ctx, `update stream set published = true where owner = $1 and id = $2`, m.Owner, e.Stream)
	if err != nil {
		return err
	}
	return touch(ctx, tx, m, e.Stream)
}

func libraryUnpublished(ctx context.Context, tx *es.Tx, e events.StreamUnpublished, m es.Meta) error {
	err := tx.Queue(ctx, `update stream set published = false where owner = $1 and id = $2`, m.Owner, e.Stream)
	if err != nil {
		return err
	}
	return touch(ctx, tx, m, e.Stream)
}

func libraryDeleted(ctx context.Context, tx *es.Tx, e events.StreamDeleted, m es.Meta) error {
	for _, statement := range []string{
		`delete from marker where owner = $1 and stream = $2`,
		`delete from clip where owner = $1 and stream = $2`,
		`delete from stream where owner = $1 and id = $2`,
		`insert into deleted (owner, id) values ($1, $2) on conflict do nothing`,
	} {
		if err := tx.Queue(ctx, statement, m.Owner, e.Stream); err != nil {
			return err
		}
	}
	return touch(ctx, tx, m, e.Stream)
}

func libraryMarked(ctx context.Context, tx *es.Tx, e events.MarkerAdded, m es.Meta) error {
	by := m.Actor
	if e.Source == fromChat {
		by = ""
	}
	err := tx.Queue(ctx, `insert into marker (owner, stream, id, label, at, created_at, created_by, source) values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict do nothing`, m.Owner, e.Stream, e.Marker, e.Label, e.At, m.Time, by, e.Source)
	if err != nil {
		return err
	}
	return touch(ctx, tx, m, e.Stream)
}

func libraryUnmarked(ctx context.Context, tx *es.Tx, e events.MarkerRemoved, m es.Meta) error {
	err := tx.Queue(ctx, `delete from marker where owner = $1 and stream = $2 and id = $3`, m.Owner, e.Stream, e.Marker)
	if err != nil {
		return err
	}
	return touch(ctx, tx, m, e.Stream)
}

// touch lets browsers see that the stream, and so the list of streams, has changed.
func touch(ctx context.Context, tx *es.Tx, m es.Meta, stream string) error {
	tx.Touch(m.Owner, "stream", stream)
	tx.Touch(m.Owner, "streams", "")
	return tx.Queue(ctx, `insert into changed (owner, seq) values ($1, $2) on conflict (owner) do update set seq = $2`, m.Owner, m.Seq)
}

// recount writes down what follows from the title, the clips, and whether the stream is live. Clips with a time of their own stand
// where it says; those that ended before the stream's start are one after the other at its beginning, and
// those without a time at its end, as load has them.
func recount(ctx context.Context, tx *es.Tx, m es.Meta, stream string) error {
	err := tx.Queue(ctx, `update stream s set (search, state, playable, duration, size, clips, parts_done, parts_total, poster) = (
			select concat_ws(chr(10), s.title, string_agg(c.name, chr(10) order by c.registered_at, c.id)),
				case when s.live then 'live'
					when count(*) = 0 then 'empty'
					when bool_or(c.state in ('registered', 'probed')) then 'processing'
					when bool_or(c.state = 'packaged') then 'ready'
					else 'failed' end,
				coalesce(bool_or(c.playable), false),
				greatest(0,
					sum(c.duration order by c.id) filter (where c.started_at < s.started_at and c.started_at + make_interval(secs => c.duration) <= s.started_at),
					max(extract(epoch from c.started_at - s.started_at)::float8 + c.duration) filter (where c.started_at >= s.started_at or c.started_at + make_interval(secs => c.duration) > s.started_at)
				) + coalesce(sum(c.duration order by c.id) filter (where c.started_at is null), 0),
				coalesce(sum(c.size), 0), count(*), coalesce(sum(cardinality(c.done)), 0), coalesce(sum(c.parts), 0),
				coalesce((array_agg(c.id order by c.started_at, c.registered_at, c.id) filter (where c.poster))[1], '')
			from clip c where c.owner = s.owner and c.stream = s.id)
		where s.owner = $1 and s.id = $2`, m.Owner, stream)
	if err != nil {
		return err
	}
	return touch(ctx, tx, m, stream)
}
