package clips

import (
	"context"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// catalogPlanned follows a plan from now on; what another one made is not played any more.
func catalogPlanned(ctx context.Context, tx *es.Tx, e events.ClipPlanned, m es.Meta) error {
	if err := forgetPlans(ctx, tx, m, e.Clip, e.Version); err != nil {
		return err
	}
	err := tx.Queue(ctx, `insert into plan (owner, clip, version, plan) values ($1, $2, $3, $4) on conflict do nothing`,
		m.Owner, e.Clip, e.Version, e)
	if err != nil {
		return err
	}
	err = tx.Queue(ctx, `insert into part (owner, clip, version, number) select $1, $2, $3, generate_series(0, $4 - 1) on conflict do nothing`,
		m.Owner, e.Clip, e.Version, len(e.Parts))
	if err != nil {
		return err
	}
	return update(ctx, tx, m, e.Clip, `version = $3, planned = $4, prepare_job = ''`, e.Version, m.Seq)
}

// catalogPlanRejected ends a plan, so that another takes its place.
func catalogPlanRejected(ctx context.Context, tx *es.Tx, e events.ClipPlanRejected, m es.Meta) error {
	err := tx.Queue(ctx, `insert into stop (owner, job, reactor) select owner, job, $4 from part
		where owner = $1 and clip = $2 and state = 'released' and job <> $3 on conflict do nothing`,
		m.Owner, e.Clip, es.JobID(encode.Name, m.Causation), encode.Name)
	if err != nil {
		return err
	}
	if err := forgetPlans(ctx, tx, m, e.Clip, ""); err != nil {
		return err
	}
	return update(ctx, tx, m, e.Clip, `version = '', encode = true, prepare_job = $3`, es.JobID(prepare.Name, m.ID))
}

// forgetPlans forgets what was made by all plans but one.
func forgetPlans(ctx context.Context, tx *es.Tx, m es.Meta, clip, version string) error {
	for _, table := range []string{"plan", "part", "run"} {
		err := tx.Queue(ctx, `delete from `+table+` where owner = $1 and clip = $2 and version <> $3`, m.Owner, clip, version)
		if err != nil {
			return err
		}
	}
	return nil
}

func catalogTrackPackaged(ctx context.Context, tx *es.Tx, e events.ClipTrackPackaged, m es.Meta) error {
	return insertRun(ctx, tx, m, e.Clip, e.Version, -1, e.Run)
}

func catalogPartReleased(ctx context.Context, tx *es.Tx, e events.ClipPartReleased, m es.Meta) error {
	return tx.Queue(ctx, `update part set state = 'released', job = $5
		where owner = $1 and clip = $2 and version = $3 and number = $4 and state = 'waiting'`,
		m.Owner, e.Clip, e.Version, e.Part, es.JobID(encode.Name, m.ID))
}

func catalogPartPackaged(ctx context.Context, tx *es.Tx, e events.ClipPartPackaged, m es.Meta) error {
	for _, r := range e.Runs {
		if err := insertRun(ctx, tx, m, e.Clip, e.Version, e.Part, r); err != nil {
			return err
		}
	}
	tx.Touch(m.Owner, "clip", e.Clip)
	return tx.Queue(ctx, `update part set state = 'done', job = '' where owner = $1 and clip = $2 and version = $3 and number = $4`,
		m.Owner, e.Clip, e.Version, e.Part)
}

func insertRun(ctx context.Context, tx *es.Tx, m es.Meta, clip, version string, part int, r events.TrackRun) error {
	var size int64
	for _, s := range r.Segments {
		size += s[1]
	}
	return tx.Queue(ctx, `insert into run (owner, clip, version, track, start, part, object, init_bytes, codecs, timescale, at, segments, size)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing`,
		m.Owner, clip, version, r.Track, r.Start, part, r.Object, r.InitBytes, r.Codecs, r.Timescale, r.Offset, r.Segments, size)
}
