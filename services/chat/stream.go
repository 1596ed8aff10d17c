package chat

import (
	"context"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

func streamCreated(ctx context.Context, tx *es.Tx, e events.StreamCreated, m es.Meta) error {
	return tx.Queue(ctx, `insert into stream (owner, id, started_at) values ($1, $2, $3) on conflict do nothing`, m.Owner, e.Stream, e.StartedAt)
}

func streamWentLive(ctx context.Context, tx *es.Tx, e events.StreamWentLive, m es.Meta) error {
	return tx.Queue(ctx, `update stream set live = true, ended_at = null, channel = coalesce(nullif($3, ''), channel) where owner = $1 and id = $2`,
		m.Owner, e.Stream, e.Channel)
}

func streamEnded(ctx context.Context, tx *es.Tx, e events.StreamEnded, m es.Meta) error {
	return tx.Queue(ctx, `update stream set live = false, ended_at = $3 where owner = $1 and id = $2`, m.Owner, e.Stream, e.At)
}

func streamDeleted(ctx context.Context, tx *es.Tx, e events.StreamDeleted, m es.Meta) error {
	return tx.Queue(ctx, `delete from stream where owner = $1 and id = $2`, m.Owner, e.Stream)
}

func clipRegistered(ctx context.Context, tx *es.Tx, e events.ClipRegistered, m es.Meta) error {
	return tx.Queue(ctx, `insert into clip (owner, id, stream, started_at) values ($1, $2, $3, $4)
		on conflict (owner, id) do update set stream = excluded.stream, started_at = excluded.started_at`, m.Owner, e.Clip, e.Stream, e.StartedAt)
}

func clipProbed(ctx context.Context, tx *es.Tx, e events.ClipProbed, m es.Meta) error {
	return tx.Queue(ctx, `update clip set duration = $3 where owner = $1 and id = $2`, m.Owner, e.Clip, e.Duration)
}

func clipDeleted(ctx context.Context, tx *es.Tx, e events.ClipDeleted, m es.Meta) error {
	return tx.Queue(ctx, `delete from clip where owner = $1 and id = $2`, m.Owner, e.Clip)
}

func channelWentLive(ctx context.Context, tx *es.Tx, e events.WentLive, m es.Meta) error {
	return knowChannel(ctx, tx, m, e.Channel)
}

func connectionOpened(ctx context.Context, tx *es.Tx, e events.ConnectionOpened, m es.Meta) error {
	return knowChannel(ctx, tx, m, e.Channel)
}

func knowChannel(ctx context.Context, tx *es.Tx, m es.Meta, channel string) error {
	return tx.Queue(ctx, `insert into channel (owner, id) values ($1, $2) on conflict do nothing`, m.Owner, channel)
}

func gapDetected(ctx context.Context, tx *es.Tx, e events.GapDetected, m es.Meta) error {
	return tx.Queue(ctx, `insert into gap (owner, id, channel, source, since, until, why) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
		m.Owner, e.Gap, e.Capture, e.Source, e.From, e.To, plain(e.Why))
}

func gapFilled(ctx context.Context, tx *es.Tx, e events.GapFilled, m es.Meta) error {
	return tx.Queue(ctx, `update gap set filled = coalesce($3::text[], '{}'), missing = coalesce($4::text[], '{}') where owner = $1 and id = $2`,
		m.Owner, e.Gap, e.Filled, e.Missing)
}

func archiveSealed(ctx context.Context, tx *es.Tx, e events.ArchiveSealed, m es.Meta) error {
	return tx.Queue(ctx, `insert into archive (owner, stream, channel, key, since, until, messages, activities) values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (owner, stream) do update set channel = excluded.channel, key = excluded.key, since = excluded.since, until = excluded.until,
			messages = excluded.messages, activities = excluded.activities`,
		m.Owner, e.Archive, e.Channel, e.Key, e.From, e.To, e.Messages, e.Activities)
}

func archiveDropped(ctx context.Context, tx *es.Tx, e events.ArchiveDropped, m es.Meta) error {
	return tx.Queue(ctx, `delete from archive where owner = $1 and stream = $2`, m.Owner, e.Archive)
}
