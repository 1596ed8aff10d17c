package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// identity is somebody as the OpenID Connect provider knows them: by issuer and subject for ever,
// and by an e-mail address that may change.
type identity struct {
	issuer, subject, email string
	// verified is true when the provider has made sure that the address is theirs.
	verified bool
}

// admit finds the account of an identity. One that comes for the first time is linked with the
// account that has its verified e-mail address, or accepts the invitation for it.
func admit(ctx context.Context, t *run.Change, d *run.Deps, who identity) (stored, error) {
	a, err := scanAccount(t.QueryRow(ctx, selectAccount+"join vault.identities i on i.account = a.id where i.issuer = $1 and i.subject = $2", who.issuer, who.subject))
	if err == nil || !errors.Is(err, pgx.ErrNoRows) {
		return a, wrapped(err)
	}
	if !who.verified || checkEmail(who.email) != "" {
		return stored{}, fault.New(fault.Forbidden, "%s has not verified your e-mail address: do that there, and begin again", d.Config.OIDCName)
	}
	email := canonical(who.email)
	a, err = scanAccount(t.QueryRow(ctx, selectAccount+"where a.email = $1 for update of a", email))
	if errors.Is(err, pgx.ErrNoRows) {
		a, err = admitInvited(ctx, t, email)
	}
	if err != nil {
		return stored{}, wrapped(err)
	}
	done, err := t.Exec(ctx, "insert into vault.identities (issuer, subject, account, created_at) values ($1, $2, $3, $4) on conflict do nothing",
		who.issuer, who.subject, a.ID, now())
	if err != nil {
		return stored{}, wrapped(err)
	}
	if done.RowsAffected() > 0 {
		return a, t.Tell(ctx, a.owner, a.ID, now(), events.IdentityLinked{Account: a.ID, Issuer: who.issuer})
	}
	var known bool // another tab of the same browser was quicker
	if err := t.QueryRow(ctx, "select exists (select from vault.identities where issuer = $1 and subject = $2 and account = $3)",
		who.issuer, who.subject, a.ID).Scan(&known); err != nil {
		return stored{}, wrapped(err)
	}
	if !known {
		return stored{}, fault.New(fault.Forbidden, "another user of %s signs in as %s: ask an owner for a link to choose a new password, which ends that", d.Config.OIDCName, email)
	}
	return a, nil
}

// admitInvited makes the account that the e-mail address is invited to.
func admitInvited(ctx context.Context, t *run.Change, email string) (stored, error) {
	i, err := takeInvitation(ctx, t, "email = $1", email)
	if errors.Is(err, errNoInvitation) {
		return stored{}, fault.New(fault.Forbidden, "nobody has invited %s: ask an owner for an invitation", email)
	}
	if err != nil {
		return stored{}, err
	}
	a := i.account("")
	return a, insertAccount(ctx, t, a)
}

func wrapped(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("identity: %w", err)
}
