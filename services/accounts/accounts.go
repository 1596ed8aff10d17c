// Package accounts knows who may sign in: accounts and their roles, invitations, sessions, API
// tokens, passwords and identities of an OpenID Connect provider, and the set-up of the first
// account. It hides every secret: passwords, sessions, tokens and links are hashes in the vault, and
// the log only says that they changed.
//
// All accounts share the data of one owner, whose id they carry: the account that was made first.
package accounts

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

//go:embed vault/*.sql
var vault embed.FS

// Service decides who may sign in, and what with.
var Service = run.Service{
	Name: "accounts",
	Doc:  "accounts, roles, invitations, sessions, API tokens and the set-up of the first account",
	Endpoints: []run.Endpoint{
		api.Get("/api/setup", "tells whether the first account is still to be made, and how one signs in", api.Everybody, getSetup),
		api.Post("/api/setup", "makes the first account with the secret of the set-up link", api.Everybody, postSetup).ToldOnce(),
		api.Get("/api/me", "the account that calls", api.Viewers, getMe),
		api.Post("/api/me/password", "changes one's own password; one's other sessions end", api.Viewers, postPassword).ToldOnce(),
		api.Get("/api/sessions", "lists one's own sessions", api.Viewers, getSessions),
		api.Post("/api/sessions", "signs in with an e-mail address and a password", api.Everybody, postSession).ToldOnce(),
		api.Delete("/api/sessions", "ends all one's own sessions but the one that calls", api.Viewers, deleteSessions),
		api.Delete("/api/sessions/current", "signs out", api.Everybody, deleteCurrentSession),
		api.Delete("/api/sessions/{session}", "ends one of one's own sessions", api.Viewers, deleteSession),
		api.Get("/api/sessions/oidc", "sends the browser to the OpenID Connect provider to sign in there", api.Everybody, getDeparture).Within(oidcWait),
		api.Get("/connect/oidc", "signs in who comes back from the OpenID Connect provider", api.Everybody, getReturn).Within(oidcWait),
		api.Get("/api/accounts", "lists accounts, the oldest first", api.Owners, getAccounts),
		api.Patch("/api/accounts/{account}", "changes the role of an account, which ends its sessions", api.Owners, patchAccount),
		api.Delete("/api/accounts/{account}", "removes an account, with its sessions and tokens", api.Owners, deleteAccount),
		api.Post("/api/accounts/{account}/reset", "makes a link to choose another password, and shows it this once", api.Owners, postReset).ToldOnce(),
		api.Post("/api/accounts/reset", "chooses another password with the secret of a link, and signs in", api.Everybody, postNewPassword).ToldOnce(),
		api.Get("/api/accounts/invitations", "lists the invitations that are open", api.Owners, getInvitations),
		api.Post("/api/accounts/invitations", "invites somebody with a link, and shows it this once", api.Owners, postInvitation).ToldOnce(),
		api.Delete("/api/accounts/invitations/{invitation}", "withdraws an invitation", api.Owners, deleteInvitation),
		api.Post("/api/accounts/invitations/show", "tells what the secret of a link invites to", api.Everybody, postShow).ToldOnce(),
		api.Post("/api/accounts/invitations/accept", "makes an account with the secret of a link, and signs in", api.Everybody, postAccept).ToldOnce(),
		api.Get("/api/tokens", "lists API tokens", api.Viewers, getTokens),
		api.Post("/api/tokens", "makes an API token, and shows it this once", api.Viewers, postToken).ToldOnce(),
		api.Delete("/api/tokens/{token}", "revokes an API token", api.Viewers, deleteToken),
		api.Post("/api/tickets", "makes a ticket that opens one websocket, and shows it this once", api.Viewers, postTicket).ToldOnce(),
	},
	Authenticate: authenticate,
	Vault:        vault,
	Start:        start,
	Loop:         keep,
}

// Account is somebody who can sign in.
type Account struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	// Role is what the account may do; that of the caller is what it may do with the session or the
	// token that it came with.
	Role api.Role `json:"role"`
	// HasPassword is false for an account that signs in with the OpenID Connect provider alone.
	HasPassword bool      `json:"hasPassword"`
	CreatedAt   time.Time `json:"createdAt"`
	// SeenAt is when it used one of its sessions last, to the minute; left out when it has none.
	SeenAt *time.Time `json:"seenAt,omitempty"`
}

// stored is an account with what only the vault knows of it.
type stored struct {
	Account
	owner string
	// passwordHash is empty when there is no password.
	passwordHash string
}

const selectAccount = `select a.id, a.owner, a.email, coalesce(a.password_hash, ''), a.password_hash is not null, a.role, a.created_at,
	(select max(seen_at) from vault.sessions s where s.account = a.id) from vault.accounts a `

func scanAccount(row pgx.Row) (stored, error) {
	var a stored
	err := row.Scan(&a.ID, &a.owner, &a.Email, &a.passwordHash, &a.HasPassword, &a.Role, &a.CreatedAt, &a.SeenAt)
	return a, err
}

func getMe(ctx context.Context, d *run.Deps, _ struct{}) (Account, error) {
	caller := api.CallerOf(ctx)
	a, err := ownAccount(ctx, d, caller)
	a.Role = caller.Role
	return a.Account, err
}

// ownAccount is the caller's.
func ownAccount(ctx context.Context, d *run.Deps, caller api.Caller) (stored, error) {
	a, err := scanAccount(d.DB.QueryRow(ctx, selectAccount+"where a.id = $1", caller.Account))
	if errors.Is(err, pgx.ErrNoRows) {
		return stored{}, errGone
	}
	if err != nil {
		return stored{}, fmt.Errorf("account %s: %w", caller.Account, err)
	}
	return a, nil
}

var errGone = fault.New(fault.Unauthenticated, "this account is gone; sign in with another one")

// insertAccount makes an account, and tells of it; fault.Conflict when its e-mail address has one.
func insertAccount(ctx context.Context, t *run.Change, a stored) error {
	done, err := t.Exec(ctx, `insert into vault.accounts (id, owner, email, password_hash, role, created_at)
		values ($1, $2, $3, nullif($4, ''), $5, $6) on conflict (email) do nothing`,
		a.ID, a.owner, a.Email, a.passwordHash, a.Role, a.CreatedAt)
	if err != nil {
		return fmt.Errorf("account %s: %w", a.ID, err)
	}
	if done.RowsAffected() == 0 {
		return errTaken
	}
	return t.Tell(ctx, a.owner, a.ID, now(), events.AccountCreated{Account: a.ID, Role: string(a.Role), At: a.CreatedAt})
}

var errTaken = fault.New(fault.Conflict, "there is an account with this e-mail address already")

// now is the time as the vault keeps it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
