package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// InvitationSecret is what an invitation's link shows.
type InvitationSecret struct {
	// Token is the secret of the link.
	Token string `json:"token"`
}

// ShownInvitation is what an invitation is for.
type ShownInvitation struct {
	Email     string    `json:"email"`
	Role      api.Role  `json:"role"`
	ExpiresAt time.Time `json:"expiresAt"`
}

func postShow(ctx context.Context, d *run.Deps, req InvitationSecret) (ShownInvitation, error) {
	i, err := findInvitation(ctx, d.DB, req.Token)
	return ShownInvitation{Email: i.Email, Role: i.Role, ExpiresAt: i.ExpiresAt}, err
}

// Acceptance makes an account of an invitation.
type Acceptance struct {
	// Token is the secret of the link.
	Token    string `json:"token"`
	Password string `json:"password"`
}

// Validate tells what can be no account.
func (a Acceptance) Validate() error { return NewPassword(a).Validate() }

func postAccept(ctx context.Context, d *run.Deps, req Acceptance) (Account, error) {
	// The secret is looked at before the password is hashed, so that hashing costs nobody without one.
	if _, err := findInvitation(ctx, d.DB, req.Token); err != nil {
		return Account{}, err
	}
	hash, err := hashPassword(ctx, req.Password)
	if err != nil {
		return Account{}, err
	}
	var a stored
	err = outbox.Change(ctx, d, func(t *run.Change) error {
		i, err := takeInvitation(ctx, t, "hash = $1", secretHash(req.Token))
		if err != nil {
			return err
		}
		a = i.account(hash)
		if err := insertAccount(ctx, t, a); err != nil {
			return err
		}
		return openSession(ctx, t, a, "invitation")
	})
	return a.Account, err
}

// errNoInvitation refuses an invitation's link.
var errNoInvitation = fault.Field("token", "this invitation is not valid, or not any more: ask for another one")

// findInvitation is the one with that secret.
func findInvitation(ctx context.Context, d es.Querier, token string) (Invitation, error) {
	return oneInvitation(d.QueryRow(ctx, "select "+invitationColumns+" from vault.invitations where hash = $1 and expires > $2",
		secretHash(token), now()))
}

// takeInvitation is the one that the condition is for, whose argument is $1; nobody takes it again.
func takeInvitation(ctx context.Context, t *run.Change, condition string, arg any) (Invitation, error) {
	return oneInvitation(t.QueryRow(ctx, "delete from vault.invitations where "+condition+" and expires > $2 returning "+invitationColumns, arg, now()))
}

func oneInvitation(row pgx.Row) (Invitation, error) {
	i, err := scanInvitation(row)
	if errors.Is(err, pgx.ErrNoRows) {
		return Invitation{}, errNoInvitation
	}
	if err != nil {
		return Invitation{}, fmt.Errorf("invitation: %w", err)
	}
	return i, nil
}
