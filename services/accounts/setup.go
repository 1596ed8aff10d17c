package accounts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// SetupFile is the name of the file in run.Platform.Work that holds the set-up link as long as it
// is needed.
const SetupFile = "setup-link"

// setupValid is how long a set-up link can be used.
const setupValid = time.Hour

var errSetUp = fault.New(fault.Conflict, "Afterglow has been set up already: sign in")

// SetupState tells whether the first account is still to be made, and how one signs in.
type SetupState struct {
	Needed bool `json:"needed"`
	// OIDC is the name of the OpenID Connect provider that one can sign in with, at
	// /api/sessions/oidc; left out when there is none.
	OIDC string `json:"oidc,omitempty"`
}

const (
	// setupLock is held while the first account is made, so that there is one.
	setupLock = 7_300_419
	// ownersLock is held while an owner stops being one, so that one is left.
	ownersLock = 7_300_420
)

// Setup is what makes the first account.
type Setup struct {
	// Token is the secret of the set-up link.
	Token    string `json:"token"`
	Email    string `json:"email"`
	Password string `json:"password"`
}

// Validate tells what cannot be an account.
func (s Setup) Validate() error {
	fields := map[string]string{}
	if s.Token == "" {
		fields["token"] = "this is in the set-up link, after #token="
	}
	if wrong := checkEmail(s.Email); wrong != "" {
		fields["email"] = wrong
	}
	if wrong := checkPassword(s.Password); wrong != "" {
		fields["password"] = wrong
	}
	if len(fields) == 0 {
		return nil
	}
	return &fault.Error{Code: fault.Invalid, Detail: "the account cannot be made like this", Fields: fields}
}

// start makes sure that there is an account, or a way to make one.
func start(ctx context.Context, d *run.Deps) error {
	if err := outbox.Flush(ctx, d); err != nil {
		return err
	}
	any, err := anyAccount(ctx, d.DB)
	if err != nil {
		return err
	}
	switch {
	case any:
		return removeLink(d)
	case d.Config.OwnerEmail != "" && d.Config.OwnerPassword != "":
		return configuredOwner(ctx, d)
	}
	return offerSetup(ctx, d)
}

func configuredOwner(ctx context.Context, d *run.Deps) error {
	if wrong := checkEmail(d.Config.OwnerEmail); wrong != "" {
		return fmt.Errorf("AFTERGLOW_OWNER_EMAIL: %s", wrong)
	}
	if wrong := checkPassword(d.Config.OwnerPassword); wrong != "" {
		return fmt.Errorf("AFTERGLOW_OWNER_PASSWORD: %s", wrong)
	}
	hash, err := hashPassword(ctx, d.Config.OwnerPassword)
	if err != nil {
		return err
	}
	a := firstAccount(d.Config.OwnerEmail, hash)
	err = outbox.Change(ctx, d, func(t *run.Change) error { return insertFirst(ctx, t, a) })
	if errors.Is(err, errSetUp) { // another process was quicker
		return removeLink(d)
	}
	if err != nil {
		return err
	}
	d.Logger.Info("owner account made from the configuration", "account", a.ID)
	return removeLink(d)
}

// offerSetup makes a set-up link, and ends every earlier one.
func offerSetup(ctx context.Context, d *run.Deps) error {
	secret := newSecret()
	err := pgx.BeginFunc(ctx, d.DB, func(begun pgx.Tx) error {
		if _, err := begun.Exec(ctx, "delete from vault.setup"); err != nil {
			return err
		}
		_, err := begun.Exec(ctx, "insert into vault.setup (hash, expires) values ($1, $2)", secretHash(secret), time.Now().Add(setupValid))
		return err
	})
	if err != nil {
		return fmt.Errorf("set-up link: %w", err)
	}
	setup := link(d, "setup", secret)
	file := filepath.Join(d.Work, SetupFile)
	if err := os.WriteFile(file+".new", []byte(setup+"\n"), 0o600); err != nil {
		return fmt.Errorf("set-up link: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("set-up link: %w", err)
	}
	d.Logger.Info("open this link to make the owner account", "link", setup, "valid", setupValid.String())
	return nil
}

func removeLink(d *run.Deps) error {
	if err := os.Remove(filepath.Join(d.Work, SetupFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("set-up link: %w", err)
	}
	return nil
}

func getSetup(ctx context.Context, d *run.Deps, _ struct{}) (SetupState, error) {
	any, err := anyAccount(ctx, d.DB)
	return SetupState{Needed: !any, OIDC: d.Config.OIDCName}, err
}

func postSetup(ctx context.Context, d *run.Deps, req Setup) (Account, error) {
	if any, err := anyAccount(ctx, d.DB); err != nil {
		return Account{}, err
	} else if any {
		return Account{}, errSetUp
	}
	// The secret is looked at before the password is hashed, so that hashing costs nobody without one.
	var valid bool
	if err := d.DB.QueryRow(ctx, "select exists (select from vault.setup where hash = $1 and expires > $2)",
		secretHash(req.Token), time.Now()).Scan(&valid); err != nil {
		return Account{}, fmt.Errorf("set-up: %w", err)
	}
	if !valid {
		return Account{}, fault.Field("token", "this set-up link is not valid, or not any more: start Afterglow again to get a new one")
	}
	hash, err := hashPassword(ctx, req.Password)
	if err != nil {
		return Account{}, err
	}
	a := firstAccount(req.Email, hash)
	err = outbox.Change(ctx, d, func(t *run.Change) error {
		if err := insertFirst(ctx, t, a); err != nil {
			return err
		}
		return openSession(ctx, t, a, "setup")
	})
	if err != nil {
		return Account{}, err
	}
	if err := removeLink(d); err != nil {
		d.Logger.Warn("set-up link was not removed", "err", err)
	}
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

// firstAccount is the owner's, whose id all accounts carry.
func firstAccount(email, passwordHash string) stored {
	id := es.NewID()
	return stored{
		Account: Account{ID: id, Email: canonical(email), Role: api.Owner, HasPassword: true, CreatedAt: now()},
		owner:   id, passwordHash: passwordHash,
	}
}

// insertFirst makes the first account, and ends the set-up link: errSetUp when there is an account.
func insertFirst(ctx context.Context, t *run.Change, a stored) error {
	if _, err := t.Exec(ctx, "select pg_advisory_xact_lock($1)", setupLock); err != nil {
		return fmt.Errorf("first account: %w", err)
	}
	if any, err := anyAccount(ctx, t); err != nil {
		return err
	} else if any {
		return errSetUp
	}
	if _, err := t.Exec(ctx, "delete from vault.setup"); err != nil {
		return fmt.Errorf("first account: %w", err)
	}
	return insertAccount(ctx, t, a)
}
