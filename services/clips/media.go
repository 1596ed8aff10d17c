package clips

import (
	"context"
	"errors"
	"path"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// GetMedia asks for a file of a clip that was made for playing it.
type GetMedia struct {
	Clip string `path:"clip" json:"-"`
	File string `path:"file" json:"-"`
}

var getMedia = api.Get("/media/{clip}/{file...}", "gives a playlist, a segment, the poster or the sprites of a clip", api.Viewers,
	func(ctx context.Context, d *run.Deps, req GetMedia) (api.File, error) {
		var base string
		err := d.DB.QueryRow(ctx, `select package->>'base' from clip where owner = $1 and id = $2 and package is not null`,
			api.OwnerOf(ctx), req.Clip).Scan(&base)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && path.Clean("/"+req.File) != "/"+req.File {
			return api.File{}, fault.New(fault.NotFound, "there is no such file to play")
		}
		if err != nil {
			return api.File{}, err
		}
		return api.File{Key: base + "/" + req.File, ContentType: blob.ContentType(req.File), Cache: cache(req.File)}, nil
	})

// cache lets browsers keep what is large; what names it is asked for anew, and mostly not sent.
func cache(file string) string {
	if strings.HasSuffix(file, ".m3u8") || strings.HasSuffix(file, ".mpd") {
		return "private, no-cache"
	}
	return "private, max-age=3600"
}
