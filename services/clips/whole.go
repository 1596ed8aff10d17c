package clips

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// GetStreamMedia asks for a file that is for playing all clips of a stream as one.
type GetStreamMedia struct {
	Stream string `path:"stream" json:"-"`
	File   string `path:"file" json:"-"`
}

var getStreamMedia = api.Get("/media/streams/{stream}/{file...}", "gives a playlist or a segment of a whole stream", api.Everybody,
	func(ctx context.Context, d *run.Deps, req GetStreamMedia) (api.File, error) {
		owner := api.OwnerOf(ctx)
		if !api.Viewers.Has(api.CallerOf(ctx).Role) {
			owner = ""
		}
		v, err := findStream(ctx, d, `id = $1 and (owner = $2 or published) order by owner = $2 desc`, req.Stream, owner)
		if err != nil {
			return api.File{}, err
		}
		return v.file(ctx, d, req.File)
	})

// streamView is a stream in front of somebody who may see it.
type streamView struct {
	audience
	owner, id string
}

// findStream finds the stream that the condition names. One that is not found is told as one that may not
// be seen.
func findStream(ctx context.Context, d *run.Deps, condition string, args ...any) (streamView, error) {
	var v streamView
	err := d.DB.QueryRow(ctx, `select owner, id, published from stream where not deleted and `+condition+` limit 1`, args...).
		Scan(&v.owner, &v.id, &v.published)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, unseen(ctx)
	}
	return v, err
}

// file is one of the stream's own files, or of those of its clips.
func (v streamView) file(ctx context.Context, d *run.Deps, name string) (api.File, error) {
	if rest, ok := strings.CutPrefix(name, "clips/"); ok {
		id, file, _ := strings.Cut(rest, "/")
		clip, err := findClip(ctx, d, `c.owner = $1 and c.stream = $2 and c.id = $3`, v.owner, v.id, id)
		if err != nil {
			return api.File{}, err
		}
		clip.audience = v.audience
		return clip.file(ctx, d, file)
	}
	folder, playlist, _ := strings.Cut(name, "/")
	id, ok := strings.CutSuffix(playlist, ".m3u8")
	if folder != "hls" || !ok {
		return api.File{}, errNoFile
	}
	r, err := v.reel(ctx, d)
	if err != nil {
		return api.File{}, err
	}
	tracks := r.tracks()
	switch {
	case len(tracks) == 0:
		return api.File{}, errNotPlayable
	case id == "index":
		return v.cached(api.TextFile([]byte(media.Master(tracks)), hlsType), r.lifetime), nil
	}
	return v.playlistOf(tracks, id)
}

// reel is what there is to play of the stream now.
func (v streamView) reel(ctx context.Context, d *run.Deps) (reel, error) {
	list, err := loadMade(ctx, d, `c.owner = $1 and c.stream = $2`, v.owner, v.id)
	if err != nil {
		return reel{}, err
	}
	scenes := make([]scene, len(list))
	for i, m := range list {
		base := v.segmentsOf(d, "../clips/"+m.id, m.id)
		scenes[i] = scene{m, m.playableAt(base)}
		if m.isPacked() {
			if scenes[i].playable, err = m.packed(ctx, d, base); err != nil {
				return reel{}, err
			}
		}
	}
	return reelOf(scenes), nil
}
