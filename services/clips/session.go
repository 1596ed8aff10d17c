package clips

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// nearby is how far apart two recordings of one session can be.
const nearby = 10 * time.Minute

// session finds the stream of a recording that came without stream and title, by when it was made; empty
// when it is the first of its session. Then it tells which of those on their way began the session: the new
// stream has its time and its title.
//
// A recording lasts from its start to its end: as far as it plays once that is known, else until its file
// was changed last, else it is a moment. One without a start belongs to nothing. Two recordings are of one
// session when not more than ten minutes lie between them; so are two that are held together by uploads
// on their way, as the middle of a recording that was split may arrive last. Of all recordings of the
// session the one decides whose time is nearest, then the one that began first. A live stream is like a
// recording from its start to its end, or until now, and comes before recordings that are as near: what was
// recorded while it was live belongs to it.
//
// What is decided holds for good: the clip is registered with its stream. Callers hold the owner's lock,
// and the tables know all clips that were registered before.
func session(ctx context.Context, d *run.Deps, u upload) (stream string, first upload, err error) {
	if u.Stream != "" || u.Title != "" || u.StartedAt == nil {
		return "", u, nil
	}
	own := u.span()
	reach, first, err := bridged(ctx, d, u, own)
	if err != nil {
		return "", u, err
	}
	err = d.DB.QueryRow(ctx, `select stream from (
			select clip.stream, clip.started_at, span.ended_at, clip.id, false as live from clip
			left join stream on stream.owner = clip.owner and stream.id = clip.stream
			cross join lateral (select least(clip.started_at + $7::interval,
				coalesce(clip.started_at + make_interval(secs => (clip.facts->>'duration')::float8), clip.ended_at, clip.started_at)) as ended_at) span
			where clip.owner = $1 and stream.deleted is not true
				and clip.started_at between $2::timestamptz - $6::interval - $7::interval and $3::timestamptz + $6::interval
			union all
			select id, started_at, coalesce(ended_at, $3), id, true from stream
			where owner = $1 and live and not deleted and started_at <= $3::timestamptz + $6::interval
		) as candidate
		where ended_at >= $2::timestamptz - $6::interval
		order by greatest(started_at - $5::timestamptz, $4::timestamptz - ended_at, '0'), live desc, started_at, id
		limit 1`, u.Owner, reach.start, reach.end, own.start, own.end, nearby, longest).Scan(&stream)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", first, nil
	}
	return stream, first, err
}

// span is a stretch of time.
type span struct{ start, end time.Time }

// span is when the upload was recorded, as far as its announcement tells.
func (u upload) span() span {
	s := span{*u.StartedAt, *u.StartedAt}
	if end := believable(u.StartedAt, u.EndedAt); end != nil {
		s.end = *end
	}
	return s
}

// touches tells whether two recordings can be of one session.
func (s span) touches(o span) bool {
	return !o.start.After(s.end.Add(nearby)) && !o.end.Before(s.start.Add(-nearby))
}

// bridged is how far the session of an upload reaches through other uploads on their way, and the one of
// them all that began first.
func bridged(ctx context.Context, d *run.Deps, u upload, reach span) (span, upload, error) {
	rows, err := d.DB.Query(ctx, `select `+uploadColumns+` from vault.uploads
		where owner = $1 and id <> $2 and clip = '' and stream = '' and title = '' and started_at is not null`, u.Owner, u.ID)
	if err != nil {
		return reach, u, err
	}
	others, err := pgx.CollectRows(rows, pgx.RowToStructByPos[upload])
	if err != nil {
		return reach, u, err
	}
	first := u
	for grown := true; grown; {
		grown = false
		for _, o := range others {
			s := o.span()
			if !reach.touches(s) || !s.start.Before(reach.start) && !s.end.After(reach.end) {
				continue
			}
			if grown = true; s.start.Before(reach.start) {
				reach.start, first = s.start, o
			}
			if s.end.After(reach.end) {
				reach.end = s.end
			}
		}
	}
	return reach, first, nil
}
