package clips

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// window is how many parts are released at once: enough for every machine to have something to do, and
// few enough for a clip with a higher priority to come soon.
const window = 6

// schedule decides what is done next for all clips: it releases their parts, says when a clip is packaged,
// and stops what is of no use any more. It runs on one event at a time, in the whole platform.
var schedule = run.Reactor{
	Name: "clips-schedule", Doc: "decides which part of which clip is encoded next", Quiet: true, InOrder: true,
	Handle: []es.Handler[*run.Deps]{
		after[events.ClipPlanned](), after[events.ClipPlanRejected](), after[events.ClipPartPackaged](), after[events.ClipPictured](),
		after[events.ClipFailed](), after[events.ClipPaused](), after[events.ClipResumed](), after[events.ClipPrioritized](),
		after[events.ClipDeleted](),
	},
}

// after moves on after an event of a clip.
func after[E events.Event]() es.Handler[*run.Deps] {
	return es.On(func(ctx context.Context, d *run.Deps, e E, m es.Meta) error {
		_, clip := e.Event()
		return move(ctx, d, m, clip)
	})
}

// move does all that can be done after an event of a clip.
func move(ctx context.Context, d *run.Deps, m es.Meta, clip string) error {
	if err := d.WaitFor(ctx, m.Position); err != nil {
		return err
	}
	if err := stop(ctx, d); err != nil {
		return err
	}
	if err := finish(ctx, d, m.Owner, clip); err != nil {
		return err
	}
	return release(ctx, d)
}

// stop cancels the work that is of no use any more.
func stop(ctx context.Context, d *run.Deps) error {
	rows, err := d.DB.Query(ctx, `select owner, job, reactor from stop`)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Owner, Job, Reactor string }])
	if err != nil {
		return err
	}
	for _, s := range list {
		p, err := d.Append(ctx, s.Owner, events.JobCancelled{Job: s.Job, Reactor: s.Reactor})
		if err != nil {
			return err
		}
		if err := d.WaitFor(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// finish says that the clip is packaged once all parts and the pictures are there, and neither is made anew.
func finish(ctx context.Context, d *run.Deps, owner, clip string) error {
	var version string
	var drawn events.ClipPictured
	err := d.DB.QueryRow(ctx, `select version, pictures from clip where owner = $1 and id = $2 and state = 'probed' and version <> '' and pictures is not null
		and prepare_job = '' and pictures_job = '' and not exists (select from part where part.owner = clip.owner and part.clip = clip.id and part.version = clip.version and state <> 'done')`,
		owner, clip).Scan(&version, &drawn)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	planned, err := findPlan(ctx, d.DB, owner, clip, version)
	if err != nil {
		return err
	}
	packaged := events.ClipPackaged{
		Clip: clip, Base: planned.Base, Version: version, Duration: planned.Duration, Poster: drawn.Poster, Sprites: drawn.Sprites,
	}
	if packaged.Renditions, err = renditions(ctx, d.DB, owner, planned); err != nil {
		return err
	}
	_, err = decide(ctx, d, owner, clip, func(_ context.Context, now standing) (events.Event, error) {
		if now.State != "probed" || now.Version != version {
			return nil, nil
		}
		return packaged, nil
	})
	return unlessGone(err)
}

// renditions are the sizes of the picture as they have become.
func renditions(ctx context.Context, q es.Querier, owner string, planned events.ClipPlanned) ([]events.Rendition, error) {
	rows, err := q.Query(ctx, `select track, min(codecs), sum(size)::bigint from run where owner = $1 and clip = $2 and version = $3 group by track`,
		owner, planned.Clip, planned.Version)
	if err != nil {
		return nil, err
	}
	type made struct {
		Track, Codecs string
		Size          int64
	}
	tracks := map[string]made{}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[made])
	for _, track := range all {
		tracks[track.Track] = track
	}
	list := []events.Rendition{}
	for i, s := range planned.Sizes {
		track := tracks[s.ID]
		list = append(list, events.Rendition{
			Width: s.Width, Height: s.Height, FrameRate: planned.FrameRate, Codecs: track.Codecs,
			BitRate: int64(float64(track.Size) * 8 / max(planned.Duration, 0.001)), Copied: planned.CopyVideo && i == 0,
		})
	}
	return list, err
}

// release lets the next parts be encoded: of the clip with the highest priority, and among those of the
// one that was planned first. What is being planned anew waits.
func release(ctx context.Context, d *run.Deps) error {
	rows, err := d.DB.Query(ctx, `select part.owner, part.clip, part.version, part.number, part.round, clip.name,
			(select count(*) from part as p where p.owner = part.owner and p.clip = part.clip and p.version = part.version)
		from part join clip on clip.owner = part.owner and clip.id = part.clip and clip.version = part.version
		where part.state = 'waiting' and clip.state = 'probed' and clip.prepare_job = '' and not clip.paused
		order by clip.priority desc, clip.planned, part.number
		limit greatest(0, $1 - (select count(*) from part where state = 'released'))`, window)
	if err != nil {
		return err
	}
	type part struct {
		Owner, Clip, Version string
		Number, Round        int
		Name                 string
		Parts                int
	}
	next, err := pgx.CollectRows(rows, pgx.RowToStructByPos[part])
	if err != nil {
		return err
	}
	for _, p := range next {
		e := events.ClipPartReleased{Clip: p.Clip, Version: p.Version, Part: p.Number, Name: fmt.Sprintf("%s, part %d of %d", p.Name, p.Number+1, p.Parts)}
		// Another attempt at this event finds that it was released before.
		id := es.DerivedID("clip.part_released", p.Owner, p.Clip, p.Version, fmt.Sprint(p.Number), fmt.Sprint(p.Round))
		at, err := d.Append(ctx, p.Owner, e, es.ID(id))
		if err != nil {
			return err
		}
		if err := d.WaitFor(ctx, at); err != nil {
			return err
		}
	}
	return nil
}
