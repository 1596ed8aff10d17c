package streams

import (
	"context"
	_ "embed"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

//go:embed live.sql
var liveSQL string

// live is the broadcast of each owner, and what it is decided on: what channels and bridges tell.
var live = es.Projection{
	Name: "streams_live", Version: 1, SQL: liveSQL,
	Handle: []es.Handler[*es.Tx]{
		es.On(liveBegan), es.On(liveJoined), es.On(liveLeft), es.On(liveResumed), es.On(liveEnded), es.On(liveRenamed),
		es.On(senderWentLive), es.On(senderWentOffline), es.On(senderUnheard), es.On(channelUpdated),
		es.On(bridgeConnected), es.On(bridgeDisconnected), es.On(bridgeStarted), es.On(bridgeStopped),
		es.On(bridgeChangedScene), es.On(bridgeMeasuredDisk), es.On(bridgeRecords), es.On(bridgeRecorded),
	},
	Documents: []es.Document{es.One("live", loadLive)},
}

func liveBegan(ctx context.Context, tx *es.Tx, e events.BroadcastBegan, m es.Meta) error {
	err := tx.Queue(ctx, `insert into broadcast (owner, stream, title, channel, started_at) values ($1, $2, $3, $4, $5)
		on conflict (owner) do update set (stream, title, channel, started_at, dropped_at, ended_at) = ($2, $3, $4, $5, null, null)`,
		m.Owner, e.Stream, e.Title, e.Channel, e.At)
	if err != nil {
		return err
	}
	if err := tx.Queue(ctx, `delete from source where owner = $1`, m.Owner); err != nil {
		return err
	}
	return hold(ctx, tx, m, events.BroadcastJoined{Source: e.Source, At: e.At, Channel: e.Channel})
}

func liveJoined(ctx context.Context, tx *es.Tx, e events.BroadcastJoined, m es.Meta) error {
	return hold(ctx, tx, m, e)
}

func liveResumed(ctx context.Context, tx *es.Tx, e events.BroadcastResumed, m es.Meta) error {
	return hold(ctx, tx, m, events.BroadcastJoined{Source: e.Source, At: e.At, Channel: e.Channel})
}

// hold lets a source hold the broadcast.
func hold(ctx context.Context, tx *es.Tx, m es.Meta, e events.BroadcastJoined) error {
	err := tx.Queue(ctx, `insert into source (owner, name, since) values ($1, $2, $3) on conflict (owner, name) do update set since = $3`,
		m.Owner, e.Source, e.At)
	if err != nil {
		return err
	}
	return updateBroadcast(ctx, tx, m, `dropped_at = null, channel = coalesce(nullif($2, ''), channel)`, e.Channel)
}

// liveLeft: a broadcast that only the button holds, after others have held it too, waits like one that
// nothing holds: whoever pressed it has no reason to press it again.
func liveLeft(ctx context.Context, tx *es.Tx, e events.BroadcastLeft, m es.Meta) error {
	if err := tx.Queue(ctx, `delete from source where owner = $1 and name = $2`, m.Owner, e.Source); err != nil {
		return err
	}
	return updateBroadcast(ctx, tx, m,
		`dropped_at = case when not exists (select from source where owner = $1 and name <> 'button') then $2::timestamptz end`, e.At)
}

func liveEnded(ctx context.Context, tx *es.Tx, e events.BroadcastEnded, m es.Meta) error {
	if err := tx.Queue(ctx, `delete from source where owner = $1`, m.Owner); err != nil {
		return err
	}
	return updateBroadcast(ctx, tx, m, `dropped_at = null, ended_at = $2`, e.At)
}

func liveRenamed(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
	return updateBroadcast(ctx, tx, m, `title = case stream when $2 then $3 else title end`, e.Stream, e.Title)
}

func updateBroadcast(ctx context.Context, tx *es.Tx, m es.Meta, set string, args ...any) error {
	tx.Touch(m.Owner, "live", "")
	return tx.Queue(ctx, `update broadcast set `+set+` where owner = $1`, append([]any{m.Owner}, args...)...)
}

func channelUpdated(ctx context.Context, tx *es.Tx, e events.ChannelUpdated, m es.Meta) error {
	return tx.Upsert(ctx, es.Upsert{Table: "channel", Key: []string{"owner", "id"}, Set: []string{"title", "seq"}},
		m.Owner, e.Channel, e.Title, int64(m.Seq))
}
