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
	Name: "streams_library", Version: 1, SQL: librarySQL,
	Handle: []es.Handler[*es.Tx]{
		es.On(libraryCreated), es.On(libraryRenamed),
		es.On(libraryMarked), es.On(libraryUnmarked),
		es.On(libraryRegistered), es.On(libraryProbed), es.On(libraryPackaged),
		es.On(libraryRefused), es.On(libraryFailed), es.On(libraryRetried),
	},
	Documents: []es.Document{es.Each("stream", load), es.One("streams", loadChanged)},
}

func libraryCreated(ctx context.Context, tx *es.Tx, e events.StreamCreated, m es.Meta) error {
	err := tx.Queue(ctx, `insert into stream (owner, id, title, created_at, started_at) values ($1, $2, $3, $4, $5)
		on conflict do nothing`, m.Owner, e.Stream, e.Title, m.Time, e.StartedAt)
	if err != nil {
		return err
	}
	return touch(ctx, tx, m, e.Stream)
}

func libraryRenamed(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
	err := tx.Queue(ctx, `update stream set title = $3 where owner = $1 and id = $2`, m.Owner, e.Stream, e.Title)
	if err != nil {
		return err
	}
	return touch(ctx, tx, m, e.Stream)
}

func libraryMarked(ctx context.Context, tx *es.Tx, e events.MarkerAdded, m es.Meta) error {
	err := tx.Queue(ctx, `insert into marker (owner, stream, id, label, at, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict do nothing`, m.Owner, e.Stream, e.Marker, e.Label, e.At, m.Time, m.Actor)
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

func libraryRegistered(ctx context.Context, tx *es.Tx, e events.ClipRegistered, m es.Meta) error {
	err := tx.Queue(ctx, `insert into clip (owner, id, stream, name, state, started_at, registered_at)
		values ($1, $2, $3, $4, 'registered', $5, $6) on conflict do nothing`, m.Owner, e.Clip, e.Stream, e.Name, e.StartedAt, m.Time)
	if err != nil {
		return err
	}
	return touch(ctx, tx, m, e.Stream)
}

func libraryProbed(ctx context.Context, tx *es.Tx, e events.ClipProbed, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `state = 'probed', duration = $3`, e.Duration)
}

func libraryPackaged(ctx context.Context, tx *es.Tx, e events.ClipPackaged, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `state = 'packaged', reason = '', duration = $3, poster = $4`, e.Duration, e.Poster)
}

func libraryRefused(ctx context.Context, tx *es.Tx, e events.ClipRefused, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `state = 'refused', reason = $3`, e.Reason)
}

func libraryFailed(ctx context.Context, tx *es.Tx, e events.ClipFailed, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `state = 'failed', reason = $3`, e.Reason)
}

func libraryRetried(ctx context.Context, tx *es.Tx, e events.ClipRetried, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `state = 'registered', reason = '', poster = false`)
}

func updateClip(ctx context.Context, tx *es.Tx, m es.Meta, clip, set string, args ...any) error {
	var stream string
	err := tx.QueryRow(ctx, `update clip set `+set+` where owner = $1 and id = $2 returning stream`,
		append([]any{m.Owner, clip}, args...)...).Scan(&stream)
	if err != nil {
		return err
	}
	return touch(ctx, tx, m, stream)
}
