package twitch

import (
	"context"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// countEvery is how often it is asked how many watch.
const countEvery = time.Minute

// count tells how many watch, as long as the channel is on air.
func (l *listener) count(ctx context.Context) error {
	for pause(ctx, l.clock, countEvery) {
		if err := l.countOnce(ctx); err != nil && ctx.Err() == nil {
			l.d.Logger.Warn("viewers were not counted", "channel", l.Channel, "err", err)
		}
	}
	return ctx.Err()
}

func (l *listener) countOnce(ctx context.Context) error {
	now, err := airOf(ctx, l.d.DB, l.Owner, l.Channel)
	if err != nil || !now.Live {
		return err
	}
	streams, err := asUser(l.d, l.Owner).Streams(ctx, l.Channel)
	if err != nil || len(streams) == 0 { // Twitch does not know of it yet
		return err
	}
	_, err = l.d.Append(es.As(ctx, actor), l.Owner, events.ViewersCounted{Channel: l.Channel, Viewers: streams[0].Viewers}, es.At(l.clock.Now()))
	return err
}
