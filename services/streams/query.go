package streams

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Stream is one stream with all that is on its clock.
type Stream struct {
	StreamSummary
	// HLSURL plays the clips one after the other, without the gaps between them; absent while nothing
	// can be played.
	HLSURL string `json:"hlsUrl,omitempty"`
	// WatchURL is the page where everybody may watch it; absent while it is not published.
	WatchURL string       `json:"watchUrl,omitempty"`
	Clips    []StreamClip `json:"clips"`
	Markers  []Marker     `json:"markers"`
}

// State is "live" while the stream is, and then how far its clips are: "empty", "processing", "ready" or
// "failed".
type State = string

// StreamClip is a clip as its stream sees it.
type StreamClip struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	State string `json:"state" jsonschema:"enum=registered,enum=probed,enum=packaged,enum=refused,enum=failed"`
	// Reason is why it was refused or failed.
	Reason string `json:"reason,omitempty"`
	// Playable tells that it can be played, perhaps not yet to its end or in every size.
	Playable bool `json:"playable"`
	// Paused tells that parts of it that have not begun wait until it is resumed.
	Paused bool `json:"paused,omitempty"`
	// PartsDone are those of PartsTotal that are encoded; both are zero when nothing has to be.
	PartsDone  int `json:"partsDone"`
	PartsTotal int `json:"partsTotal"`
	// Size of the recorded file in bytes.
	Size int64 `json:"size"`
	// Duration in seconds; absent while unknown.
	Duration float64 `json:"duration,omitempty"`
	// Width and Height of the recorded picture in pixels, as it is shown; absent without one.
	Width       int `json:"width,omitempty"`
	Height      int `json:"height,omitempty"`
	AudioTracks int `json:"audioTracks"`
	// Offset is the stream time in seconds at which the clip begins; below zero when it was begun before the
	// stream was live.
	Offset     float64 `json:"offset"`
	PosterURL  string  `json:"posterUrl,omitempty"`
	SpritesURL string  `json:"spritesUrl,omitempty"`
	HLSURL     string  `json:"hlsUrl,omitempty"`
}

// Marker is a moment that somebody flagged.
type Marker struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// At is the stream time in seconds.
	At        float64   `json:"at"`
	CreatedAt time.Time `json:"createdAt"`
	// By is the account that set it; empty when it came from chat.
	By string `json:"by,omitempty"`
	// Source is where it was flagged; absent for the page of the stream.
	Source string `json:"source,omitempty" jsonschema:"enum=chat,enum=obs,enum=hotkey,enum=api"`
}

// load reads a stream; pgx.ErrNoRows when there is none.
func load(ctx context.Context, q es.Querier, owner, id string) (Stream, error) {
	s := Stream{Clips: []StreamClip{}}
	rows, err := q.Query(ctx, `select `+summary+` from stream s where owner = $1 and id = $2`, owner, id)
	if err != nil {
		return s, err
	}
	if s.StreamSummary, err = pgx.CollectExactlyOneRow(rows, scanSummary); err != nil {
		return s, err
	}
	if s.Playable {
		s.HLSURL = "/media/streams/" + id + "/hls/index.m3u8"
	}
	if s.Published {
		s.WatchURL = "/watch/" + id
	}
	rows, err = q.Query(ctx, `select id, label, at, created_at, created_by, source from marker where owner = $1 and stream = $2 order by at, id`, owner, id)
	if err != nil {
		return s, err
	}
	if s.Markers, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Marker]); err != nil {
		return s, err
	}
	rows, err = q.Query(ctx, `select id, name, state, reason, playable, paused, cardinality(done), parts, size, duration, width, height, audio_tracks,
			poster, sprites, started_at
		from clip where owner = $1 and stream = $2 order by started_at nulls last, registered_at, id`, owner, id)
	if err != nil {
		return s, err
	}
	var poster, sprites bool
	var startedAt *time.Time
	var end float64
	var c StreamClip
	_, err = pgx.ForEachRow(rows, []any{
		&c.ID, &c.Name, &c.State, &c.Reason, &c.Playable, &c.Paused, &c.PartsDone, &c.PartsTotal, &c.Size, &c.Duration, &c.Width, &c.Height, &c.AudioTracks,
		&poster, &sprites, &startedAt,
	}, func() error {
		c.PosterURL = media(c.ID, "poster.jpg", poster)
		c.SpritesURL = media(c.ID, "sprites.vtt", sprites)
		c.HLSURL = media(c.ID, "hls/index.m3u8", c.Playable)
		c.Offset = end // without a time of its own it follows the one before
		if startedAt != nil && (!startedAt.Before(s.StartedAt) || startedAt.Add(time.Duration(c.Duration*float64(time.Second))).After(s.StartedAt)) {
			c.Offset = startedAt.Sub(s.StartedAt).Seconds()
		}
		end = max(end, c.Offset+c.Duration)
		s.Clips = append(s.Clips, c)
		return nil
	})
	return s, err
}

// media is where a file of a clip is served; empty when it is not there.
func media(clip, file string, there bool) string {
	if !there {
		return ""
	}
	return "/media/" + clip + "/" + file
}

// find reads a stream for an endpoint.
func find(ctx context.Context, q es.Querier, owner, id string) (Stream, error) {
	s, err := load(ctx, q, owner, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, noStream(id)
	}
	return s, err
}

func noStream(id string) error { return fault.New(fault.NotFound, "there is no stream %s", id) }

// Changed is the live document of the list of streams: it says that the list is another.
type Changed struct {
	// Rev is the sequence of the event that changed it last.
	Rev int64 `json:"rev"`
}

func loadChanged(ctx context.Context, q es.Querier, owner string) (Changed, error) {
	var c Changed
	err := q.QueryRow(ctx, `select seq from changed where owner = $1`, owner).Scan(&c.Rev)
	return c, err
}
