package streams

import (
	"context"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// The sources that a broadcast can have.
const (
	fromTwitch = "twitch"
	fromOBS    = "obs"
	fromButton = "button"
)

// What is told of a sender counts by when it happened, so that what comes late or twice changes nothing.
// A clock that is ahead says that it happened when it was told.

func senderWentLive(ctx context.Context, tx *es.Tx, e events.WentLive, m es.Meta) error {
	return starts(ctx, tx, m, fromTwitch, e.Channel, e.StartedAt)
}

// senderWentOffline: when that was found afterwards, it happened in a time in which nothing was heard of the
// channel. The beginning of that is when it was on air for certain.
func senderWentOffline(ctx context.Context, tx *es.Tx, e events.WentOffline, m es.Meta) error {
	if !e.Found {
		return stops(ctx, tx, m, fromTwitch, e.Channel, m.Time)
	}
	return tx.Queue(ctx, `update sender set off_at = greatest(off_at, case when heard_at > on_at then heard_at else $4 end)
		where owner = $1 and source = $2 and id = $3`, m.Owner, fromTwitch, e.Channel, happened(m, m.Time))
}

func senderUnheard(ctx context.Context, tx *es.Tx, e events.GapDetected, m es.Meta) error {
	return note(ctx, tx, m, e.Source, e.Capture, "heard_at", e.From)
}

func bridgeStarted(ctx context.Context, tx *es.Tx, e events.ObsStreamStarted, m es.Meta) error {
	return starts(ctx, tx, m, fromOBS, e.Bridge, e.At)
}

func bridgeStopped(ctx context.Context, tx *es.Tx, e events.ObsStreamStopped, m es.Meta) error {
	return stops(ctx, tx, m, fromOBS, e.Bridge, e.At)
}

// bridgeDisconnected: what is not heard of does not hold a broadcast. When OBS still streams, the bridge
// tells so as soon as it hears it again.
func bridgeDisconnected(ctx context.Context, tx *es.Tx, e events.ObsDisconnected, m es.Meta) error {
	return stops(ctx, tx, m, fromOBS, e.Bridge, e.At)
}

// bridgeConnected: when OBS streams, it goes on, or has begun by then. When it does not, it stopped while it
// was not heard, so right after it was heard last.
func bridgeConnected(ctx context.Context, tx *es.Tx, e events.ObsConnected, m es.Meta) error {
	if e.Streaming {
		return tx.Queue(ctx, `insert into sender as s (owner, source, id, on_at) values ($1, $2, $3, $4)
			on conflict (owner, source, id) do update set on_at = case when s.on_at > s.off_at then s.on_at else greatest(s.on_at, $4) end`,
			m.Owner, fromOBS, e.Bridge, happened(m, e.At))
	}
	err := tx.Queue(ctx, `update sender set off_at = greatest(on_at, off_at, heard_at)
		where owner = $1 and source = $2 and id = $3 and on_at < $4`, m.Owner, fromOBS, e.Bridge, happened(m, e.At))
	if err != nil {
		return err
	}
	return note(ctx, tx, m, fromOBS, e.Bridge, "heard_at", e.At)
}

func bridgeChangedScene(ctx context.Context, tx *es.Tx, e events.ObsSceneChanged, m es.Meta) error {
	return note(ctx, tx, m, fromOBS, e.Bridge, "heard_at", e.At)
}

func bridgeMeasuredDisk(ctx context.Context, tx *es.Tx, e events.ObsDiskMeasured, m es.Meta) error {
	return note(ctx, tx, m, fromOBS, e.Bridge, "heard_at", e.At)
}

func bridgeRecords(ctx context.Context, tx *es.Tx, e events.ObsRecordStarted, m es.Meta) error {
	return note(ctx, tx, m, fromOBS, e.Bridge, "heard_at", e.At)
}

func bridgeRecorded(ctx context.Context, tx *es.Tx, e events.ObsRecordStopped, m es.Meta) error {
	return note(ctx, tx, m, fromOBS, e.Bridge, "heard_at", e.At)
}

func starts(ctx context.Context, tx *es.Tx, m es.Meta, source, id string, at time.Time) error {
	return note(ctx, tx, m, source, id, "on_at", at)
}

func stops(ctx context.Context, tx *es.Tx, m es.Meta, source, id string, at time.Time) error {
	return note(ctx, tx, m, source, id, "off_at", at)
}

// note keeps the newest moment that is told.
func note(ctx context.Context, tx *es.Tx, m es.Meta, source, id, column string, at time.Time) error {
	return tx.Queue(ctx, `insert into sender as s (owner, source, id, `+column+`) values ($1, $2, $3, $4)
		on conflict (owner, source, id) do update set `+column+` = greatest(s.`+column+`, $4)`, m.Owner, source, id, happened(m, at))
}

// happened is when something happened, at the latest when it was told.
func happened(m es.Meta, at time.Time) time.Time {
	if at.After(m.Stored) {
		return m.Stored
	}
	return at
}
