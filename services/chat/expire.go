package chat

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// platform owns what is about all owners.
const platform = "platform"

var historyDue = events.HistoryDue{History: "chat"}

// defaultRetention is how long chat is kept when nothing else is said.
const defaultRetention = 30 * 24 * time.Hour

// wake looks at every start whether something is kept no longer: the retention may be another.
func wake(ctx context.Context, d *run.Deps) error {
	return d.Logs.SetTimer(ctx, platform, historyDue, time.Now())
}

// expire forgets, once a day, what is older than chat is kept.
var expire = run.Reactor{
	Name: "chat-expire", Doc: "forgets chat and activity that are kept no longer", Quiet: true, InOrder: true,
	Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, _ events.HistoryDue, m es.Meta) error {
		retention := d.Config.ChatRetention
		if retention <= 0 {
			retention = defaultRetention
		}
		const day = 24 * time.Hour
		if err := forgetBefore(ctx, d, m.Time.Add(-retention).UTC().Truncate(day)); err != nil {
			return err
		}
		return d.Logs.SetTimer(ctx, platform, historyDue, m.Time.UTC().Truncate(day).Add(day+5*time.Minute))
	})},
}

// forgetBefore tells that nothing from before a day is kept, if there is something. Streams that have
// messages from then are sealed first.
func forgetBefore(ctx context.Context, d *run.Deps, before time.Time) error {
	if err := waitForAll(ctx, d); err != nil {
		return err
	}
	var some bool
	err := d.DB.QueryRow(ctx, `select exists (select from message where day < $1::date) or exists (select from activity where day < $1::date)
		or exists (select from viewers where day < $1::date)`, before).Scan(&some)
	if err != nil || !some {
		return err
	}
	rows, err := d.DB.Query(ctx, `select s.owner, s.id from span s where s.key is null and not s.live
		and exists (select from message m where m.owner = s.owner and m.at >= s.started_at and m.at < s.until and m.day < $1::date)`, before)
	if err != nil {
		return err
	}
	type stream struct{ Owner, ID string }
	unsealed, err := pgx.CollectRows(rows, pgx.RowToStructByPos[stream])
	if err != nil {
		return err
	}
	for _, s := range unsealed {
		if _, err := sealNow(ctx, d, s.Owner, s.ID); err != nil {
			return err
		}
	}
	_, err = d.Append(ctx, platform, events.HistoryExpired{History: "chat", Before: before})
	return err
}
