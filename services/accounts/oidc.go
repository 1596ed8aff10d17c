package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// oidcWait is how long a sign-in waits for the provider in all, oidcAnswer for one answer.
	oidcWait   = 20 * time.Second
	oidcAnswer = 5 * time.Second
	// departureValid is how long somebody may take to sign in at the provider.
	departureValid = 10 * time.Minute
)

// providers are those that were found, by issuer. A provider is looked for when somebody wants to
// sign in there, so that one that is away keeps nothing from starting.
var providers sync.Map

// oidcContext has requests to the provider end in time.
func oidcContext(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, &http.Client{Timeout: oidcAnswer})
}

// discover finds the installation's provider, and how to speak to it.
func discover(ctx context.Context, d *run.Deps) (*oidc.Provider, *oauth2.Config, error) {
	if d.Config.OIDCIssuer == "" {
		return nil, nil, fault.New(fault.NotFound, "no OpenID Connect provider is set up: sign in with your password")
	}
	known, ok := providers.Load(d.Config.OIDCIssuer)
	if !ok {
		found, err := oidc.NewProvider(oidcContext(ctx), d.Config.OIDCIssuer)
		if err != nil {
			d.Logger.Warn("provider was not found", "issuer", d.Config.OIDCIssuer, "err", err)
			return nil, nil, errAway(d)
		}
		known, _ = providers.LoadOrStore(d.Config.OIDCIssuer, found)
	}
	provider := known.(*oidc.Provider)
	return provider, &oauth2.Config{
		ClientID: d.Config.OIDCClientID, ClientSecret: d.Config.OIDCClientSecret, Endpoint: provider.Endpoint(),
		RedirectURL: d.Config.URL() + "/connect/oidc", Scopes: []string{oidc.ScopeOpenID, "email"},
	}, nil
}

func errAway(d *run.Deps) error {
	return fault.New(fault.Unavailable, "%s does not answer as it should at the moment: try again, or sign in with your password", d.Config.OIDCName)
}

// derived is one of the values that belong to a sign-in at the provider. They follow from the secret
// that the browser keeps, so that they cannot be used in another one.
func derived(kept, purpose string) string {
	mac := hmac.New(sha256.New, []byte(kept))
	mac.Write([]byte(purpose))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func getDeparture(ctx context.Context, d *run.Deps, _ struct{}) (api.Redirect, error) {
	_, config, err := discover(ctx, d)
	if err != nil {
		return api.Redirect{}, err
	}
	kept := newSecret()
	if _, err := d.DB.Exec(ctx, "insert into vault.departures (hash, expires) values ($1, $2)", secretHash(kept), now().Add(departureValid)); err != nil {
		return api.Redirect{}, fmt.Errorf("sign in at the provider: %w", err)
	}
	url := config.AuthCodeURL(derived(kept, "state"), oidc.Nonce(derived(kept, "nonce")), oauth2.S256ChallengeOption(derived(kept, "verifier")))
	return api.Redirect{URL: url, Keep: kept}, nil
}

// Return is what the provider sends a browser back with.
type Return struct {
	Code  string `query:"code" json:"-"`
	State string `query:"state" json:"-"`
	// Error is why there is no code.
	Error string `query:"error" json:"-"`
	// Issuer is the provider, if it says so.
	Issuer string `query:"iss" json:"-"`
}

func getReturn(ctx context.Context, d *run.Deps, req Return) (api.Redirect, error) {
	kept := api.CallerOf(ctx).Kept
	if kept == "" || subtle.ConstantTimeCompare([]byte(req.State), []byte(derived(kept, "state"))) != 1 {
		return api.Redirect{}, errOver
	}
	done, err := d.DB.Exec(ctx, "delete from vault.departures where hash = $1 and expires > $2", secretHash(kept), now())
	if err != nil {
		return api.Redirect{}, fmt.Errorf("sign in at the provider: %w", err)
	}
	switch {
	case done.RowsAffected() == 0:
		return api.Redirect{}, errOver
	case req.Issuer != "" && req.Issuer != d.Config.OIDCIssuer:
		return api.Redirect{}, errDistrust(d)
	case req.Error != "" || req.Code == "":
		return api.Redirect{}, fault.New(fault.Unauthenticated, "%s did not sign you in: begin again, or sign in with your password", d.Config.OIDCName)
	}
	who, err := identify(oidcContext(ctx), d, req.Code, kept)
	if err != nil {
		return api.Redirect{}, err
	}
	return api.Redirect{URL: "/"}, outbox.Change(ctx, d, func(t *run.Change) error {
		a, err := admit(ctx, t, d, who)
		if err != nil {
			return err
		}
		return openSession(ctx, t, a, "oidc")
	})
}

var errOver = fault.New(fault.Forbidden, "this sign-in did not begin in this browser, or is over: begin again")

func errDistrust(d *run.Deps) error {
	return fault.New(fault.Unauthenticated, "what %s says cannot be trusted: begin again; if that does not help, the log of Afterglow says why", d.Config.OIDCName)
}

// identify asks the provider who comes back with the code.
func identify(ctx context.Context, d *run.Deps, code, kept string) (identity, error) {
	provider, config, err := discover(ctx, d)
	if err != nil {
		return identity{}, err
	}
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(derived(kept, "verifier")))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError {
		d.Logger.Warn("provider did not accept the code", "issuer", d.Config.OIDCIssuer, "err", err)
		return identity{}, errDistrust(d)
	}
	if err != nil {
		d.Logger.Warn("provider did not take the code", "issuer", d.Config.OIDCIssuer, "err", err)
		return identity{}, errAway(d)
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: config.ClientID}).Verify(ctx, raw)
	if err != nil || idToken.Nonce != derived(kept, "nonce") {
		d.Logger.Warn("provider sent an id token that is not valid", "issuer", d.Config.OIDCIssuer, "err", err)
		return identity{}, errDistrust(d)
	}
	var claims claims
	if err := idToken.Claims(&claims); err != nil {
		d.Logger.Warn("provider sent claims that are not valid", "issuer", d.Config.OIDCIssuer, "err", err)
		return identity{}, errDistrust(d)
	}
	if claims.Email == "" && provider.UserInfoEndpoint() != "" {
		asked, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			d.Logger.Warn("provider did not tell of the user", "issuer", d.Config.OIDCIssuer, "err", err)
			return identity{}, errAway(d)
		}
		if asked.Subject != idToken.Subject {
			return identity{}, errDistrust(d)
		}
		claims.Email, claims.Verified = asked.Email, asked.EmailVerified
	}
	// Some providers write the truth as text.
	verified := claims.Verified == true || claims.Verified == "true"
	return identity{idToken.Issuer, idToken.Subject, claims.Email, verified}, nil
}

// claims are what an id token says of somebody's e-mail address.
type claims struct {
	Email    string `json:"email"`
	Verified any    `json:"email_verified"`
}
