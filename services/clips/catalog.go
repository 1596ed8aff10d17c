package clips

import (
	"context"
	_ "embed"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

//go:embed catalog.sql
var catalogSQL string

// catalog is what is known of every clip, what was made of it, and which streams there are.
var catalog = es.Projection{
	Name: "clips_catalog", Version: 3, SQL: catalogSQL,
	Handle: []es.Handler[*es.Tx]{
		es.On(catalogRegistered), es.On(catalogProbed), es.On(catalogRefused),
		es.On(catalogPlanned), es.On(catalogPlanRejected), es.On(catalogTrackPackaged),
		es.On(catalogPartReleased), es.On(catalogPartPackaged), es.On(catalogPictured),
		es.On(catalogPackaged), es.On(catalogFailed), es.On(catalogRetried),
		es.On(catalogPaused), es.On(catalogResumed), es.On(catalogPrioritized),
		es.On(catalogDeleted), es.On(catalogSourceDropped), es.On(catalogCancelled),
		es.On(catalogStream), es.On(catalogStreamRenamed), es.On(catalogStreamWentLive), es.On(catalogStreamEnded),
		es.On(catalogStreamPublished), es.On(catalogStreamUnpublished), es.On(catalogStreamDeleted),
	},
	Documents: []es.Document{es.Each("clip", load)},
}

func catalogRegistered(ctx context.Context, tx *es.Tx, e events.ClipRegistered, m es.Meta) error {
	tx.Touch(m.Owner, "clip", e.Clip)
	return tx.Queue(ctx, `insert into clip (owner, id, stream, name, size, content_type, sha256, object, state, created_at, started_at, ended_at, look_job)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 'registered', $9, $10, $11, $12) on conflict do nothing`,
		m.Owner, e.Clip, e.Stream, e.Name, e.Size, e.ContentType, e.SHA256, e.Object, m.Time, e.StartedAt, e.EndedAt, es.JobID(probe.Name, m.ID))
}

func catalogProbed(ctx context.Context, tx *es.Tx, e events.ClipProbed, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `state = 'probed', facts = $3, look_job = '', prepare_job = $4, pictures_job = $5`,
		e, es.JobID(prepare.Name, m.ID), es.JobID(pictures.Name, m.ID))
}

func catalogRefused(ctx context.Context, tx *es.Tx, e events.ClipRefused, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `state = 'refused', reason = $3, look_job = ''`, e.Reason)
}

func catalogPictured(ctx context.Context, tx *es.Tx, e events.ClipPictured, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `pictures = $3, pictures_job = ''`, e)
}

func catalogPackaged(ctx context.Context, tx *es.Tx, e events.ClipPackaged, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `state = 'packaged', reason = '', package = $3`, e)
}

// catalogFailed lets everything that is still done for the clip be stopped. Parts that are there stay.
func catalogFailed(ctx context.Context, tx *es.Tx, e events.ClipFailed, m es.Meta) error {
	if err := stopWork(ctx, tx, m, e.Clip); err != nil {
		return err
	}
	err := tx.Queue(ctx, `update part set state = 'waiting', round = round + 1, job = '' where owner = $1 and clip = $2 and state = 'released'`, m.Owner, e.Clip)
	if err != nil {
		return err
	}
	return update(ctx, tx, m, e.Clip, `state = 'failed', reason = $3, look_job = '', prepare_job = '', pictures_job = ''`, e.Reason)
}

// catalogRetried takes the clip back to where it was when it was registered.
func catalogRetried(ctx context.Context, tx *es.Tx, e events.ClipRetried, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `state = 'registered', reason = '', paused = false, object = $3, look_job = $4`,
		e.Object, es.JobID(probe.Name, m.ID))
}

func catalogPaused(ctx context.Context, tx *es.Tx, e events.ClipPaused, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `paused = true`)
}

func catalogResumed(ctx context.Context, tx *es.Tx, e events.ClipResumed, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `paused = false`)
}

func catalogPrioritized(ctx context.Context, tx *es.Tx, e events.ClipPrioritized, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `priority = $3`, e.Priority)
}

