package obs

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Bridge is how an OBS stands, as the bridge beside it has told last.
type Bridge struct {
	// Bridge is its name.
	Bridge string `json:"bridge"`
	// Connected tells that the bridge hears OBS; Reason is why it does not.
	Connected  bool   `json:"connected"`
	Reason     string `json:"reason,omitempty"`
	OBSVersion string `json:"obsVersion"`
	Streaming  bool   `json:"streaming"`
	// StreamSince is when it began to stream; absent while it does not.
	StreamSince *time.Time `json:"streamSince,omitempty"`
	Recording   bool       `json:"recording"`
	// Paused tells that the recording waits.
	Paused bool `json:"paused"`
	// RecordingSince is when the recording began, and RecordingFile the name of its newest file; absent
	// while there is none.
	RecordingSince *time.Time `json:"recordingSince,omitempty"`
	RecordingFile  string     `json:"recordingFile,omitempty"`
	// Scene that is shown.
	Scene string `json:"scene"`
	// Disk is where it records; absent while unknown.
	Disk *Disk `json:"disk,omitempty"`
	// OffsetMs is how much later than OBS said the newest recording began, in milliseconds, give or take
	// OffsetErrorMs; absent while no clock was measured.
	OffsetMs      *float64 `json:"offsetMs,omitempty"`
	OffsetErrorMs *float64 `json:"offsetErrorMs,omitempty"`
	// LastSeen is when the bridge told something last, by the clock of its machine.
	LastSeen time.Time `json:"lastSeen"`
}

// Disk is the room where OBS records, in bytes.
type Disk struct {
	Path  string `json:"path"`
	Free  int64  `json:"free"`
	Total int64  `json:"total"`
}

// ListBridges asks for all bridges.
type ListBridges struct{}

var listBridges = api.Get("/api/obs", "lists how each OBS stands that a bridge tells of", api.Viewers,
	func(ctx context.Context, d *run.Deps, _ ListBridges) (api.List[Bridge], error) {
		return load(ctx, d.DB, api.OwnerOf(ctx))
	})

// load reads all bridges of an owner, by name.
func load(ctx context.Context, q es.Querier, owner string) (api.List[Bridge], error) {
	page := api.List[Bridge]{Items: []Bridge{}}
	rows, err := q.Query(ctx, `select name, connected, reason, version, stream_since, recording_since, paused, recording_file,
			scene, folder, free, total, offset_ms, error_ms, last_seen
		from bridge where owner = $1 order by name`, owner)
	if err != nil {
		return page, err
	}
	page.Items, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Bridge, error) {
		var b Bridge
		var folder string
		var free, total *int64
		err := row.Scan(&b.Bridge, &b.Connected, &b.Reason, &b.OBSVersion, &b.StreamSince, &b.RecordingSince, &b.Paused, &b.RecordingFile,
			&b.Scene, &folder, &free, &total, &b.OffsetMs, &b.OffsetErrorMs, &b.LastSeen)
		b.Streaming, b.Recording = b.StreamSince != nil, b.RecordingSince != nil
		if free != nil && total != nil {
			b.Disk = &Disk{Path: folder, Free: *free, Total: *total}
		}
		return b, err
	})
	return page, err
}
