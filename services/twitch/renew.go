package twitch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

const (
	// renewBefore is how long before its end a token is renewed; one that holds for less than twice as
	// long is renewed half-way.
	renewBefore = 10 * time.Minute
	// renewTime is how long it may take to get new tokens and to save them.
	renewTime = time.Minute
	// saveAgain is how long to wait before it is tried again to save what Twitch gave.
	saveAgain = time.Second
	// validateEvery is how often Twitch is asked whether a token holds.
	validateEvery = time.Hour
	// lastsUsually is how long a token holds of which Twitch does not say it.
	lastsUsually = time.Hour
)

// good tells that the access token can be used: it is not the one that was refused, and does not end soon.
func (h held) good(refused string, at time.Time) bool {
	return h.Access != refused && at.Before(h.renewAt)
}

// fresh are tokens that can be used, and are not those that were refused.
func fresh(ctx context.Context, d *run.Deps, owner, refused string, at time.Time) (held, error) {
	h, err := heldBy(ctx, d, d.DB, owner, "")
	switch {
	case h.lost != "":
		return held{}, errLost(h.detail)
	case err == nil && h.good(refused, at):
		return h, nil
	case err != nil && h.Owner == "":
		return held{}, err
	}
	renewed, err := renew(ctx, d, owner, at, func(h held) bool { return h.lost == "" && !h.good(refused, at) })
	if h.Access != refused && at.Before(h.validUntil) && fault.Is(err, fault.Unavailable) {
		return h, nil // it still holds for a while
	}
	return renewed, err
}

// renew gets other tokens, when those that are held by then are due. Over all processes one does so at
// a time; the others find what it got. New tokens are saved before anybody uses them: neither the
// caller's impatience nor a database that is away for a moment loses them.
func renew(ctx context.Context, d *run.Deps, owner string, at time.Time, due func(held) bool) (held, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTime)
	defer cancel()
	var h, before held
	var got *helix.Grant
	var lost error
	err := change(ctx, d, func(t *tx) (err error) {
		if before, err = heldBy(ctx, d, t, owner, "for update"); before.lost != "" && err == nil {
			lost = errLost(before.detail)
		}
		if err != nil && before.Owner != "" && len(d.Config.SecretKey) > 0 {
			lost = err
			return t.lose(ctx, before, "unreadable", fault.From(err).Detail, at)
		}
		if h = before; err != nil || !due(h) {
			return err
		}
		lost = nil
		grant, err := t.refresh(ctx, d, before)
		if refused(err) {
			detail := "Twitch does not renew its permission: " + told(err)
			lost = errLost(detail)
			return t.lose(ctx, before, "refused", detail, at)
		}
		if err != nil {
			return err
		}
		got = &grant
		h, err = t.renewed(ctx, d, before, grant, at)
		return err
	})
	for err != nil && got != nil && ctx.Err() == nil {
		d.Logger.Warn("new tokens of Twitch will be saved again", "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(saveAgain):
			err = change(ctx, d, func(t *tx) (err error) {
				h, err = t.renewed(ctx, d, before, *got, at)
				return err
			})
		}
	}
	if err := errors.Join(err, lost); err != nil {
		return held{}, asFault(err)
	}
	return h, nil
}

// refresh asks Twitch for other tokens. Those of an application that is not known any more are refused.
// It needs no other connection to the database: those who wait for the new tokens may have them all.
func (t *tx) refresh(ctx context.Context, d *run.Deps, h held) (helix.Grant, error) {
	app, err := appOf(ctx, d, t, h.Owner, h.clientID)
	if errors.Is(err, errNoApp) {
		return helix.Grant{}, &helix.Error{Kind: helix.Refused, Message: "the application that it was given to is no longer set up here"}
	}
	if err != nil {
		return helix.Grant{}, err
	}
	return auth(d).Refresh(ctx, app, h.Refresh)
}

