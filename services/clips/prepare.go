package clips

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// sliceSegments is how many segments one event tells of: ten minutes.
const sliceSegments = 150

// prepare settles how a recording is made playable. What needs no encoding is playable at once.
var prepare = run.Reactor{
	Name:    "clips-prepare",
	Doc:     "settles how a recording is made playable, and makes the sound and what needs no encoding",
	Workers: 2,
	Handle:  []es.Handler[*run.Deps]{es.On(prepareProbed), es.On(prepareRejected)},
	GiveUp:  giveUp("clips-prepare", "package", "Preparing it"),
}

func prepareProbed(ctx context.Context, d *run.Deps, e events.ClipProbed, m es.Meta) error {
	return plan(ctx, d, m, e.Clip, e.Object, e.Name)
}

func prepareRejected(ctx context.Context, d *run.Deps, e events.ClipPlanRejected, m es.Meta) error {
	return plan(ctx, d, m, e.Clip, e.Object, e.Name)
}

func plan(ctx context.Context, d *run.Deps, m es.Meta, clip, object, name string) error {
	if err := d.WaitFor(ctx, m.Position); err != nil {
		return err
	}
	now, err := find(ctx, d.DB, m.Owner, clip)
	if fault.Is(err, fault.NotFound) {
		return discard(ctx, d, m.Owner, clip, path.Join(m.Owner, "clips", clip))
	}
	if err != nil || now.State != "probed" { // it was packaged or given up meanwhile
		return err
	}
	planned, err := findPlan(ctx, d.DB, m.Owner, clip, now.Version)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if err == nil && planned.Object == object { // an earlier attempt was given up in the middle
		_, err := whileIn(ctx, d, m.Owner, clip, planned, "probed")
		return err
	}
	es.Progress(ctx, "fetch", 0, 0, 0)
	k, err := openDesk(ctx, d, clip, object)
	if err != nil {
		return err
	}
	defer k.leave(ctx, d)
	info, err := k.info(ctx)
	if err != nil {
		return err
	}
	out, err := k.out("prepared")
	if err != nil {
		return err
	}
	es.Progress(ctx, "prepare", 0, 0, 0)
	p, runs, err := media.Prepare(ctx, work(ctx, k, info, out, "prepare"), now.Encode)
	if err != nil {
		return err
	}
	planned, err = plannedOf(m.Owner, clip, object, name, p)
	if err != nil {
		return err
	}
	return k.tell(ctx, d, m.Owner, planned, out, runs)
}

// tell stores what is ready, and then says what the plan is.
func (k *desk) tell(ctx context.Context, d *run.Deps, owner string, planned events.ClipPlanned, out string, runs []media.Run) error {
	es.Progress(ctx, "store", 0, 0, 0)
	var ready []events.TrackRun
	for _, r := range runs {
		if err := d.Blob.Upload(ctx, filepath.Join(out, r.File), path.Join(planned.Base, r.File)); err != nil {
			return err
		}
		ready = append(ready, inSlices(trackRun(planned.Base, r))...)
	}
	k.close()
	for _, r := range ready {
		// The id follows from the plan: another attempt may make another plan, whose tracks are others.
		id := es.ID(es.DerivedID("clip.track_packaged", planned.Version, r.Track, fmt.Sprint(r.Start)))
		e := events.ClipTrackPackaged{Clip: planned.Clip, Version: planned.Version, Run: r}
		if ok, err := whileIn(ctx, d, owner, planned.Clip, e, "probed", id); err != nil || !ok {
			return errors.Join(err, discard(ctx, d, owner, planned.Clip, planned.Base))
		}
	}
	ok, err := whileIn(ctx, d, owner, planned.Clip, planned, "probed")
	if err != nil || !ok {
		return errors.Join(err, discard(ctx, d, owner, planned.Clip, planned.Base))
	}
	return nil
}

// inSlices cuts a long run into ones that an event can hold.
func inSlices(r events.TrackRun) []events.TrackRun {
	var cut []events.TrackRun
	for segments := range slices.Chunk(r.Segments, sliceSegments) {
		slice := r
		slice.Segments = segments
		cut = append(cut, slice)
		for _, s := range segments {
			r.Start += s[0]
			r.Offset += s[1]
		}
	}
	return cut
}

func trackRun(base string, r media.Run) events.TrackRun {
	return events.TrackRun{
		Track: r.Track, Object: path.Join(base, r.File), InitBytes: r.InitBytes, Codecs: r.Codecs,
		Timescale: r.Timescale, Start: r.Start, Offset: r.Offset, Segments: r.Segments,
	}
}

// plannedOf names a plan after the file and all that is in it, so that the same plan finds what was made
// by it before.
func plannedOf(owner, clip, object, name string, p media.Plan) (events.ClipPlanned, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return events.ClipPlanned{}, err
	}
	version := es.DerivedID("plan", object, string(text))
	e := events.ClipPlanned{
		Clip: clip, Version: version, Object: object, Name: name, Base: path.Join(owner, "clips", clip, version),
		Duration: p.Duration, FrameRate: p.FrameRate, CopyVideo: p.CopyVideo,
		Sizes: []events.PictureSize{}, Sound: []events.SoundTrack{}, Parts: []events.Span{},
	}
	for _, s := range p.Sizes {
		e.Sizes = append(e.Sizes, events.PictureSize(s))
	}
	for _, s := range p.Sound {
		e.Sound = append(e.Sound, events.SoundTrack(s))
	}
	for _, s := range p.Parts {
		e.Parts = append(e.Parts, events.Span(s))
	}
	return e, nil
}

// planOf is the reverse of plannedOf.
func planOf(e events.ClipPlanned) media.Plan {
	p := media.Plan{Duration: e.Duration, FrameRate: e.FrameRate, CopyVideo: e.CopyVideo}
	for _, s := range e.Sizes {
		p.Sizes = append(p.Sizes, media.Size(s))
	}
	for _, s := range e.Sound {
		p.Sound = append(p.Sound, media.Sound(s))
	}
	for _, s := range e.Parts {
		p.Parts = append(p.Parts, media.Span(s))
	}
	return p
}

// findPlan reads a plan; pgx.ErrNoRows when there is none.
func findPlan(ctx context.Context, q es.Querier, owner, clip, version string) (events.ClipPlanned, error) {
	var e events.ClipPlanned
	err := q.QueryRow(ctx, `select plan from plan where owner = $1 and clip = $2 and version = $3`, owner, clip, version).Scan(&e)
	return e, err
}

// work is a job of package media at a desk, whose progress people can follow.
func work(ctx context.Context, k *desk, info media.Info, out, stage string) media.Work {
	return media.Work{
		Source: k.source, Info: info, OutDir: out, Progress: progress(ctx, stage),
		Log: func(line string) { es.Log(ctx, line) },
	}
}

func progress(ctx context.Context, stage string) func(media.Progress) {
	return func(p media.Progress) { es.Progress(ctx, stage, p.Percent, p.Speed, p.Remaining) }
}
