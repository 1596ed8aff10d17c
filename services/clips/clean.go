package clips

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// clean removes stored files that are not needed any more.
var clean = run.Reactor{
	Name: "clips-clean", Doc: "removes stored files that are not needed any more", Quiet: true,
	Handle: []es.Handler[*run.Deps]{es.On(cleanPackaged), es.On(cleanDeleted)},
}

// cleanPackaged removes what other plans have made, and the file that was sent unless it is kept.
func cleanPackaged(ctx context.Context, d *run.Deps, e events.ClipPackaged, m es.Meta) error {
	if err := d.WaitFor(ctx, m.Position); err != nil {
		return err
	}
	var object, drawn string
	err := d.DB.QueryRow(ctx, `select object, coalesce(pictures->>'base', '') from clip where owner = $1 and id = $2 and state = 'packaged'`,
		m.Owner, e.Clip).Scan(&object, &drawn)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := removeBut(ctx, d, path.Join(m.Owner, "clips", e.Clip), e.Base, drawn); err != nil {
		return err
	}
	if !d.Config.DropSources || object == "" {
		return nil
	}
	if err := d.Blob.Remove(ctx, object); err != nil {
		return err
	}
	_, err = whileIn(ctx, d, m.Owner, e.Clip, events.ClipSourceDropped{Clip: e.Clip, Object: object}, "packaged")
	return err
}

// cleanDeleted removes all of a clip. When the same content was sent again, only the old file goes now,
// and the rest once the clip is packaged.
func cleanDeleted(ctx context.Context, d *run.Deps, e events.ClipDeleted, m es.Meta) error {
	if err := d.WaitFor(ctx, m.Position); err != nil {
		return err
	}
	if e.Object != "" {
		if err := d.Blob.Remove(ctx, e.Object); err != nil {
			return err
		}
	}
	return discard(ctx, d, m.Owner, e.Clip, path.Join(m.Owner, "clips", e.Clip))
}

// discard removes what was made for a clip that is no more.
func discard(ctx context.Context, d *run.Deps, owner, clip, base string) error {
	_, err := find(ctx, d.DB, owner, clip)
	if err == nil || unlessGone(err) != nil {
		return err
	}
	return removeBut(ctx, d, base)
}

// removeBut removes all objects under a key prefix but those under some others.
func removeBut(ctx context.Context, d *run.Deps, prefix string, but ...string) error {
	stored, err := d.Blob.List(ctx, prefix+"/")
	if err != nil {
		return err
	}
	for _, object := range stored {
		needed := false
		for _, other := range but {
			needed = needed || other != "" && strings.HasPrefix(object.Key, other+"/")
		}
		if needed {
			continue
		}
		if err := d.Blob.Remove(ctx, object.Key); err != nil {
			return err
		}
	}
	return nil
}

// orphans deletes the clips of a stream that is deleted.
var orphans = run.Reactor{
	Name: "clips-orphans", Doc: "deletes the clips of a stream that was deleted", Quiet: true,
	Handle: []es.Handler[*run.Deps]{
		es.On(func(ctx context.Context, d *run.Deps, e events.StreamDeleted, m es.Meta) error {
			return deleteOrphans(ctx, d, m, e.Stream)
		}),
		es.On(func(ctx context.Context, d *run.Deps, e events.ClipRegistered, m es.Meta) error {
			return deleteOrphans(ctx, d, m, e.Stream)
		}),
	},
}

func deleteOrphans(ctx context.Context, d *run.Deps, m es.Meta, stream string) error {
	if err := d.WaitFor(ctx, m.Position); err != nil {
		return err
	}
	rows, err := d.DB.Query(ctx, `select clip.id from clip join stream on stream.owner = clip.owner and stream.id = clip.stream
		where clip.owner = $1 and clip.stream = $2 and stream.deleted`, m.Owner, stream)
	if err != nil {
		return err
	}
	clips, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, clip := range clips {
		_, err := decide(ctx, d, m.Owner, clip, func(_ context.Context, now standing) (events.Event, error) {
			return events.ClipDeleted{Clip: clip, Object: now.Object}, nil
		})
		if unlessGone(err) != nil {
			return err
		}
	}
	return nil
}
