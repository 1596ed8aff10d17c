package clips

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// segmentsOf is where the segments of a clip lie: below a URL that leads from a manifest to the clip's
// root, or on the CDN when everybody may see them.
func (a audience) segmentsOf(d *run.Deps, root, clip string) string {
	if a.published && d.Config.MediaURL != "" {
		root = d.Config.MediaURL + "/media/" + clip
	}
	return root + "/cmaf/"
}

var errNotPlayable = fault.New(fault.NotFound, "there is nothing of this that can be played yet")

// loadMade reads the clips c that the condition names, in the order of their stream.
func loadMade(ctx context.Context, d *run.Deps, condition string, args ...any) ([]made, error) {
	rows, err := d.DB.Query(ctx, `select c.id, c.state, c.facts, c.package, p.plan
		from clip c left join plan p on p.owner = c.owner and p.clip = c.id and p.version = c.version
		where `+condition+` order by c.started_at nulls last, c.created_at, c.id`, args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (made, error) {
		m := made{rows: map[string][]runRow{}}
		err := row.Scan(&m.id, &m.state, &m.facts, &m.pack, &m.plan)
		return m, err
	})
	if err != nil {
		return nil, err
	}
	if rows, err = d.DB.Query(ctx, `select r.clip, r.track, r.part, r.codecs, r.timescale, r.start, r.segments
		from clip c join run r on r.owner = c.owner and r.clip = c.id and r.version = c.version
		where `+condition+` order by r.clip, r.track, r.start`, args...); err != nil {
		return nil, err
	}
	runs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[runRow])
	byClip := map[string]made{}
	for _, m := range list {
		byClip[m.id] = m
	}
	for _, row := range runs {
		if m, ok := byClip[row.Clip]; ok {
			m.rows[row.Track] = append(m.rows[row.Track], row)
		}
	}
	return list, err
}

// tracks are what there is to play of the clip now, the largest picture first, and none that is silent.
func (v clipView) tracks(ctx context.Context, d *run.Deps) ([]media.Track, lifetime, error) {
	list, err := loadMade(ctx, d, `c.owner = $1 and c.id = $2`, v.owner, v.id)
	if err != nil {
		return nil, growing, err
	}
	var p playable
	for _, m := range list {
		p = m.playableAt(v.segmentsOf(d, "..", v.id))
	}
	tracks := append(p.video, p.sound...)
	switch {
	case len(tracks) == 0:
		return nil, growing, errNotPlayable
	case p.encoded:
		return tracks, settled, nil
	}
	return tracks, growing, nil
}

const (
	hlsType  = "application/vnd.apple.mpegurl"
	dashType = "application/dash+xml"
)

func (v clipView) master(ctx context.Context, d *run.Deps) (api.File, error) {
	tracks, l, err := v.tracks(ctx, d)
	if err != nil {
		return api.File{}, err
	}
	return v.cached(api.TextFile([]byte(media.Master(tracks)), hlsType), l), nil
}

func (v clipView) playlist(ctx context.Context, d *run.Deps, id string) (api.File, error) {
	tracks, _, err := v.tracks(ctx, d)
	if err != nil {
		return api.File{}, err
	}
	return v.playlistOf(tracks, id)
}

// playlistOf is the HLS playlist of one of the tracks.
func (a audience) playlistOf(tracks []media.Track, id string) (api.File, error) {
	i := slices.IndexFunc(tracks, func(t media.Track) bool { return t.ID == id })
	if i < 0 {
		return api.File{}, errNoFile
	}
	l := growing
	if tracks[i].Complete {
		l = settled
	}
	return a.cached(api.TextFile([]byte(media.Playlist(tracks[i])), hlsType), l), nil
}

func (v clipView) dash(ctx context.Context, d *run.Deps) (api.File, error) {
	tracks, l, err := v.tracks(ctx, d)
	if err != nil {
		return api.File{}, err
	}
	text, err := media.DASH(tracks)
	if err != nil {
		return api.File{}, err
	}
	return v.cached(api.TextFile(text, dashType), l), nil
}
