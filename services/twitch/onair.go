package twitch

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

//go:embed onair.sql
var onairSQL string

// onair is what the log says of each channel: whether it is on air, and what it shows.
var onair = es.Projection{
	Name: "twitch_onair", Version: 1, SQL: onairSQL,
	Handle: []es.Handler[*es.Tx]{
		es.On(func(ctx context.Context, tx *es.Tx, e events.WentLive, m es.Meta) error {
			return tx.Upsert(ctx, wentOn, m.Owner, e.Channel, true, e.Broadcast, e.StartedAt)
		}),
		es.On(func(ctx context.Context, tx *es.Tx, e events.WentOffline, m es.Meta) error {
			return tx.Upsert(ctx, wentOff, m.Owner, e.Channel, false)
		}),
		es.On(func(ctx context.Context, tx *es.Tx, e events.ChannelUpdated, m es.Meta) error {
			e.Raw = nil
			updated, err := json.Marshal(e)
			if err != nil {
				return err
			}
			return tx.Upsert(ctx, changed, m.Owner, e.Channel, string(updated))
		}),
	},
}

var (
	ofOnair = []string{"owner", "channel"}
	wentOn  = es.Upsert{Table: "onair", Key: ofOnair, Set: []string{"live", "broadcast", "started_at"}}
	wentOff = es.Upsert{Table: "onair", Key: ofOnair, Set: []string{"live"}}
	changed = es.Upsert{Table: "onair", Key: ofOnair, Set: []string{"updated"}}
)

// air is what the log says of a channel.
type air struct {
	Live      bool
	Broadcast string
	StartedAt *time.Time
	// Updated is nil when it was never told.
	Updated *events.ChannelUpdated
}

// airOf is that of a channel that nothing was told of, when nothing was.
func airOf(ctx context.Context, q es.Querier, owner, channel string) (air, error) {
	var s air
	var updated []byte
	err := q.QueryRow(ctx, `select live, broadcast, started_at, updated from onair where owner = $1 and channel = $2`, owner, channel).
		Scan(&s.Live, &s.Broadcast, &s.StartedAt, &updated)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return s, fmt.Errorf("channel %s: %w", channel, err)
	}
	if updated != nil {
		s.Updated = &events.ChannelUpdated{}
		if err := json.Unmarshal(updated, s.Updated); err != nil {
			return s, fmt.Errorf("channel %s: %w", channel, err)
		}
	}
	return s, nil
}
