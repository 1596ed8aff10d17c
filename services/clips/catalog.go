package clips

import (
	"context"
	_ "embed"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

//go:embed catalog.sql
var catalogSQL string

// catalog is what is known of every clip, and which streams there are.
var catalog = es.Projection{
	Name: "clips_catalog", Version: 1, SQL: catalogSQL,
	Handle: []es.Handler[*es.Tx]{
		es.On(catalogRegistered), es.On(catalogProbed), es.On(catalogRefused),
		es.On(catalogPackaged), es.On(catalogFailed), es.On(catalogRetried), es.On(catalogStream),
	},
	Documents: []es.Document{es.Each("clip", load)},
}

func catalogRegistered(ctx context.Context, tx *es.Tx, e events.ClipRegistered, m es.Meta) error {
	tx.Touch(m.Owner, "clip", e.Clip)
	return tx.Queue(ctx, `insert into clip (owner, id, stream, name, size, content_type, sha256, object, state, created_at, started_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 'registered', $9, $10) on conflict do nothing`,
		m.Owner, e.Clip, e.Stream, e.Name, e.Size, e.ContentType, e.SHA256, e.Object, m.Time, e.StartedAt)
}

func catalogProbed(ctx context.Context, tx *es.Tx, e events.ClipProbed, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `state = 'probed', facts = $3`, e)
}

func catalogRefused(ctx context.Context, tx *es.Tx, e events.ClipRefused, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `state = 'refused', reason = $3`, e.Reason)
}

func catalogPackaged(ctx context.Context, tx *es.Tx, e events.ClipPackaged, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `state = 'packaged', reason = '', package = $3`, e)
}

func catalogFailed(ctx context.Context, tx *es.Tx, e events.ClipFailed, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `state = 'failed', reason = $3`, e.Reason)
}

// catalogRetried takes the clip back to where it was when it was registered.
func catalogRetried(ctx context.Context, tx *es.Tx, e events.ClipRetried, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `state = 'registered', reason = '', package = null, object = $3`, e.Object)
}

func update(ctx context.Context, tx *es.Tx, m es.Meta, clip, set string, arg any) error {
	tx.Touch(m.Owner, "clip", clip)
	return tx.Queue(ctx, `update clip set `+set+` where owner = $1 and id = $2`, m.Owner, clip, arg)
}

func catalogStream(ctx context.Context, tx *es.Tx, e events.StreamCreated, m es.Meta) error {
	return tx.Queue(ctx, `insert into stream (owner, id) values ($1, $2) on conflict do nothing`, m.Owner, e.Stream)
}
