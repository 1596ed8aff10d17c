package twitch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// mark is what a listener leaves for the one that comes after it.
type mark struct {
	// heardAt is until when everything was heard and is on the log; zero when nothing ever was.
	heardAt time.Time
	// told is what was told of the connection last; null when nothing was.
	told []byte
}

// beginMark is what the last listener to the channel left. One that was left of another channel of the same
// owner does not count.
func beginMark(ctx context.Context, d *run.Deps, l link) (mark, error) {
	_, err := d.DB.Exec(ctx, `insert into vault.twitch_heard (owner, channel) values ($1, $2)
		on conflict (owner) do update set channel = excluded.channel, heard_at = null, told = null, signed = null
		where twitch_heard.channel <> excluded.channel`, l.Owner, l.Channel)
	if err != nil {
		return mark{}, fmt.Errorf("what was heard of %s: %w", l.Channel, err)
	}
	return findMark(ctx, d, l)
}

func findMark(ctx context.Context, d *run.Deps, l link) (mark, error) {
	var m mark
	var at *time.Time
	err := d.DB.QueryRow(ctx, "select heard_at, told from vault.twitch_heard where owner = $1 and channel = $2", l.Owner, l.Channel).Scan(&at, &m.told)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return m, fmt.Errorf("what was heard of %s: %w", l.Channel, err)
	}
	if at != nil {
		m.heardAt = *at
	}
	return m, nil
}

// keepMark keeps until when everything was heard. It makes none: the owner may have ended the connection.
func keepMark(ctx context.Context, d *run.Deps, l link, until time.Time) error {
	_, err := d.DB.Exec(ctx, "update vault.twitch_heard set heard_at = $3 where owner = $1 and channel = $2", l.Owner, l.Channel, until)
	return err
}

// forgetMark forgets what was heard: the time until the owner connects again is no gap.
func forgetMark(ctx context.Context, d *run.Deps, owner string) error {
	if _, err := d.DB.Exec(ctx, "delete from vault.twitch_heard where owner = $1", owner); err != nil {
		return fmt.Errorf("what was heard: %w", err)
	}
	return nil
}

// heardAnew lets it be told again that a connection is heard, whatever was told before it was lost.
const heardAnew = `update vault.twitch_heard set told = null where owner = $1`
