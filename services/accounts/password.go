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

// resetValid is how long a link to choose another password can be used.
const resetValid = 24 * time.Hour

// PasswordChange is an account's own change of its password.
type PasswordChange struct {
	// Current is the password until now.
	Current string `json:"current"`
	// Password is the one from now on.
	Password string `json:"password"`
}

// Validate tells what can be no password.
func (c PasswordChange) Validate() error {
	if c.Current == "" || len(c.Current) > passwordMax {
		return fault.Field("current", "this should be your password until now")
	}
	return validPassword(c.Password)
}

func validPassword(password string) error {
	if wrong := checkPassword(password); wrong != "" {
		return fault.Field("password", "%s", wrong)
	}
	return nil
}

func postPassword(ctx context.Context, d *run.Deps, req PasswordChange) (api.None, error) {
	caller := api.CallerOf(ctx)
	if err := bySession(caller); err != nil {
		return api.None{}, err
	}
	a, err := ownAccount(ctx, d, caller)
	if err != nil {
		return api.None{}, err
	}
	if !a.HasPassword {
		return api.None{}, fault.New(fault.Conflict, "this account has no password: ask an owner for a link to choose one")
	}
	ok, err := tryPassword(ctx, d, a, req.Current)
	if err != nil {
		return api.None{}, err
	}
	if !ok {
		return api.None{}, fault.Field("current", "this is not your password")
	}
	hash, err := hashPassword(ctx, req.Password)
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, outbox.Change(ctx, d, func(t *run.Change) error {
		return setPassword(ctx, t, a, hash, "own", currentHash(caller))
	})
}

// setPassword gives the account another password. Its sessions end, but for one that is kept, and so
// does every link to choose another.
func setPassword(ctx context.Context, t *run.Change, a stored, hash, method string, kept []byte) error {
	batch := &pgx.Batch{}
	batch.Queue("update vault.accounts set password_hash = $2 where id = $1", a.ID, hash)
	batch.Queue("delete from vault.sessions where account = $1 and hash is distinct from $2", a.ID, kept)
	batch.Queue("delete from vault.resets where account = $1", a.ID)
	if err := t.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("password: %w", err)
	}
	return t.Tell(ctx, a.owner, a.ID, now(), events.PasswordChanged{Account: a.ID, Method: method})
}

// PasswordReset lets somebody choose another password.
type PasswordReset struct {
	// Link is to be given to the one whose account it is; it is shown this once.
	Link      string    `json:"link"`
	ExpiresAt time.Time `json:"expiresAt"`
}

func postReset(ctx context.Context, d *run.Deps, req AccountRequest) (PasswordReset, error) {
	caller, secret, expires := api.CallerOf(ctx), newSecret(), now().Add(resetValid)
	err := outbox.Change(ctx, d, func(t *run.Change) error {
		a, err := lockAccount(ctx, t, caller.Owner, req.Account)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, `insert into vault.resets (account, hash, made_by, expires) values ($1, $2, $3, $4)
			on conflict (account) do update set hash = excluded.hash, made_by = excluded.made_by, expires = excluded.expires`,
			a.ID, secretHash(secret), caller.Account, expires); err != nil {
			return fmt.Errorf("password reset: %w", err)
		}
		return t.Tell(ctx, a.owner, caller.Account, now(), events.PasswordResetOffered{Account: a.ID, By: caller.Account, ExpiresAt: expires})
	})
	return PasswordReset{Link: link(d, "reset", secret), ExpiresAt: expires}, err
}

// NewPassword chooses another password.
type NewPassword struct {
	// Token is the secret of the link.
	Token    string `json:"token"`
	Password string `json:"password"`
}

// Validate tells what can be no password.
func (n NewPassword) Validate() error {
	if n.Token == "" {
		return fault.Field("token", "this is in the link, after #token=")
	}
	return validPassword(n.Password)
}

// errNoReset refuses a link to choose another password.
var errNoReset = fault.Field("token", "this link is not valid, or not any more: ask an owner for another one")

func postNewPassword(ctx context.Context, d *run.Deps, req NewPassword) (Account, error) {
	token := secretHash(req.Token)
	// The secret is looked at before the password is hashed, so that hashing costs nobody without one.
	if _, err := resetAccount(ctx, d.DB, token, ""); err != nil {
		return Account{}, err
	}
	hash, err := hashPassword(ctx, req.Password)
	if err != nil {
		return Account{}, err
	}
	var a stored
	err = outbox.Change(ctx, d, func(t *run.Change) error {
		if a, err = resetAccount(ctx, t, token, " for update of r, a"); err != nil {
			return err
		}
		// Whoever signed in as this account elsewhere proves anew who that is.
		if _, err := t.Exec(ctx, "delete from vault.identities where account = $1", a.ID); err != nil {
			return fmt.Errorf("password reset: %w", err)
		}
		if err := setPassword(ctx, t, a, hash, "reset", nil); err != nil {
			return err
		}
		a.HasPassword = true
		return openSession(ctx, t, a, "reset")
	})
	return a.Account, err
}

// resetAccount is the account that the link is for.
func resetAccount(ctx context.Context, q es.Querier, token []byte, lock string) (stored, error) {
	a, err := scanAccount(q.QueryRow(ctx, selectAccount+"join vault.resets r on r.account = a.id where r.hash = $1 and r.expires > $2"+lock, token, now()))
	if errors.Is(err, pgx.ErrNoRows) {
		return stored{}, errNoReset
	}
	if err != nil {
		return stored{}, fmt.Errorf("password reset: %w", err)
	}
	return a, nil
}
