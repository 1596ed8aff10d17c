package clips

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// initFile is the name of a track's initialization segment.
const initFile = "init.mp4"

// segment is a section of the object that holds it: the initialization segment of a track, or the
// segment that is named after the time of its start.
func (v clipView) segment(ctx context.Context, d *run.Deps, version, track, name string) (api.File, error) {
	f, err := v.section(ctx, d, version, track, name)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, errNoFile
	}
	f.ContentType = blob.ContentType(name)
	return v.cached(f, forGood), err
}

// section finds it; pgx.ErrNoRows when there is none.
func (v clipView) section(ctx context.Context, d *run.Deps, version, track, name string) (api.File, error) {
	var f api.File
	if name == initFile {
		// That of every part would do, but it is kept for good: take no other when the first is still to come.
		err := d.DB.QueryRow(ctx, `select object, init_bytes from run
			where owner = $1 and clip = $2 and version = $3 and track = $4 and part <= 0 order by start limit 1`,
			v.owner, v.id, version, track).Scan(&f.Key, &f.Length)
		return f, err
	}
	text, ok := strings.CutSuffix(name, ".m4s")
	start, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || strconv.FormatInt(start, 10) != text {
		return f, pgx.ErrNoRows
	}
	var at int64
	var segments [][2]int64
	err = d.DB.QueryRow(ctx, `select object, at, start, segments from run
		where owner = $1 and clip = $2 and version = $3 and track = $4 and start <= $5 order by start desc limit 1`,
		v.owner, v.id, version, track, start).Scan(&f.Key, &f.Offset, &at, &segments)
	if err != nil {
		return f, err
	}
	for _, s := range segments {
		if at == start && s[1] > 0 {
			f.Length = s[1]
			return f, nil
		}
		at += s[0]
		f.Offset += s[1]
	}
	return f, pgx.ErrNoRows
}
