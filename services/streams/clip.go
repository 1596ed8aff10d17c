package streams

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

func clipRegistered(ctx context.Context, tx *es.Tx, e events.ClipRegistered, m es.Meta) error {
	err := tx.Queue(ctx, `insert into clip (owner, id, stream, name, size, state, started_at, registered_at)
		select $1, $2, $3, $4, $5, 'registered', $6, $7 where not exists (select from deleted where owner = $1 and id = $3)
		on conflict do nothing`, m.Owner, e.Clip, e.Stream, e.Name, e.Size, e.StartedAt, m.Time)
	if err != nil {
		return err
	}
	return recount(ctx, tx, m, e.Stream)
}

func clipProbed(ctx context.Context, tx *es.Tx, e events.ClipProbed, m es.Meta) error {
	var picture events.VideoFacts
	if e.Video != nil {
		picture = *e.Video
	}
	return updateClip(ctx, tx, m, e.Clip, `state = 'probed', duration = $3, width = $4, height = $5, audio_tracks = $6`,
		e.Duration, picture.Width, picture.Height, len(e.Audio))
}

func clipRefused(ctx context.Context, tx *es.Tx, e events.ClipRefused, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `state = 'refused', reason = $3`, e.Reason)
}

// clipPlanned: what needs no encoding can be played at once. What was made by the same plan before is
// still there.
func clipPlanned(ctx context.Context, tx *es.Tx, e events.ClipPlanned, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `playable = $3 or (playable and version = $4), parts = $5,
		done = case version when $4 then done else '{}' end, version = $4`,
		e.CopyVideo || len(e.Sizes) == 0, e.Version, len(e.Parts))
}

// clipPlanRejected: what was made by the plan is not played any more.
func clipPlanRejected(ctx context.Context, tx *es.Tx, e events.ClipPlanRejected, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `playable = false, version = '', parts = 0, done = '{}'`)
}

// clipPartPackaged: with its first part the clip can be played from its start.
func clipPartPackaged(ctx context.Context, tx *es.Tx, e events.ClipPartPackaged, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `playable = playable or (version = $3 and $4 = 0),
		done = case when version = $3 and $4 <> all(done) then done || $4::int else done end`, e.Version, e.Part)
}

func clipPictured(ctx context.Context, tx *es.Tx, e events.ClipPictured, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `poster = $3, sprites = $4`, e.Poster, e.Sprites)
}

func clipPackaged(ctx context.Context, tx *es.Tx, e events.ClipPackaged, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `state = 'packaged', reason = '', playable = true, duration = $3,
		poster = poster or $4, sprites = sprites or $5`, e.Duration, e.Poster, e.Sprites)
}

// clipFailed: what was made of the clip until then stays.
func clipFailed(ctx context.Context, tx *es.Tx, e events.ClipFailed, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `state = 'failed', reason = $3`, e.Reason)
}

func clipRetried(ctx context.Context, tx *es.Tx, e events.ClipRetried, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `state = 'registered', reason = '', paused = false`)
}

func clipPaused(ctx context.Context, tx *es.Tx, e events.ClipPaused, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `paused = true`)
}

func clipResumed(ctx context.Context, tx *es.Tx, e events.ClipResumed, m es.Meta) error {
	return updateClip(ctx, tx, m, e.Clip, `paused = false`)
}

func clipDeleted(ctx context.Context, tx *es.Tx, e events.ClipDeleted, m es.Meta) error {
	return changeClip(ctx, tx, m, `delete from clip where owner = $1 and id = $2 returning stream`, e.Clip)
}

func updateClip(ctx context.Context, tx *es.Tx, m es.Meta, clip, set string, args ...any) error {
	return changeClip(ctx, tx, m, `update clip set `+set+` where owner = $1 and id = $2 returning stream`, clip, args...)
}

// changeClip changes the row of a clip. One that is deleted, or whose stream is, has none.
func changeClip(ctx context.Context, tx *es.Tx, m es.Meta, statement, clip string, args ...any) error {
	var stream string
	err := tx.QueryRow(ctx, statement, append([]any{m.Owner, clip}, args...)...).Scan(&stream)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return recount(ctx, tx, m, stream)
}
