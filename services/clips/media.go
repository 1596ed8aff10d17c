package clips

import (
	"context"
	"errors"
	"path"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// GetMedia asks for a file of a clip that is for playing it.
type GetMedia struct {
	Clip string `path:"clip" json:"-"`
	File string `path:"file" json:"-"`
}

var getMedia = api.Get("/media/{clip}/{file...}", "gives a playlist, a segment, the poster or the sprites of a clip", api.Everybody,
	func(ctx context.Context, d *run.Deps, req GetMedia) (api.File, error) {
		owner := api.OwnerOf(ctx)
		if !api.Viewers.Has(api.CallerOf(ctx).Role) {
			owner = ""
		}
		v, err := findClip(ctx, d, `c.id = $1 and (c.owner = $2 or s.published) order by c.owner = $2 desc`, req.Clip, owner)
		if err != nil {
			return api.File{}, err
		}
		return v.file(ctx, d, req.File)
	})

// lifetime is the Cache-Control header of a file: when everybody may see it, and otherwise.
type lifetime struct{ public, private string }

var (
	forGood  = lifetime{"public, max-age=31536000, immutable", "private, max-age=3600"} // has a version in its URL
	pictured = lifetime{"public, max-age=300", "private, max-age=3600"}
	settled  = lifetime{"public, max-age=60", "private, no-cache"}
	growing  = lifetime{"public, max-age=10", "private, no-cache"}
)

// audience is who may see what a request asks for.
type audience struct {
	// published is true when everybody may, signed when it is whoever has the link.
	published, signed bool
}

// cached gives a file the headers that fit who may see it.
func (a audience) cached(f api.File, l lifetime) api.File {
	f.Cache, f.Shared = l.private, a.published || a.signed
	if a.published {
		f.Cache = l.public
	}
	return f
}

// clipView is a clip in front of somebody who may see it.
type clipView struct {
	audience
	owner, id string
	pictures  *events.ClipPictured
	pack      *events.ClipPackaged
}

// findClip finds the clip that the condition names, of which each owner's clip c and its stream s are
// part. One that is not found is told as one that may not be seen.
func findClip(ctx context.Context, d *run.Deps, condition string, args ...any) (clipView, error) {
	var v clipView
	err := d.DB.QueryRow(ctx, `select c.owner, c.id, c.pictures, c.package, coalesce(s.published, false)
		from clip c left join stream s on s.owner = c.owner and s.id = c.stream where `+condition+` limit 1`, args...).
		Scan(&v.owner, &v.id, &v.pictures, &v.pack, &v.published)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, unseen(ctx)
	}
	return v, err
}

// unseen is the answer about what a caller may not see: the same whether it is there or not.
func unseen(ctx context.Context) error {
	if api.CallerOf(ctx).Account == "" {
		return fault.New(fault.Unauthenticated, "sign in first")
	}
	return errNoFile
}

var errNoFile = fault.New(fault.NotFound, "there is no such file to play")

var picture = regexp.MustCompile(`^(poster\.jpg|sprites\.vtt|sprites-\d+\.jpg)$`)

// file is one of the files of the clip.
func (v clipView) file(ctx context.Context, d *run.Deps, name string) (api.File, error) {
	if v.pack != nil && v.pack.Version == "" {
		return v.packed(name)
	}
	words := strings.Split(name, "/")
	track, isPlaylist := strings.CutSuffix(words[len(words)-1], ".m3u8")
	switch {
	case picture.MatchString(name) && v.pictures != nil:
		return v.cached(api.File{Key: v.pictures.Base + "/" + name, ContentType: blob.ContentType(name)}, pictured), nil
	case len(words) == 4 && words[0] == "cmaf":
		return v.segment(ctx, d, words[1], words[2], words[3])
	case name == "dash/manifest.mpd":
		return v.dash(ctx, d)
	case name == "hls/index.m3u8":
		return v.master(ctx, d)
	case len(words) == 2 && words[0] == "hls" && isPlaylist:
		return v.playlist(ctx, d, track)
	}
	return api.File{}, errNoFile
}

// packed is a file of a clip whose playlists and segments are stored as they are asked for.
func (v clipView) packed(name string) (api.File, error) {
	if path.Clean("/"+name) != "/"+name {
		return api.File{}, errNoFile
	}
	l := pictured
	if ext := path.Ext(name); ext == ".m3u8" || ext == ".mpd" {
		l = settled
	}
	return v.cached(api.File{Key: v.pack.Base + "/" + name, ContentType: blob.ContentType(name)}, l), nil
}
