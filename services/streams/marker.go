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
		m := markerOf(ctx, req.Label, "")
		return m, flag(ctx, d, api.OwnerOf(ctx), req.Stream, &m, req.At)
	}).Versioned("stream")

// markerOf is a marker that the caller sets now. One that comes with a token and does not say where from is
// one of a program.
func markerOf(ctx context.Context, label, source string) Marker {
	caller := api.CallerOf(ctx)
	if source == "" && caller.Token != "" {
		source = "api"
	}
	return Marker{
		ID: es.IDFrom(ctx), Label: strings.TrimSpace(label), Source: source,
		CreatedAt: time.Now().UTC().Truncate(time.Microsecond), By: caller.Account,
	}
}

// flag adds a marker to a stream, at a stream time in seconds or at that of when it was made. One that is
// there already is answered as it is.
func flag(ctx context.Context, d *run.Deps, owner, stream string, m *Marker, at *float64) error {
	_, err := decide(ctx, d, owner, stream, func(now current) (events.Event, error) {
		made, err := findMarker(ctx, d, owner, stream, m.ID)
		if err == nil { // the same command has made it before
			*m = made
			return nil, nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return nil, err
		}
		if now.markers >= mostMarkers {
			return nil, fault.New(fault.Conflict, "a stream can have %d markers; remove some first", mostMarkers)
		}
		m.At = max(0, m.CreatedAt.Sub(now.startedAt).Seconds())
		if at != nil {
			m.At = *at
		}
		return events.MarkerAdded{Stream: stream, Marker: m.ID, Label: m.Label, At: m.At, Source: m.Source}, nil
	}, es.At(m.CreatedAt))
	return err
}

// RemoveMarker takes a marker back.
type RemoveMarker struct {
	Stream string `path:"stream" json:"-"`
	Marker string `path:"marker" json:"-"`
}

var removeMarker = api.Delete("/api/streams/{stream}/markers/{marker}", "takes a marker back", api.Moderators,
	func(ctx context.Context, d *run.Deps, req RemoveMarker) (api.None, error) {
		owner := api.OwnerOf(ctx)
		_, err := decide(ctx, d, owner, req.Stream, func(current) (events.Event, error) {
			_, err := findMarker(ctx, d, owner, req.Stream, req.Marker)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil, fault.New(fault.NotFound, "the stream has no marker %s", req.Marker)
			}
			return events.MarkerRemoved{Stream: req.Stream, Marker: req.Marker}, err
		})
		return api.None{}, err
	}).Versioned("stream")

// findMarker reads a marker; pgx.ErrNoRows when there is none.
func findMarker(ctx context.Context, d *run.Deps, owner, stream, id string) (Marker, error) {
	rows, err := d.DB.Query(ctx, `select id, label, at, created_at, created_by, source from marker where owner = $1 and stream = $2 and id = $3`,
		owner, stream, id)
	if err != nil {
		return Marker{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Marker])
}

// mostMarkers keeps a stream's live document small enough to be sent.
const mostMarkers = 5000
