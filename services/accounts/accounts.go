// Package accounts knows who may sign in: accounts, their sessions, API tokens, and the set-up of
// the first account. It hides every secret: passwords, sessions and tokens are hashes in the vault,
// and the log only says that they changed.
//
// The vault is written before the log. A crash between the two leaves an account that the log does
// not know yet, which the next start tells it; a session or a token whose secret nobody was given;
// or a closed session that its open websockets hear of some minutes later.
package accounts

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

//go:embed vault/*.sql
var vault embed.FS

// Service decides who may sign in, and what with.
var Service = run.Service{
	Name: "accounts",
	Doc:  "accounts, roles, sessions, API tokens and the set-up of the first account",
	Endpoints: []run.Endpoint{
		api.Get("/api/setup", "tells whether the first account is still to be made", api.Everybody, getSetup),
		api.Post("/api/setup", "makes the first account with the secret of the set-up link", api.Everybody, postSetup),
		api.Post("/api/sessions", "signs in with an e-mail address and a password", api.Everybody, postSession),
		api.Delete("/api/sessions/current", "signs out", api.Everybody, deleteSession),
		api.Get("/api/me", "the account that calls", api.Viewers, getMe),
		api.Get("/api/tokens", "lists API tokens", api.Viewers, getTokens),
		api.Post("/api/tokens", "makes an API token, and shows it this once", api.Viewers, postToken),
		api.Delete("/api/tokens/{token}", "revokes an API token", api.Viewers, deleteToken),
	},
	Authenticate: authenticate,
	Vault:        vault,
	Start:        start,
}

// Account is somebody who can sign in.
type Account struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	// Role is what the caller may do, with the session or the token that it came with.
	Role      api.Role  `json:"role"`
	CreatedAt time.Time `json:"createdAt"`
}

// stored is a row of vault.accounts.
type stored struct {
	Account
	owner        string
	passwordHash string
}

const accountColumns = "id, owner, email, password_hash, role, created_at"

func scanAccount(row pgx.Row) (stored, error) {
	var a stored
	err := row.Scan(&a.ID, &a.owner, &a.Email, &a.passwordHash, &a.Role, &a.CreatedAt)
	return a, err
}

func getMe(ctx context.Context, d *run.Deps, _ struct{}) (Account, error) {
	caller := api.CallerOf(ctx)
	a, err := scanAccount(d.DB.QueryRow(ctx, "select "+accountColumns+" from vault.accounts where id = $1", caller.Account))
	if errors.Is(err, pgx.ErrNoRows) {
		return Account{}, fault.New(fault.Unauthenticated, "this account is gone; sign in with another one")
	}
	if err != nil {
		return Account{}, fmt.Errorf("account %s: %w", caller.Account, err)
	}
	a.Role = caller.Role
	return a.Account, nil
}

// anyAccount tells whether there is an account.
func anyAccount(ctx context.Context, q es.Querier) (bool, error) {
	var any bool
	if err := q.QueryRow(ctx, "select exists (select from vault.accounts)").Scan(&any); err != nil {
		return false, fmt.Errorf("accounts: %w", err)
	}
	return any, nil
}

// setupLock is held while the first account is made, so that there is one.
const setupLock = 7_300_419

// createFirst makes the owner's account, and no other: fault.Conflict when there is an account. use
// runs in the same transaction.
func createFirst(ctx context.Context, d *run.Deps, email, passwordHash string, use func(pgx.Tx) error) (stored, error) {
	id := es.NewID()
	a := stored{
		Account: Account{ID: id, Email: email, Role: api.Owner, CreatedAt: time.Now().UTC().Truncate(time.Microsecond)},
		owner:   id, passwordHash: passwordHash,
	}
	err := pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "select pg_advisory_xact_lock($1)", setupLock); err != nil {
			return err
		}
		if any, err := anyAccount(ctx, tx); err != nil {
			return err
		} else if any {
			return errSetUp
		}
		if err := use(tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "insert into vault.accounts ("+accountColumns+") values ($1, $2, $3, $4, $5, $6)",
			a.ID, a.owner, a.Email, a.passwordHash, a.Role, a.CreatedAt)
		return err
	})
	if err != nil {
		return stored{}, fmt.Errorf("first account: %w", err)
	}
	return a, tell(ctx, d, a)
}

// tell puts the account on the log, unless it is there.
func tell(ctx context.Context, d *run.Deps, a stored) error {
	ctx = es.As(ctx, a.ID)
	_, err := d.Append(ctx, a.owner, events.AccountCreated{Account: a.ID, Role: string(a.Role), At: a.CreatedAt},
		es.ID(es.DerivedID("account.created", a.ID)), es.At(a.CreatedAt), es.Expect(0))
	var known *es.ConflictError
	if errors.As(err, &known) {
		return nil
	}
	return err
}

// tellAll tells the log of every account that it does not know, as a crash may have left one.
func tellAll(ctx context.Context, d *run.Deps) error {
	rows, err := d.DB.Query(ctx, "select "+accountColumns+" from vault.accounts")
	if err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (stored, error) { return scanAccount(row) })
	if err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	for _, a := range list {
		if err := tell(ctx, d, a); err != nil {
			return err
		}
	}
	return nil
}

// checkEmail answers what is wrong with an e-mail address, or nothing.
func checkEmail(email string) string {
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != email || len(email) > 254 || strings.ContainsAny(email, "\r\n") {
		return "this should be an e-mail address such as you@example.org"
	}
	return ""
}
