package twitch

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

const (
	// departureValid is how long somebody may take at Twitch.
	departureValid = 10 * time.Minute
	// settings is the page that one comes back to.
	settings = "/settings/connections"
)

// Passage is what a browser comes by with: on its way to Twitch, or back from there.
type Passage struct {
	Code  string `query:"code" json:"-"`
	State string `query:"state" json:"-"`
	// Error is why there is no code.
	Error string `query:"error" json:"-"`
	// Begin is the secret of a departure that began at another address of the platform.
	Begin string `query:"begin" json:"-"`
}

// getConnect sends the owner's browser to Twitch, and takes it back from there.
func getConnect(ctx context.Context, d *run.Deps, req Passage) (api.Redirect, error) {
	switch {
	case req.Code != "" || req.Error != "":
		return arrive(ctx, d, req)
	case req.Begin != "":
		from, err := take(ctx, d, req.Begin)
		if err != nil {
			return api.Redirect{}, err
		}
		return depart(ctx, d, from)
	}
	caller := api.CallerOf(ctx)
	if err := (api.Route{Roles: api.Owners}).Allow(caller); err != nil {
		return api.Redirect{}, err
	}
	from := departure{owner: caller.Owner, account: caller.Account}
	if origin := originOf(caller.Host); origin != "" {
		from.origin = origin
		secret, err := from.keep(ctx, d)
		return api.Redirect{URL: redirectURL(d) + "?begin=" + secret}, err
	}
	return depart(ctx, d, from)
}

// redirectURL is where Twitch sends browsers back to. Without https it lets that be localhost alone.
func redirectURL(d *run.Deps) string {
	u, err := url.Parse(d.Config.URL())
	if err == nil && u.Scheme == "http" && net.ParseIP(u.Hostname()).IsLoopback() {
		u.Host = "localhost:" + u.Port()
		return u.String() + "/connect/twitch"
	}
	return d.Config.URL() + "/connect/twitch"
}

// originOf is the address of the platform at a host that Twitch sends nobody back to: this machine's
// number instead of its name. The browser begins anew at the name; empty when it need not.
func originOf(host string) string {
	name, _, err := net.SplitHostPort(host)
	if err != nil || !net.ParseIP(name).IsLoopback() {
		return ""
	}
	return "http://" + host
}

// departure is a browser that was sent away and may come back.
type departure struct {
	owner, account string
	// origin is where it is sent in the end; empty is where it comes back to.
	origin string
}

// keep remembers the departure under a secret.
func (f departure) keep(ctx context.Context, d *run.Deps) (secret string, err error) {
	secret = rand.Text()
	if _, err := d.DB.Exec(ctx, "insert into vault.twitch_departures (hash, owner, account, origin, expires) values ($1, $2, $3, $4, $5)",
		secretHash(secret), f.owner, f.account, f.origin, now().Add(departureValid)); err != nil {
		return "", fmt.Errorf("connecting Twitch: %w", err)
	}
	return secret, nil
}

// take finds the departure of a secret, once.
func take(ctx context.Context, d *run.Deps, secret string) (f departure, err error) {
	err = d.DB.QueryRow(ctx, "delete from vault.twitch_departures where hash = $1 and expires > $2 returning owner, account, origin",
		secretHash(secret), now()).Scan(&f.owner, &f.account, &f.origin)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, errOver
	}
	if err != nil {
		return f, fmt.Errorf("connecting Twitch: %w", err)
	}
	return f, nil
}

var errOver = fault.New(fault.Forbidden, "this connection did not begin in this browser, or is over: begin again in the settings")

