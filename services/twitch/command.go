package twitch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// getConnections tells what there is and how it stands; whoever may not connect is not told what to
// connect with.
func getConnections(ctx context.Context, d *run.Deps, _ struct{}) (Connections, error) {
	c, err := shown(ctx, d, api.OwnerOf(ctx))
	if api.CallerOf(ctx).Role != api.Owner {
		c.Device = nil
	}
	return Connections{[]Connection{c}}, err
}

// shown is the connection as the vault and the log know it. The vault is what counts: the log hears of
// it a moment later.
func shown(ctx context.Context, d *run.Deps, owner string) (Connection, error) {
	c, err := loadConnection(ctx, d.DB, owner)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return c, err
	}
	h, err := scanHeld(d.DB.QueryRow(ctx, selectHeld+"where owner = $1", owner))
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return c, fmt.Errorf("connection to Twitch: %w", err)
	}
	if err != nil {
		c = unconnected()
	} else {
		h.show(&c)
	}
	c.RedirectURL, c.ImagesURL = redirectURL(d), d.Config.Twitch.ImagesURL
	if c.Device, err = deviceOf(ctx, d.DB, owner, now()); err != nil {
		return c, err
	}
	if c.ClientID, err = shownApp(ctx, d, owner); err != nil {
		return c, err
	}
	if c.LastEventAt, err = lastHeard(ctx, d, owner); err != nil {
		return c, err
	}
	switch {
	case c.State != "disconnected":
	case c.Device != nil:
		c.State = "connecting"
	case c.ClientID == "":
		c.State = "unconfigured"
	}
	return c, nil
}

// show writes down what the vault knows of a connection.
func (h held) show(c *Connection) {
	c.State, c.Reason = "connected", ""
	if h.lost != "" {
		c.State, c.Reason = "lost", h.detail
	}
	c.Channel, c.Login, c.Name, c.Scopes = h.Channel, h.Login, h.Name, scopesOf(h.Scopes)
	c.ValidUntil, c.ValidatedAt = &h.validUntil, &h.validatedAt
}

// shownApp is the client id of the application in use; empty when there is none.
func shownApp(ctx context.Context, d *run.Deps, owner string) (string, error) {
	if d.Config.Twitch.ClientID != "" {
		return d.Config.Twitch.ClientID, nil
	}
	var id string
	err := d.DB.QueryRow(ctx, `select client_id from vault.twitch_apps where owner = $1 and in_use`, owner).Scan(&id)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("application at Twitch: %w", err)
	}
	return id, nil
}

// postReconnect tries again now, whatever became of it before.
func postReconnect(ctx context.Context, d *run.Deps, _ struct{}) (Connection, error) {
	owner := api.OwnerOf(ctx)
	if _, err := renew(ctx, d, owner, now(), func(held) bool { return true }); err != nil {
		return Connection{}, err
	}
	if err := validate(ctx, d, owner, now()); err != nil {
		return Connection{}, asFault(err)
	}
	return shown(ctx, d, owner)
}

// deleteConnection takes back what was allowed, and forgets it. While Twitch does not answer, nothing
// is forgotten.
func deleteConnection(ctx context.Context, d *run.Deps, _ struct{}) (api.None, error) {
	caller := api.CallerOf(ctx)
	return api.None{}, change(ctx, d, func(t *tx) error {
		if _, err := t.Exec(ctx, `delete from vault.twitch_devices where owner = $1`, caller.Owner); err != nil {
			return fmt.Errorf("connection to Twitch: %w", err)
		}
		h, err := heldBy(ctx, d, t, caller.Owner, "for update")
		if errors.Is(err, errNone) {
			return nil
		}
		if err != nil && h.Owner == "" {
			return err
		}
		if h.Access != "" && h.lost == "" {
			if err := auth(d).Revoke(ctx, h.clientID, h.Access); err != nil && !refused(err) {
				return fault.New(fault.Unavailable, "Twitch does not answer, so the permission could not be taken back: try again")
			}
		}
		batch := &pgx.Batch{}
		batch.Queue(`delete from vault.twitch_links where owner = $1`, caller.Owner)
		batch.Queue(`delete from vault.twitch_apps where owner = $1 and not in_use`, caller.Owner)
		if err := t.SendBatch(ctx, batch).Close(); err != nil {
			return fmt.Errorf("connection to Twitch: %w", err)
		}
		return t.Tell(ctx, caller.Owner, caller.Account, now(), events.ConnectionClosed{Connection: connection})
	})
}

// lastHeard is when something was last told, to the minute; nil when nothing was.
func lastHeard(ctx context.Context, d *run.Deps, owner string) (*time.Time, error) {
	var at time.Time
	err := d.DB.QueryRow(ctx, `select heard_at from vault.twitch_heard where owner = $1 and heard_at is not null`, owner).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("connection to Twitch: %w", err)
	}
	at = at.Truncate(time.Minute)
	return &at, nil
}
