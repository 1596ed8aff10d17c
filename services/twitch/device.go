package twitch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

// Device is what somebody needs who connects on another device, or where Twitch cannot send a browser
// back to the platform.
type Device struct {
	// UserCode is typed in at VerificationURL.
	UserCode        string    `json:"userCode"`
	VerificationURL string    `json:"verificationUrl"`
	ExpiresAt       time.Time `json:"expiresAt"`
}

// postDevice begins to connect without a browser that comes back. A connection that there is goes on.
func postDevice(ctx context.Context, d *run.Deps, _ struct{}) (Device, error) {
	caller := api.CallerOf(ctx)
	app, err := appInUse(ctx, d, caller.Owner)
	if err != nil {
		return Device{}, err
	}
	begun, err := auth(d).Device(ctx, app.ID, asked())
	if err != nil {
		return Device{}, asFault(err)
	}
	code, err := d.Seal(connection, []byte(begun.Code))
	if err != nil {
		return Device{}, err
	}
	device := Device{begun.UserCode, begun.URL, now().Add(begun.Lasts)}
	if _, err := d.DB.Exec(ctx, `insert into vault.twitch_devices (owner, account, client_id, code, user_code, url, every, due_at, expires)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		on conflict (owner) do update set (account, client_id, code, user_code, url, every, due_at, expires) =
			(excluded.account, excluded.client_id, excluded.code, excluded.user_code, excluded.url, excluded.every, excluded.due_at, excluded.expires)`,
		caller.Owner, caller.Account, app.ID, code, device.UserCode, device.VerificationURL,
		begun.Interval, now().Add(begun.Interval), device.ExpiresAt); err != nil {
		return Device{}, fmt.Errorf("connecting Twitch: %w", err)
	}
	return device, nil
}

// deviceOf is what somebody may type in at the moment; nil when there is nothing.
func deviceOf(ctx context.Context, q querier, owner string, at time.Time) (*Device, error) {
	var device Device
	err := q.QueryRow(ctx, `select user_code, url, expires from vault.twitch_devices where owner = $1 and expires > $2`, owner, at).
		Scan(&device.UserCode, &device.VerificationURL, &device.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("connecting Twitch: %w", err)
	}
	return &device, nil
}

// waiting is a code that somebody may have typed in by now.
type waiting struct {
	owner, account, clientID string
	code                     []byte
}

// askDevices asks Twitch about the codes of which it is time to ask, and connects what was allowed.
func askDevices(ctx context.Context, d *run.Deps, at time.Time) error {
	// Whoever moves the time on is the one who asks.
	rows, err := d.DB.Query(ctx, `update vault.twitch_devices set due_at = $1::timestamptz + every where due_at <= $1 and expires > $1
		returning owner, account, client_id, code`, at)
	if err != nil {
		return fmt.Errorf("connecting Twitch: %w", err)
	}
	due, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w waiting, err error) {
		return w, row.Scan(&w.owner, &w.account, &w.clientID, &w.code)
	})
	if err != nil {
		return fmt.Errorf("connecting Twitch: %w", err)
	}
	for _, w := range due {
		err = errors.Join(err, w.ask(ctx, d, at))
	}
	return err
}

func (w waiting) ask(ctx context.Context, d *run.Deps, at time.Time) error {
	code, err := d.Unseal(connection, w.code)
	if err != nil {
		return err
	}
	grant, err := auth(d).Poll(ctx, w.clientID, string(code), asked())
	switch {
	case errors.Is(err, helix.ErrPending):
		return nil
	case refused(err):
		d.Logger.Warn("device was not connected", "err", err)
		if _, err := d.DB.Exec(ctx, `delete from vault.twitch_devices where owner = $1 and code = $2`, w.owner, w.code); err != nil {
			return fmt.Errorf("connecting Twitch: %w", err)
		}
		return nil
	case err != nil:
		return err
	}
	return establish(ctx, d, w.owner, w.account, w.clientID, grant, at)
}
