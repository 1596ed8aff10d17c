package twitch

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

// App is an application that the owner has registered at Twitch.
type App struct {
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
}

var appWord = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

// Validate finds what cannot be right.
func (a App) Validate() error {
	for name, value := range map[string]string{"clientId": a.ClientID, "clientSecret": a.ClientSecret} {
		if !appWord.MatchString(value) {
			return fault.Field(name, "copy it from the application in Twitch's developer console: it is a word of letters and digits")
		}
	}
	return nil
}

// postApp takes the application that Twitch is to know the platform by. Tokens that were made with
// another one go on working.
func postApp(ctx context.Context, d *run.Deps, req App) (Connection, error) {
	owner := api.OwnerOf(ctx)
	if d.Config.Twitch.ClientID != "" {
		return Connection{}, fault.New(fault.Conflict, "TWITCH_CLIENT_ID is set for this installation, and goes first: change it there")
	}
	app := helix.App{ID: req.ClientID, Secret: req.ClientSecret}
	grant, err := auth(d).AppToken(ctx, app)
	if refused(err) {
		return Connection{}, fault.Field("clientSecret", "Twitch does not know an application with this id and secret: %s", told(err))
	}
	if err != nil {
		return Connection{}, asFault(err)
	}
	secret, err := d.Seal(connection, []byte(app.Secret))
	if err != nil {
		return Connection{}, err
	}
	if err := pgx.BeginFunc(ctx, d.DB, func(t pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue(`update vault.twitch_apps set in_use = false where owner = $1`, owner)
		batch.Queue(`insert into vault.twitch_apps (owner, client_id, secret, in_use) values ($1, $2, $3, true)
			on conflict (owner, client_id) do update set secret = excluded.secret, in_use = true`, owner, app.ID, secret)
		batch.Queue(`delete from vault.twitch_apps a where owner = $1 and not in_use
			and not exists (select from vault.twitch_links l where l.owner = a.owner and l.client_id = a.client_id)`, owner)
		return t.SendBatch(ctx, batch).Close()
	}); err != nil {
		return Connection{}, fmt.Errorf("application at Twitch: %w", err)
	}
	if err := saveAppToken(ctx, d, app.ID, grant, now()); err != nil {
		return Connection{}, err
	}
	return shown(ctx, d, owner)
}

// appInUse is the application that new connections are made with.
func appInUse(ctx context.Context, d *run.Deps, owner string) (helix.App, error) {
	if t := d.Config.Twitch; t.ClientID != "" {
		return helix.App{ID: t.ClientID, Secret: t.ClientSecret}, nil
	}
	return readApp(d, d.DB.QueryRow(ctx, `select client_id, secret from vault.twitch_apps where owner = $1 and in_use`, owner))
}

// appOf is the application that tokens were made with.
func appOf(ctx context.Context, d *run.Deps, q querier, owner, clientID string) (helix.App, error) {
	if t := d.Config.Twitch; t.ClientID == clientID {
		return helix.App{ID: t.ClientID, Secret: t.ClientSecret}, nil
	}
	return readApp(d, q.QueryRow(ctx, `select client_id, secret from vault.twitch_apps where owner = $1 and client_id = $2`, owner, clientID))
}

func readApp(d *run.Deps, row pgx.Row) (helix.App, error) {
	var app helix.App
	var secret []byte
	err := row.Scan(&app.ID, &secret)
	if errors.Is(err, pgx.ErrNoRows) {
		return app, errNoApp
	}
	if err != nil {
		return app, fmt.Errorf("application at Twitch: %w", err)
	}
	secret, err = d.Unseal(connection, secret)
	app.Secret = string(secret)
	return app, err
}

var errNoApp = fault.New(fault.Conflict, "register an application in Twitch's developer console first, and tell its client id and secret in the settings")

// asApp makes calls to Helix for the application that the owner's channel is connected with.
func asApp(d *run.Deps, owner string) *helix.Client {
	return helix.New(d.Config.Twitch.APIURL, func(ctx context.Context, refused string) (helix.Access, error) {
		return appAccess(ctx, d, owner, refused, now())
	})
}

// appAccess is the application's own token, a new one when it was refused or ends soon.
func appAccess(ctx context.Context, d *run.Deps, owner, refused string, at time.Time) (helix.Access, error) {
	app, err := connectedApp(ctx, d, owner)
	if err != nil {
		return helix.Access{}, err
	}
	var sealed []byte
	err = d.DB.QueryRow(ctx, `select token from vault.twitch_app_tokens where client_id = $1 and valid_until > $2`, app.ID, at.Add(renewBefore)).Scan(&sealed)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return helix.Access{}, fmt.Errorf("token of the application: %w", err)
	}
	if err == nil {
		// What cannot be read is got anew.
		if token, err := d.Unseal(connection, sealed); err == nil && string(token) != refused {
			return helix.Access{ClientID: app.ID, Token: string(token)}, nil
		}
	}
	grant, err := auth(d).AppToken(ctx, app)
	if err != nil {
		return helix.Access{}, asFault(err)
	}
	return helix.Access{ClientID: app.ID, Token: grant.Access}, saveAppToken(ctx, d, app.ID, grant, at)
}

// connectedApp is the application of the connection that there is, or else the one for the next.
func connectedApp(ctx context.Context, d *run.Deps, owner string) (helix.App, error) {
	var clientID string
	err := d.DB.QueryRow(ctx, `select client_id from vault.twitch_links where owner = $1`, owner).Scan(&clientID)
	if errors.Is(err, pgx.ErrNoRows) {
		return appInUse(ctx, d, owner)
	}
	if err != nil {
		return helix.App{}, fmt.Errorf("connection to Twitch: %w", err)
	}
	return appOf(ctx, d, d.DB, owner, clientID)
}

func saveAppToken(ctx context.Context, d *run.Deps, clientID string, g helix.Grant, at time.Time) error {
	sealed, err := d.Seal(connection, []byte(g.Access))
	if err != nil {
		return err
	}
	if _, err := d.DB.Exec(ctx, `insert into vault.twitch_app_tokens (client_id, token, valid_until) values ($1, $2, $3)
		on conflict (client_id) do update set token = excluded.token, valid_until = excluded.valid_until`, clientID, sealed, at.Add(lasts(g.Lasts))); err != nil {
		return fmt.Errorf("token of the application: %w", err)
	}
	return nil
}
