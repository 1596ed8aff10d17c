package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// invitationValid is how long an invitation can be accepted.
const invitationValid = 7 * 24 * time.Hour

// Invitation lets somebody make an account.
type Invitation struct {
	// ID is that of the account that it becomes.
	ID    string   `json:"id"`
	Email string   `json:"email"`
	Role  api.Role `json:"role"`
	// InvitedBy is the id of the account that invites.
	InvitedBy string    `json:"invitedBy"`
	CreatedAt time.Time `json:"createdAt"`
	ExpiresAt time.Time `json:"expiresAt"`
	owner     string
}

// account is what the invitation becomes.
func (i Invitation) account(passwordHash string) stored {
	return stored{
		Account: Account{ID: i.ID, Email: i.Email, Role: i.Role, HasPassword: passwordHash != "", CreatedAt: now()},
		owner:   i.owner, passwordHash: passwordHash,
	}
}

const invitationColumns = "account, email, role, invited_by, created_at, expires, owner"

func scanInvitation(row pgx.Row) (Invitation, error) {
	var i Invitation
	err := row.Scan(&i.ID, &i.Email, &i.Role, &i.InvitedBy, &i.CreatedAt, &i.ExpiresAt, &i.owner)
	return i, err
}

// NewInvitation is what an invitation is made of.
type NewInvitation struct {
	Email string   `json:"email"`
	Role  api.Role `json:"role"`
}

// Validate tells what can be no invitation.
func (n NewInvitation) Validate() error {
	if wrong := checkEmail(n.Email); wrong != "" {
		return fault.Field("email", "%s", wrong)
	}
	return validRole(n.Role)
}

// CreatedInvitation is a new invitation, with its link.
type CreatedInvitation struct {
	ID    string   `json:"id"`
	Email string   `json:"email"`
	Role  api.Role `json:"role"`
	// Link is to be given to the one who is invited; it is shown this once.
	Link      string    `json:"link"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// InvitationRequest names an invitation.
type InvitationRequest struct {
	Invitation string `path:"invitation" json:"-"`
}

func getInvitations(ctx context.Context, d *run.Deps, _ struct{}) (api.List[Invitation], error) {
	rows, err := d.DB.Query(ctx, "select "+invitationColumns+" from vault.invitations where owner = $1 and expires > $2 order by created_at, account",
		api.OwnerOf(ctx), now())
	if err != nil {
		return api.List[Invitation]{}, fmt.Errorf("invitations: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Invitation, error) { return scanInvitation(row) })
	if err != nil {
		return api.List[Invitation]{}, fmt.Errorf("invitations: %w", err)
	}
	return api.List[Invitation]{Items: list}, nil
}

// postInvitation invites. Whoever is invited a second time gets another link, and the first ends.
func postInvitation(ctx context.Context, d *run.Deps, req NewInvitation) (CreatedInvitation, error) {
	caller, secret, at := api.CallerOf(ctx), newSecret(), now()
	created := CreatedInvitation{
		ID: es.NewID(), Email: canonical(req.Email), Role: req.Role,
		Link: link(d, "invite", secret), ExpiresAt: at.Add(invitationValid),
	}
	return created, outbox.Change(ctx, d, func(t *run.Change) error {
		var known bool
		if err := t.QueryRow(ctx, "select exists (select from vault.accounts where email = $1)", created.Email).Scan(&known); err != nil {
			return fmt.Errorf("invitation: %w", err)
		}
		if known {
			return errTaken
		}
		err := t.QueryRow(ctx, `insert into vault.invitations as i (account, hash, owner, email, role, invited_by, created_at, expires)
			values ($1, $2, $3, $4, $5, $6, $7, $8)
			on conflict (email) do update set hash = excluded.hash, role = excluded.role, invited_by = excluded.invited_by,
				created_at = excluded.created_at, expires = excluded.expires
			where i.owner = excluded.owner returning account`,
			created.ID, secretHash(secret), caller.Owner, created.Email, created.Role, caller.Account, at, created.ExpiresAt).Scan(&created.ID)
		if errors.Is(err, pgx.ErrNoRows) {
			return errTaken
		}
		if err != nil {
			return fmt.Errorf("invitation: %w", err)
		}
		return t.Tell(ctx, caller.Owner, caller.Account, now(), events.AccountInvited{
			Account: created.ID, Role: string(created.Role), By: caller.Account, ExpiresAt: created.ExpiresAt,
		})
	})
}

func deleteInvitation(ctx context.Context, d *run.Deps, req InvitationRequest) (api.None, error) {
	caller := api.CallerOf(ctx)
	return api.None{}, outbox.Change(ctx, d, func(t *run.Change) error {
		withdrawn, err := withdraw(ctx, t, caller, "account = $2", req.Invitation)
		if err == nil && withdrawn == 0 {
			err = fault.New(fault.NotFound, "there is no invitation %s", req.Invitation)
		}
		return err
	})
}

// withdraw ends those invitations of the caller's owner that the condition is for, whose argument is
// $2, and answers how many they were.
func withdraw(ctx context.Context, t *run.Change, caller api.Caller, condition, arg string) (int, error) {
	rows, err := t.Query(ctx, "delete from vault.invitations where owner = $1 and "+condition+" returning account", caller.Owner, arg)
	if err != nil {
		return 0, fmt.Errorf("invitations: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, fmt.Errorf("invitations: %w", err)
	}
	for _, id := range ids {
		if err := t.Tell(ctx, caller.Owner, caller.Account, now(), events.InvitationWithdrawn{Account: id}); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
