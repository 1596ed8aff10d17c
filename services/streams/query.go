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
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	CreatedAt time.Time `json:"createdAt"`
	// StartedAt is stream time zero on the wall clock.
	StartedAt time.Time `json:"startedAt"`
	// Duration in seconds, to the end of the last clip.
	Duration float64 `json:"duration"`
	// State of the clips together.
	State   State        `json:"state" jsonschema:"enum=empty,enum=processing,enum=ready,enum=failed"`
	Clips   []StreamClip `json:"clips"`
	Markers []Marker     `json:"markers"`
}

// State is how far a stream's clips are: "empty", "processing", "ready" or "failed".
type State = string

// StreamClip is a clip as its stream sees it.
type StreamClip struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	State string `json:"state" jsonschema:"enum=registered,enum=probed,enum=packaged,enum=refused,enum=failed"`
	// Reason is why it was refused or failed.
	Reason string `json:"reason,omitempty"`
	// Duration in seconds; absent while unknown.
	Duration float64 `json:"duration,omitempty"`
	// Offset is the stream time in seconds at which the clip begins.
	Offset    float64 `json:"offset"`
	PosterURL string  `json:"posterUrl,omitempty"`
}

// Marker is a moment that somebody flagged.
type Marker struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	// At is the stream time in seconds.
	At        float64   `json:"at"`
	CreatedAt time.Time `json:"createdAt"`
	// By is the account that set it.
	By string `json:"by,omitempty"`
}

// load reads a stream; pgx.ErrNoRows when there is none.
func load(ctx context.Context, q es.Querier, owner, id string) (Stream, error) {
	s := Stream{ID: id, Clips: []StreamClip{}}
	err := q.QueryRow(ctx, `select title, created_at, started_at from stream where owner = $1 and id = $2`, owner, id).
		Scan(&s.Title, &s.CreatedAt, &s.StartedAt)
	if err != nil {
		return s, err
	}
	rows, err := q.Query(ctx, `select id, label, at, created_at, created_by from marker where owner = $1 and stream = $2 order by at, id`, owner, id)
	if err != nil {
		return s, err
	}
	if s.Markers, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Marker]); err != nil {
		return s, err
	}
	rows, err = q.Query(ctx, `select id, name, state, reason, duration, poster, started_at from clip
		where owner = $1 and stream = $2 order by started_at nulls last, registered_at, id`, owner, id)
	if err != nil {
		return s, err
	}
	var poster, busy, ready bool
	var startedAt *time.Time
	var c StreamClip
	_, err = pgx.ForEachRow(rows, []any{&c.ID, &c.Name, &c.State, &c.Reason, &c.Duration, &poster, &startedAt}, func() error {
		c.PosterURL = posterURL(c.ID, poster)
		c.Offset = s.Duration // without a time of its own it follows the one before
		if startedAt != nil && !startedAt.Before(s.StartedAt) {
			c.Offset = startedAt.Sub(s.StartedAt).Seconds()
		}
		s.Duration = max(s.Duration, c.Offset+c.Duration)
		busy = busy || c.State == "registered" || c.State == "probed"
		ready = ready || c.State == "packaged"
		s.Clips = append(s.Clips, c)
		return nil
	})
	s.State = stateOf(len(s.Clips), busy, ready)
	return s, err
}

func posterURL(clip string, poster bool) string {
	if !poster {
		return ""
	}
	return "/media/" + clip + "/poster.jpg"
}

// stateOf the clips together: busy when one is still worked on, ready when one can be played.
func stateOf(clips int, busy, ready bool) State {
	switch {
	case clips == 0:
		return "empty"
	case busy:
		return "processing"
	case ready:
		return "ready"
	}
	return "failed"
}

// find reads a stream for an endpoint.
func find(ctx context.Context, q es.Querier, owner, id string) (Stream, error) {
	s, err := load(ctx, q, owner, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, fault.New(fault.NotFound, "there is no stream %s", id)
	}
	return s, err
}

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