// renewed saves the tokens that came for those that were held before. If others were saved meanwhile, it
// answers those.
func (t *tx) renewed(ctx context.Context, d *run.Deps, before held, g helix.Grant, at time.Time) (held, error) {
	h := before
	h.tokens, h.validUntil, h.renewAt = tokens{g.Access, g.Refresh}, at.Add(lasts(g.Lasts)), at.Add(renewIn(g.Lasts))
	h.lost, h.detail = "", ""
	if len(g.Scopes) > 0 {
		h.Scopes = g.Scopes
	}
	var err error
	if h.sealed, err = seal(d, h.tokens); err != nil {
		return held{}, err
	}
	done, err := t.Exec(ctx, `update vault.twitch_links set tokens = $3, scopes = $4, valid_until = $5, renew_at = $6::timestamptz,
		due_at = least(due_at, $6::timestamptz), lost = null, detail = null where owner = $1 and tokens = $2`,
		h.Owner, before.sealed, h.sealed, h.Scopes, h.validUntil, h.renewAt)
	if err != nil {
		return held{}, fmt.Errorf("new tokens of Twitch: %w", err)
	}
	if done.RowsAffected() == 0 {
		return heldBy(ctx, d, t, before.Owner, "")
	}
	if before.lost != "" {
		if _, err := t.Exec(ctx, heardAnew, h.Owner); err != nil {
			return held{}, fmt.Errorf("new tokens of Twitch: %w", err)
		}
	}
	return h, t.Tell(ctx, h.Owner, actor, at, events.ConnectionRefreshed{Connection: connection, ValidUntil: h.validUntil})
}

// lasts is for how long a token is taken to hold, of which Twitch says d.
func lasts(d time.Duration) time.Duration {
	if d <= 0 {
		return lastsUsually
	}
	return d
}

// renewIn is when a token is renewed of which Twitch says that it holds for d.
func renewIn(d time.Duration) time.Duration {
	return lasts(d) - min(renewBefore, lasts(d)/2)
}

// validate asks Twitch whether the tokens hold, as Twitch demands every hour, and renews them when they
// do not, or end soon.
func validate(ctx context.Context, d *run.Deps, owner string, at time.Time) error {
	h, err := fresh(ctx, d, owner, "", at)
	if err != nil {
		return err
	}
	who, err := auth(d).Validate(ctx, h.Access)
	if e := (*helix.Error)(nil); errors.As(err, &e) && e.Kind == helix.Unauthorised {
		if h, err = fresh(ctx, d, owner, h.Access, at); err != nil {
			return err
		}
		who, err = auth(d).Validate(ctx, h.Access)
	}
	if err != nil {
		return err
	}
	if who.UserID != h.Channel || who.ClientID != h.clientID {
		return change(ctx, d, func(t *tx) error {
			return t.lose(ctx, h, "refused", "Twitch says that the permission belongs to somebody else", at)
		})
	}
	return change(ctx, d, func(t *tx) error {
		done, err := t.Exec(ctx, `update vault.twitch_links set login = $3, scopes = $4, valid_until = $5, validated_at = $6,
			renew_at = least(renew_at, $7::timestamptz), due_at = least(renew_at, $7::timestamptz, $8) where owner = $1 and tokens = $2`,
			owner, h.sealed, who.Login, who.Scopes, at.Add(lasts(who.Lasts)), at, at.Add(renewIn(who.Lasts)), at.Add(validateEvery))
		if err != nil {
			return fmt.Errorf("connection to Twitch: %w", err)
		}
		if done.RowsAffected() == 0 || who.Login == h.Login && sameScopes(who.Scopes, h.Scopes) {
			return nil
		}
		return t.Tell(ctx, owner, actor, at, events.ConnectionOpened{
			Connection: connection, Channel: h.Channel, Login: who.Login, Name: h.Name, Scopes: who.Scopes,
		})
	})
}

func sameScopes(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
