package clips

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// pictures draws the poster and the sprites of a recording.
var pictures = run.Reactor{
	Name:   "clips-pictures",
	Doc:    "draws the poster of a recording, and the small pictures to seek by",
	Handle: []es.Handler[*run.Deps]{es.On(drawPictures)},
	GiveUp: giveUp("clips-pictures", "pictures", "Drawing its pictures"),
}

func drawPictures(ctx context.Context, d *run.Deps, e events.ClipProbed, m es.Meta) error {
	if err := d.WaitFor(ctx, m.Position); err != nil {
		return err
	}
	base := path.Join(m.Owner, "clips", e.Clip, "pictures-"+es.DerivedID("pictures", e.Object))
	now, err := find(ctx, d.DB, m.Owner, e.Clip)
	if fault.Is(err, fault.NotFound) {
		return discard(ctx, d, m.Owner, e.Clip, base)
	}
	if err != nil || now.State != "probed" { // it was packaged or given up meanwhile
		return err
	}
	drawn := events.ClipPictured{Clip: e.Clip, Base: base}
	if e.Video != nil {
		k, err := openDesk(ctx, d, e.Clip, e.Object)
		if err != nil {
			return err
		}
		defer k.leave(ctx, d)
		if drawn.Size, err = k.draw(ctx, d, drawn.Base); err != nil {
			return err
		}
		drawn.Poster, drawn.Sprites = drawn.Size > 0, drawn.Size > 0
		k.close()
	}
	if told, err := whileIn(ctx, d, m.Owner, e.Clip, drawn, "probed"); told || err != nil {
		return err
	}
	return discard(ctx, d, m.Owner, e.Clip, drawn.Base)
}

// draw stores all pictures, and tells how many bytes they have: none of a recording that has only sound.
func (k *desk) draw(ctx context.Context, d *run.Deps, base string) (int64, error) {
	info, err := k.info(ctx)
	if err != nil {
		return 0, err
	}
	out, err := k.out("pictures")
	if err != nil {
		return 0, err
	}
	es.Progress(ctx, "poster", 0, 0, 0)
	err = media.Poster(ctx, k.source, info, filepath.Join(out, "poster.jpg"))
	if errors.Is(err, media.ErrNoVideo) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if _, err = media.Sprites(ctx, work(ctx, k, info, out, "sprites"), d.Config.SpriteInterval); err != nil {
		return 0, err
	}
	es.Progress(ctx, "store", 100, 0, 0)
	if err := d.Blob.UploadDir(ctx, out, base); err != nil {
		return 0, err
	}
	return sizeOf(out)
}

// sizeOf is how many bytes the files of a folder have.
func sizeOf(dir string) (int64, error) {
	var size int64
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return 0, err
		}
		size += info.Size()
	}
	return size, err
}
