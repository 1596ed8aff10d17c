package clips

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// pack makes a recording playable: HLS and DASH over one set of segments, a poster and sprites.
var pack = run.Reactor{
	Name:   "clips-package",
	Doc:    "makes a recording playable as HLS and DASH",
	Handle: []es.Handler[*run.Deps]{es.On(packProbed)},
	GiveUp: giveUp("package", "Packaging"),
}

func packProbed(ctx context.Context, d *run.Deps, e events.ClipProbed, m es.Meta) error {
	var done bool // by an attempt that could not say so any more
	err := d.DB.QueryRow(ctx, `select exists (select from clip where owner = $1 and id = $2 and package is not null)`, m.Owner, e.Clip).Scan(&done)
	if err != nil {
		return err
	}
	if done {
		return deskOf(d, e.Clip).clear()
	}
	es.Progress(ctx, "fetch", 0, 0, 0)
	desk, err := openDesk(ctx, d, e.Clip, e.Object)
	if err != nil {
		return err
	}
	if err := desk.emptyOut(); err != nil {
		return err
	}
	info, err := media.Probe(ctx, desk.source)
	if err != nil {
		return err
	}
	made, err := media.Package(ctx, media.PackageRequest{Source: desk.source, Info: info, OutDir: desk.out}, progress(ctx, "package"))
	if err != nil {
		return err
	}
	poster, sprites, err := pictures(ctx, desk, info)
	if err != nil {
		return err
	}
	es.Progress(ctx, "store", 0, 0, 0)
	// The base names the event that asked for it: another attempt writes the same objects again.
	base := path.Join(m.Owner, "clips", e.Clip, fmt.Sprintf("v%d", m.Seq))
	if err := d.Blob.UploadDir(ctx, desk.out, base); err != nil {
		return err
	}
	packaged := events.ClipPackaged{
		Clip: e.Clip, Base: base, Duration: made.Duration, Renditions: []events.Rendition{}, Poster: poster, Sprites: sprites,
	}
	for _, r := range made.Renditions {
		packaged.Renditions = append(packaged.Renditions, events.Rendition{
			Width: r.Width, Height: r.Height, FrameRate: r.FrameRate, BitRate: r.BitRate, Codecs: r.Codecs, Copied: r.Copied,
		})
	}
	if _, err := d.Append(ctx, m.Owner, packaged); err != nil {
		return err
	}
	return desk.clear()
}

// pictures draws the poster and the sprites, and tells which there are: none of a recording that
// has only sound.
func pictures(ctx context.Context, k desk, info media.Info) (poster, sprites bool, err error) {
	es.Progress(ctx, "poster", 0, 0, 0)
	err = media.Poster(ctx, k.source, info, filepath.Join(k.out, "poster.jpg"))
	if errors.Is(err, media.ErrNoVideo) {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	_, err = media.Sprites(ctx, k.source, info, k.out, progress(ctx, "sprites"))
	return true, err == nil, err
}

func progress(ctx context.Context, stage string) func(media.Progress) {
	return func(p media.Progress) { es.Progress(ctx, stage, p.Percent, p.Speed, p.Remaining) }
}