func secretHash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// stateOf follows from the secret that the browser keeps, so that what comes back began in it.
func stateOf(kept string) string {
	mac := hmac.New(sha256.New, []byte(kept))
	mac.Write([]byte("twitch state"))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// depart sends the browser to Twitch.
func depart(ctx context.Context, d *run.Deps, from departure) (api.Redirect, error) {
	app, err := appInUse(ctx, d, from.owner)
	if err != nil {
		return api.Redirect{}, err
	}
	kept, err := from.keep(ctx, d)
	if err != nil {
		return api.Redirect{}, err
	}
	return api.Redirect{URL: auth(d).AuthorizeURL(app.ID, redirectURL(d), stateOf(kept), asked()), Keep: kept}, nil
}

// arrive takes the browser back from Twitch.
func arrive(ctx context.Context, d *run.Deps, req Passage) (api.Redirect, error) {
	kept := api.CallerOf(ctx).Kept
	if kept == "" || subtle.ConstantTimeCompare([]byte(req.State), []byte(stateOf(kept))) != 1 {
		return api.Redirect{}, errOver
	}
	from, err := take(ctx, d, kept)
	if err != nil {
		return api.Redirect{}, err
	}
	if req.Error != "" {
		return api.Redirect{URL: from.origin + settings + "?twitch=denied"}, nil
	}
	app, err := appInUse(ctx, d, from.owner)
	if err != nil {
		return api.Redirect{}, err
	}
	grant, err := auth(d).Exchange(ctx, app, req.Code, redirectURL(d))
	if refused(err) {
		return api.Redirect{}, fault.New(fault.Conflict, "Twitch did not connect: %s; begin again in the settings", told(err))
	}
	if err != nil {
		return api.Redirect{}, asFault(err)
	}
	return api.Redirect{URL: from.origin + settings + "?twitch=connected"}, establish(ctx, d, from.owner, from.account, app.ID, grant, now())
}

// establish keeps what Twitch gave as the owner's connection, in place of the one that there may be.
func establish(ctx context.Context, d *run.Deps, owner, account, clientID string, g helix.Grant, at time.Time) error {
	who, err := auth(d).Validate(ctx, g.Access)
	if err != nil {
		return asFault(err)
	}
	if who.UserID == "" || who.ClientID != clientID {
		return fault.New(fault.Conflict, "Twitch did not say whose channel it is: begin again in the settings")
	}
	h := held{
		link:     link{Owner: owner, Channel: who.UserID, Login: who.Login, Name: displayName(ctx, d, who, g), Scopes: append([]string{}, who.Scopes...)},
		clientID: clientID, tokens: tokens{g.Access, g.Refresh},
	}
	if h.sealed, err = seal(d, h.tokens); err != nil {
		return err
	}
	var before held
	if err := change(ctx, d, func(t *tx) error {
		// What cannot be read is replaced like any other.
		before, err = heldBy(ctx, d, t, owner, "for update")
		if err != nil && !errors.Is(err, errNone) && before.Owner == "" {
			return err
		}
		return t.establish(ctx, h, account, g, at)
	}); err != nil {
		return err
	}
	if before.Access != "" && before.Channel != h.Channel {
		if err := auth(d).Revoke(ctx, before.clientID, before.Access); err != nil {
			d.Logger.Warn("the connection to the former channel was not revoked", "err", err)
		}
	}
	return nil
}

// displayName is how Twitch shows somebody; the login when it does not tell.
func displayName(ctx context.Context, d *run.Deps, who helix.Identity, g helix.Grant) string {
	access := helix.Access{ClientID: who.ClientID, Token: g.Access}
	source := func(context.Context, string) (helix.Access, error) { return access, nil }
	users, err := helix.New(d.Config.Twitch.APIURL, source).Users(ctx)
	if err != nil || len(users) == 0 || users[0].Name == "" {
		d.Logger.Warn("name of a channel was not told", "err", err)
		return who.Login
	}
	return users[0].Name
}

func (t *tx) establish(ctx context.Context, h held, account string, g helix.Grant, at time.Time) error {
	batch := &pgx.Batch{}
	batch.Queue(`insert into vault.twitch_links
			(owner, client_id, tokens, scopes, channel, login, name, valid_until, validated_at, renew_at, due_at, lost, detail)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::timestamptz, least($10::timestamptz, $11), null, null)
		on conflict (owner) do update set (client_id, tokens, scopes, channel, login, name, valid_until, validated_at, renew_at, due_at, lost, detail) =
			(excluded.client_id, excluded.tokens, excluded.scopes, excluded.channel, excluded.login, excluded.name,
			excluded.valid_until, excluded.validated_at, excluded.renew_at, excluded.due_at, null, null)`,
		h.Owner, h.clientID, h.sealed, h.Scopes, h.Channel, h.Login, h.Name,
		at.Add(lasts(g.Lasts)), at, at.Add(renewIn(g.Lasts)), at.Add(validateEvery))
	batch.Queue(`delete from vault.twitch_devices where owner = $1`, h.Owner)
	batch.Queue(heardAnew, h.Owner)
	batch.Queue(`delete from vault.twitch_apps where owner = $1 and not in_use and client_id <> $2`, h.Owner, h.clientID)
	if err := t.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("connecting Twitch: %w", err)
	}
	return t.Tell(ctx, h.Owner, account, at, events.ConnectionOpened{
		Connection: connection, Channel: h.Channel, Login: h.Login, Name: h.Name, Scopes: h.Scopes,
	})
}
