package clips

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// encode makes one part of a recording in every size that is not copied. All machines share the parts;
// a crash costs the one it meets.
var encode = run.Reactor{
	Name:    "clips-encode",
	Doc:     "encodes a part of a recording in every size",
	Workers: 2, // one stores while the other encodes
	Handle:  []es.Handler[*run.Deps]{es.On(encodePart)},
	GiveUp:  giveUp("clips-encode", "package", "Encoding it"),
}

func encodePart(ctx context.Context, d *run.Deps, e events.ClipPartReleased, m es.Meta) error {
	if err := d.WaitFor(ctx, m.Position); err != nil {
		return err
	}
	planned, err := findPlan(ctx, d.DB, m.Owner, e.Clip, e.Version)
	if errors.Is(err, pgx.ErrNoRows) { // another plan has taken its place, or the clip is gone
		return discard(ctx, d, m.Owner, e.Clip, path.Join(m.Owner, "clips", e.Clip, e.Version))
	}
	if err != nil {
		return err
	}
	wanted, err := stillWanted(ctx, d, m.Owner, e)
	if err != nil || !wanted {
		return err
	}
	es.Progress(ctx, "fetch", 0, 0, 0)
	k, err := openDesk(ctx, d, e.Clip, planned.Object)
	if err != nil {
		return err
	}
	defer k.leave(ctx, d)
	info, err := k.info(ctx)
	if err != nil {
		return err
	}
	out, err := k.out(fmt.Sprintf("part-%d", e.Part))
	if err != nil {
		return err
	}
	es.Progress(ctx, "encode", 0, 0, 0)
	runs, err := media.EncodePart(ctx, work(ctx, k, info, out, "encode"), planOf(planned), e.Part)
	if errors.Is(err, media.ErrMisaligned) && planned.CopyVideo {
		return rejectPlan(ctx, d, m.Owner, planned, err)
	}
	if err != nil {
		return err
	}
	// Another machine may have made it, if this one seemed to be dead for a while: its file stays.
	if wanted, err := stillWanted(ctx, d, m.Owner, e); err != nil || !wanted {
		return err
	}
	return k.hand(ctx, d, m.Owner, e, planned.Base, out, runs)
}

// hand stores a part, and says that it is there.
func (k *desk) hand(ctx context.Context, d *run.Deps, owner string, e events.ClipPartReleased, base, out string, runs []media.Run) error {
	es.Progress(ctx, "store", 100, 0, 0)
	done := events.ClipPartPackaged{Clip: e.Clip, Version: e.Version, Part: e.Part, Runs: []events.TrackRun{}}
	var keys []string
	for _, r := range runs {
		key := path.Join(base, r.File)
		if err := d.Blob.Upload(ctx, filepath.Join(out, r.File), key); err != nil {
			return err
		}
		keys = append(keys, key)
		done.Runs = append(done.Runs, trackRun(base, r))
	}
	if err := os.RemoveAll(out); err != nil {
		return fmt.Errorf("clearing up: %w", err)
	}
	k.close()
	var told bool
	_, err := decide(ctx, d, owner, e.Clip, func(_ context.Context, now standing) (events.Event, error) {
		if told = now.Version == e.Version; !told {
			return nil, nil
		}
		return done, nil
	})
	if told || unlessGone(err) != nil {
		return err
	}
	for _, key := range keys {
		if err := d.Blob.Remove(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// stillWanted tells whether a part was released and has not been made by an attempt that could not say
// so any more.
func stillWanted(ctx context.Context, d *run.Deps, owner string, e events.ClipPartReleased) (bool, error) {
	var wanted bool
	err := d.DB.QueryRow(ctx, `select exists (select from part where owner = $1 and clip = $2 and version = $3 and number = $4 and state = 'released')`,
		owner, e.Clip, e.Version, e.Part).Scan(&wanted)
	return wanted, err
}

func rejectPlan(ctx context.Context, d *run.Deps, owner string, planned events.ClipPlanned, why error) error {
	_, err := decide(ctx, d, owner, planned.Clip, func(_ context.Context, now standing) (events.Event, error) {
		if now.Version != planned.Version || now.State != "probed" {
			return nil, nil
		}
		return events.ClipPlanRejected{
			Clip: planned.Clip, Version: planned.Version, Object: planned.Object, Name: planned.Name, Reason: why.Error(),
		}, nil
	})
	return unlessGone(err)
}

// unlessGone is the error, but for that of a clip that is no more.
func unlessGone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}
