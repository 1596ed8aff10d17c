package obs

import (
	"context"
	_ "embed"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

//go:embed bridges.sql
var bridgesSQL string

// bridges is how each bridge stands, and what was told already.
var bridges = es.Projection{
	Name: "obs_bridges", Version: 1, SQL: bridgesSQL,
	Handle: []es.Handler[*es.Tx]{
		es.On(connected), es.On(disconnected), es.On(streamStarted), es.On(streamStopped),
		es.On(recordStarted), es.On(recordStopped), es.On(recordSplit), es.On(recordPaused), es.On(recordResumed),
		es.On(sceneChanged), es.On(replaySaved), es.On(clockMeasured), es.On(diskMeasured),
	},
	Documents: []es.Document{es.One("obs", load)},
}

// connected: what it did while nobody heard it is told by events of their own.
func connected(ctx context.Context, tx *es.Tx, e events.ObsConnected, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `connected = true, reason = '', version = $4, folder = $5, scene = $6,
		stream_since = case when $7 then coalesce(stream_since, $3) end,
		recording_since = case when $8 then coalesce(recording_since, $3) end, paused = paused and $8`,
		e.Version, e.Folder, e.Scene, e.Streaming, e.Recording)
}

func disconnected(ctx context.Context, tx *es.Tx, e events.ObsDisconnected, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `connected = false, reason = $4`, e.Reason)
}

func streamStarted(ctx context.Context, tx *es.Tx, e events.ObsStreamStarted, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `stream_since = $3`)
}

func streamStopped(ctx context.Context, tx *es.Tx, e events.ObsStreamStopped, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `stream_since = null`)
}

func recordStarted(ctx context.Context, tx *es.Tx, e events.ObsRecordStarted, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `recording_since = $3, recording_file = $4, paused = false`, e.File)
}

func recordStopped(ctx context.Context, tx *es.Tx, e events.ObsRecordStopped, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `recording_since = null, recording_file = '', paused = false`)
}

func recordSplit(ctx context.Context, tx *es.Tx, e events.ObsRecordSplit, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `recording_file = $4`, e.Next)
}

func recordPaused(ctx context.Context, tx *es.Tx, e events.ObsRecordPaused, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `paused = true`)
}

func recordResumed(ctx context.Context, tx *es.Tx, e events.ObsRecordResumed, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `paused = false`)
}

func sceneChanged(ctx context.Context, tx *es.Tx, e events.ObsSceneChanged, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `scene = $4`, e.Scene)
}

func replaySaved(ctx context.Context, tx *es.Tx, e events.ObsReplaySaved, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `connected = bridge.connected`)
}

func clockMeasured(ctx context.Context, tx *es.Tx, e events.ObsClockMeasured, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `offset_ms = $4, error_ms = $5`, e.Offset, e.Error)
}

func diskMeasured(ctx context.Context, tx *es.Tx, e events.ObsDiskMeasured, m es.Meta) error {
	return update(ctx, tx, m, e.Bridge, e.ObsClock, `free = $4, total = $5`, e.Free, e.Total)
}

// update changes the row of a bridge, which is made when it is told of first. In set, $3 is when it
// happened, and what follows are the arguments.
func update(ctx context.Context, tx *es.Tx, m es.Meta, bridge string, clock events.ObsClock, set string, args ...any) error {
	tx.Touch(m.Owner, "obs", "")
	if err := tx.Queue(ctx, `insert into told (owner, id) values ($1, $2) on conflict do nothing`, m.Owner, m.ID); err != nil {
		return err
	}
	err := tx.Queue(ctx, `insert into bridge (owner, name, connected, last_seen) values ($1, $2, true, $3) on conflict do nothing`,
		m.Owner, bridge, clock.At)
	if err != nil {
		return err
	}
	return tx.Queue(ctx, `update bridge set last_seen = greatest(last_seen, $3), `+set+` where owner = $1 and name = $2`,
		append([]any{m.Owner, bridge, clock.At}, args...)...)
}
