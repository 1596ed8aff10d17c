package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// SignIn is what an account signs in with.
type SignIn struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// Validate tells what can be no account's.
func (s SignIn) Validate() error {
	if wrong := checkEmail(s.Email); wrong != "" {
		return fault.Field("email", "%s", wrong)
	}
	if s.Password == "" || len(s.Password) > passwordMax {
		return fault.Field("password", "this should be a password")
	}
	return nil
}

func postSession(ctx context.Context, d *run.Deps, req SignIn) (Account, error) {
	email := canonical(req.Email)
	a, err := scanAccount(d.DB.QueryRow(ctx, selectAccount+"where a.email = $1", email))
	if errors.Is(err, pgx.ErrNoRows) {
		a, err = stored{Account: Account{Email: email}}, nil
	}
	if err != nil {
		return Account{}, fmt.Errorf("sign in: %w", err)
	}
	ok, err := tryPassword(ctx, d, a, req.Password)
	if err != nil {
		return Account{}, err
	}
	if !ok {
		return Account{}, fault.New(fault.Unauthenticated, "there is no account with this e-mail address and password")
	}
	return a.Account, outbox.Change(ctx, d, func(t *run.Change) error { return openSession(ctx, t, a, "password") })
}

// tryPassword tells whether the password is the account's. It takes as long, and tries are counted,
// for an e-mail address without an account too; too many are fault.Limited.
func tryPassword(ctx context.Context, d *run.Deps, a stored, password string) (bool, error) {
	address := api.CallerOf(ctx).Address
	if err := countTry(ctx, d, a, address); err != nil {
		return false, err
	}
	ok, err := checkHash(ctx, password, a.passwordHash)
	if err != nil {
		return false, fmt.Errorf("sign in: %w", err)
	}
	if !ok {
		return false, nil
	}
	if isOutdated(a.passwordHash) {
		hash, err := hashPassword(ctx, password)
		if err != nil {
			return false, err
		}
		if _, err := d.DB.Exec(ctx, "update vault.accounts set password_hash = $3 where id = $1 and password_hash = $2",
			a.ID, a.passwordHash, hash); err != nil {
			return false, fmt.Errorf("sign in: %w", err)
		}
	}
	return true, forgetTries(ctx, d, a, address)
}
