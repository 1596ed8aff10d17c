package streams

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
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
	// StartedAt is stream time zero on the wall clock.
	StartedAt time.Time `json:"startedAt"`
	// Published tells that everybody may watch it.
	Published bool `json:"published"`
	// Live tells that it is on air.
	Live bool `json:"live"`
	// EndedAt is when it was no longer live; absent while it is, and when it never was.
	EndedAt *time.Time `json:"endedAt,omitempty"`
	// Channel is the id of the channel that it was seen on, if it is known.
	Channel string `json:"channel,omitempty"`
	// State is "live", or that of the clips together.
	State State `json:"state" jsonschema:"enum=live,enum=empty,enum=processing,enum=ready,enum=failed"`
	// Playable tells that something of it can be played.
	Playable bool `json:"playable"`
	// Duration in seconds, to the end of the last clip.
	Duration float64 `json:"duration"`
	// Size of the recorded files in bytes.
	Size        int64 `json:"size"`
	ClipCount   int   `json:"clipCount"`
	MarkerCount int   `json:"markerCount"`
	// PartsDone are those of PartsTotal that are encoded, of all clips.
	PartsDone  int    `json:"partsDone"`
	PartsTotal int    `json:"partsTotal"`
	PosterURL  string `json:"posterUrl,omitempty"`
}

// summary is what scanSummary reads of stream s.
const summary = `s.id, s.title, s.created_at, s.started_at, s.live, s.ended_at, s.channel, s.published, s.state, s.playable, s.duration, s.size, s.clips,
	(select count(*) from marker where owner = s.owner and stream = s.id), s.parts_done, s.parts_total, s.poster`

func scanSummary(row pgx.CollectableRow) (s StreamSummary, err error) {
	var poster string
	err = row.Scan(&s.ID, &s.Title, &s.CreatedAt, &s.StartedAt, &s.Live, &s.EndedAt, &s.Channel, &s.Published, &s.State, &s.Playable, &s.Duration, &s.Size, &s.ClipCount,
		&s.MarkerCount, &s.PartsDone, &s.PartsTotal, &poster)
	s.PosterURL = media(poster, "poster.jpg", poster != "")
	return s, err
}

// ListStreams asks for a page of streams.
type ListStreams struct {
	// Q is a text in the title or in the name of a clip.
	Q string `query:"q" json:"-"`
	// State is "live", "empty", "processing", "ready" or "failed"; empty is all.
	State string `query:"state" json:"-"`
	// Published is "true" or "false"; empty is both.
	Published string `query:"published" json:"-"`
	// From and To are the first and the last day on which the stream began, in UTC, such as
	// "2026-01-31"; or times in RFC 3339, From included and To not.
	From string `query:"from" json:"-"`
	To   string `query:"to" json:"-"`
	// Sort is "newest" (the default), "oldest", "title", "longest" or "largest".
	Sort   string `query:"sort" json:"-"`
	Limit  int    `query:"limit" json:"-"`
	Cursor string `query:"cursor" json:"-"`
}

var listStreams = api.Get("/api/streams", "lists the streams", api.Viewers, list)

// order is a way to sort: by a key that an index has, and by the id among those that have the same.
type order struct {
	key string
	// from is the key of where a page begins, in which ? is the value that a cursor has.
	from string
	// down is true when the largest comes first.
	down bool
	// text is the value that a cursor has after a stream, and parse reads it.
	text  func(StreamSummary) string
	parse func(string) (any, error)
}

var orders = map[string]order{
	"newest":  {"s.started_at", "?", true, startText, parseStart},
	"oldest":  {"s.started_at", "?", false, startText, parseStart},
	"title":   {"lower(s.title)", "lower(?)", false, func(s StreamSummary) string { return s.Title }, func(text string) (any, error) { return text, nil }},
	"longest": {"s.duration", "?", true, func(s StreamSummary) string { return strconv.FormatFloat(s.Duration, 'g', -1, 64) }, func(text string) (any, error) { return strconv.ParseFloat(text, 64) }},
	"largest": {"s.size", "?", true, func(s StreamSummary) string { return strconv.FormatInt(s.Size, 10) }, func(text string) (any, error) { return strconv.ParseInt(text, 10, 64) }},
}

func startText(s StreamSummary) string { return s.StartedAt.Format(time.RFC3339Nano) }

func parseStart(text string) (any, error) { return time.Parse(time.RFC3339Nano, text) }

func list(ctx context.Context, d *run.Deps, req ListStreams) (api.List[StreamSummary], error) {
	req.Sort, req.Limit = cmp.Or(req.Sort, "newest"), api.Limit(req.Limit)
	query, values, err := req.query(api.OwnerOf(ctx))
	if err != nil {
		return api.List[StreamSummary]{}, err
	}
	rows, err := d.DB.Query(ctx, query, values...)
	if err != nil {
		return api.List[StreamSummary]{}, err
	}
	items, err := pgx.CollectRows(rows, scanSummary)
	return api.Page(items, req.Limit, func(last StreamSummary) string {
		return api.Cursor(req.Sort, orders[req.Sort].text(last), last.ID)
	}), err
}

// query is the statement for a page and one stream more, with its values.
func (r ListStreams) query(owner string) (string, []any, error) {
	var where api.Where
	where.Add("s.owner = ?", owner)
	if err := r.filter(&where); err != nil {
		return "", nil, err
	}
	order := orders[r.Sort]
	direction, beyond := "asc", ">"
	if order.down {
		direction, beyond = "desc", "<"
	}
	after, err := api.ParseCursor(r.Cursor, 3)
	if err != nil {
		return "", nil, err
	}
	if after != nil {
		key, err := order.parse(after[1])
		if err != nil || after[0] != r.Sort {
			return "", nil, fault.Field("cursor", "this is no cursor of a list with this sort; begin without one")
		}
		where.Add("("+order.key+", s.id) "+beyond+" ("+order.from+", ?)", key, after[2])
	}
	return fmt.Sprintf("select %s from stream s where %s order by %s %s, s.id %s limit %d",
		summary, where.SQL(), order.key, direction, direction, r.Limit+1), where.Values(), nil
}