func catalogSourceDropped(ctx context.Context, tx *es.Tx, e events.ClipSourceDropped, m es.Meta) error {
	return update(ctx, tx, m, e.Clip, `object = ''`)
}

func catalogDeleted(ctx context.Context, tx *es.Tx, e events.ClipDeleted, m es.Meta) error {
	tx.Touch(m.Owner, "clip", e.Clip)
	if err := stopWork(ctx, tx, m, e.Clip); err != nil {
		return err
	}
	for _, table := range []string{"plan", "part", "run"} {
		if err := tx.Queue(ctx, `delete from `+table+` where owner = $1 and clip = $2`, m.Owner, e.Clip); err != nil {
			return err
		}
	}
	return tx.Queue(ctx, `delete from clip where owner = $1 and id = $2`, m.Owner, e.Clip)
}

// stopWork notes the work on the clip that goes on, but for that which tells of it here.
func stopWork(ctx context.Context, tx *es.Tx, m es.Meta, clip string) error {
	return tx.Queue(ctx, `insert into stop (owner, job, reactor)
		select owner, job, reactor from (
			select owner, job, $3 as reactor from part where owner = $1 and clip = $2 and state = 'released'
			union all select owner, look_job, $4 from clip where owner = $1 and id = $2
			union all select owner, prepare_job, $5 from clip where owner = $1 and id = $2
			union all select owner, pictures_job, $6 from clip where owner = $1 and id = $2
		) as work where job <> '' and job <> all($7) on conflict do nothing`,
		m.Owner, clip, encode.Name, probe.Name, prepare.Name, pictures.Name,
		[]string{
			es.JobID(encode.Name, m.Causation), es.JobID(probe.Name, m.Causation),
			es.JobID(prepare.Name, m.Causation), es.JobID(pictures.Name, m.Causation),
		})
}

func catalogCancelled(ctx context.Context, tx *es.Tx, e events.JobCancelled, m es.Meta) error {
	return tx.Queue(ctx, `delete from stop where owner = $1 and job = $2`, m.Owner, e.Job)
}

func update(ctx context.Context, tx *es.Tx, m es.Meta, clip, set string, args ...any) error {
	tx.Touch(m.Owner, "clip", clip)
	return tx.Queue(ctx, `update clip set `+set+` where owner = $1 and id = $2`, append([]any{m.Owner, clip}, args...)...)
}

func catalogStream(ctx context.Context, tx *es.Tx, e events.StreamCreated, m es.Meta) error {
	return tx.Queue(ctx, `insert into stream (owner, id, title, started_at) values ($1, $2, $3, $4) on conflict do nothing`,
		m.Owner, e.Stream, e.Title, e.StartedAt)
}

func catalogStreamRenamed(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
	return updateStream(ctx, tx, m, e.Stream, `title = $3`, e.Title)
}

func catalogStreamWentLive(ctx context.Context, tx *es.Tx, e events.StreamWentLive, m es.Meta) error {
	return updateStream(ctx, tx, m, e.Stream, `live = true, ended_at = null`)
}

func catalogStreamEnded(ctx context.Context, tx *es.Tx, e events.StreamEnded, m es.Meta) error {
	return updateStream(ctx, tx, m, e.Stream, `ended_at = $3`, e.At)
}

func catalogStreamPublished(ctx context.Context, tx *es.Tx, e events.StreamPublished, m es.Meta) error {
	return updateStream(ctx, tx, m, e.Stream, `published = true`)
}

func catalogStreamUnpublished(ctx context.Context, tx *es.Tx, e events.StreamUnpublished, m es.Meta) error {
	return updateStream(ctx, tx, m, e.Stream, `published = false`)
}

func catalogStreamDeleted(ctx context.Context, tx *es.Tx, e events.StreamDeleted, m es.Meta) error {
	return updateStream(ctx, tx, m, e.Stream, `published = false, deleted = true`)
}

func updateStream(ctx context.Context, tx *es.Tx, m es.Meta, stream, set string, args ...any) error {
	return tx.Queue(ctx, `update stream set `+set+` where owner = $1 and id = $2`, append([]any{m.Owner, stream}, args...)...)
}
