package streams

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// StreamSummary is a stream in a list.
type StreamSummary struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	CreatedAt time.Time `json:"createdAt"`
	StartedAt time.Time `json:"startedAt"`
	// Duration in seconds, to the end of the last clip.
	Duration    float64 `json:"duration"`
	ClipCount   int     `json:"clipCount"`
	MarkerCount int     `json:"markerCount"`
	PosterURL   string  `json:"posterUrl,omitempty"`
	State       State   `json:"state" jsonschema:"enum=empty,enum=processing,enum=ready,enum=failed"`
}

// ListStreams asks for a page of streams.
type ListStreams struct {
	// Q are words in the title.
	Q string `query:"q" json:"-"`
	// Sort is "newest" (the default), "oldest" or "title".
	Sort   string `query:"sort" json:"-"`
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

var listStreams = api.Get("/api/streams", "lists the streams", api.Viewers, list)

// orders are the sort keys as text that sorts, and the direction.
var orders = map[string]struct{ key, direction, after string }{
	"newest": {`to_char(s.started_at at time zone 'utc', 'YYYYMMDDHH24MISSUS')`, "desc", "<"},
	"oldest": {`to_char(s.started_at at time zone 'utc', 'YYYYMMDDHH24MISSUS')`, "asc", ">"},
	"title":  {`lower(s.title)`, "asc", ">"},
}

// streamDuration is the end of the last clip of stream s, as load counts it: clips with a time of
// their own stand where it says; those from before the stream's start are one after the other at its
// beginning, and those without a time at its end.
const streamDuration = `greatest(0,
		sum(duration) filter (where started_at < s.started_at),
		max(extract(epoch from started_at - s.started_at)::float8 + duration) filter (where started_at >= s.started_at)
	) + coalesce(sum(duration) filter (where started_at is null), 0)`

func list(ctx context.Context, d *run.Deps, req ListStreams) (api.List[StreamSummary], error) {
	page := api.List[StreamSummary]{Items: []StreamSummary{}}
	if req.Sort == "" {
		req.Sort = "newest"
	}
	order, ok := orders[req.Sort]
	if !ok {
		return page, fault.Field("sort", "%q is not one of newest, oldest, title", req.Sort)
	}
	after, err := api.ParseCursor(req.Cursor, 2)
	if err != nil {
		return page, err
	}
	if after == nil {
		after = []string{"", ""}
	}
	limit := api.Limit(req.Limit)
	rows, err := d.DB.Query(ctx, `
		select `+order.key+`, s.id, s.title, s.created_at, s.started_at,
			c.duration, coalesce(c.clips, 0), coalesce(m.markers, 0), coalesce(c.poster, ''),
			coalesce(c.busy, false), coalesce(c.ready, false)
		from stream s
		left join lateral (select `+streamDuration+` as duration, count(*) as clips,
				(array_agg(id order by registered_at) filter (where poster))[1] as poster,
				bool_or(state in ('registered', 'probed')) as busy, bool_or(state = 'packaged') as ready
			from clip where owner = s.owner and stream = s.id) c on true
		left join lateral (select count(*) as markers from marker where owner = s.owner and stream = s.id) m on true
		where s.owner = $1 and ($2 = '' or s.title ilike '%' || $2 || '%')
			and ($4 = '' or (`+order.key+`, s.id) `+order.after+` ($3, $4))
		order by 1 `+order.direction+`, 2 `+order.direction+` limit $5`,
		api.OwnerOf(ctx), escapeLike(req.Q), after[0], after[1], limit+1)
	if err != nil {
		return page, err
	}
	var s StreamSummary
	var key, lastKey, poster string
	var busy, ready bool
	_, err = pgx.ForEachRow(rows, []any{
		&key, &s.ID, &s.Title, &s.CreatedAt, &s.StartedAt, &s.Duration, &s.ClipCount, &s.MarkerCount, &poster, &busy, &ready,
	}, func() error {
		if len(page.Items) == limit {
			page.Next = api.Cursor(lastKey, page.Items[limit-1].ID)
			return nil
		}
		lastKey = key
		s.PosterURL = posterURL(poster, poster != "")
		s.State = stateOf(s.ClipCount, busy, ready)
		page.Items = append(page.Items, s)
		return nil
	})
	return page, err
}

// escapeLike lets the characters that mean something in a pattern mean themselves.
func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}
