package streams

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// AddMarker flags a moment of a stream.
type AddMarker struct {
	Stream string `path:"stream" json:"-"`
	Label  string `json:"label"`
	// At is the stream time in seconds; absent is now.
	At *float64 `json:"at,omitempty"`
}

// longestStream in seconds is longer than anybody streams: a year.
const longestStream = 366 * 24 * 60 * 60

// Validate tells what is wrong with the label or the time.
func (r AddMarker) Validate() error {
	if r.At != nil && !(*r.At >= 0 && *r.At <= longestStream) {
		return fault.Field("at", "a stream time is in seconds from the start: from 0 to %d", longestStream)
	}
	return checkText("label", r.Label, 200)
}

var addMarker = api.Post("/api/streams/{stream}/markers", "flags a moment of a stream", api.Moderators,
	func(ctx context.Context, d *run.Deps, req AddMarker) (Marker, error) {
		m := Marker{ID: es.IDFrom(ctx), Label: strings.TrimSpace(req.Label), CreatedAt: time.Now().UTC().Truncate(time.Microsecond), By: api.CallerOf(ctx).Account}
		_, err := decide(ctx, d, req.Stream, func(now current) (events.Event, error) {
			if made, err := findMarker(ctx, d, req.Stream, m.ID); err == nil { // the same command has made it before
				m = made
				return nil, nil
			} else if !errors.Is(err, pgx.ErrNoRows) {
				return nil, err
			}
			if now.markers >= mostMarkers {
				return nil, fault.New(fault.Conflict, "a stream can have %d markers; remove some first", mostMarkers)
			}
			if req.At != nil {
				m.At = *req.At
			} else {
				m.At = max(0, m.CreatedAt.Sub(now.startedAt).Seconds())
			}
			return events.MarkerAdded{Stream: req.Stream, Marker: m.ID, Label: m.Label, At: m.At}, nil
		}, es.At(m.CreatedAt))
		return m, err
	}).Versioned("stream")

// RemoveMarker takes a marker back.
type RemoveMarker struct {
	Stream string `path:"stream" json:"-"`
	Marker string `path:"marker" json:"-"`
}

var removeMarker = api.Delete("/api/streams/{stream}/markers/{marker}", "takes a marker back", api.Moderators,
	func(ctx context.Context, d *run.Deps, req RemoveMarker) (api.None, error) {
		_, err := decide(ctx, d, req.Stream, func(current) (events.Event, error) {
			_, err := findMarker(ctx, d, req.Stream, req.Marker)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil, fault.New(fault.NotFound, "the stream has no marker %s", req.Marker)
			}
			return events.MarkerRemoved{Stream: req.Stream, Marker: req.Marker}, err
		})
		return api.None{}, err
	}).Versioned("stream")

// findMarker reads a marker; pgx.ErrNoRows when there is none.
func findMarker(ctx context.Context, d *run.Deps, stream, id string) (Marker, error) {
	rows, err := d.DB.Query(ctx, `select id, label, at, created_at, created_by from marker where owner = $1 and stream = $2 and id = $3`,
		api.OwnerOf(ctx), stream, id)
	if err != nil {
		return Marker{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Marker])
}

// mostMarkers keeps a stream's live document small enough to be sent.
const mostMarkers = 5000
