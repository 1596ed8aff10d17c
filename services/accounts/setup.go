package accounts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// SetupFile is the name of the file in run.Platform.Work that holds the set-up link as long as it
// is needed.
const SetupFile = "setup-link"

// setupValid is how long a set-up link can be used.
const setupValid = time.Hour

var errSetUp = fault.New(fault.Conflict, "Afterglow has been set up already: sign in")

// SetupState tells whether the first account is still to be made.
type SetupState struct {
	Needed bool `json:"needed"`
}

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
	if err := tellAll(ctx, d); err != nil {
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
	a, err := createFirst(ctx, d, d.Config.OwnerEmail, hash, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "delete from vault.setup")
		return err
	})
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
	err := pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "delete from vault.setup"); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "insert into vault.setup (hash, expires) values ($1, $2)", secretHash(secret), time.Now().Add(setupValid))
		return err
	})
	if err != nil {
		return fmt.Errorf("set-up link: %w", err)
	}
	link := d.Config.URL() + "/setup#token=" + secret
	file := filepath.Join(d.Work, SetupFile)
	if err := os.WriteFile(file+".new", []byte(link+"\n"), 0o600); err != nil {
		return fmt.Errorf("set-up link: %w", err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return fmt.Errorf("set-up link: %w", err)
	}
	d.Logger.Info("open this link to make the owner account", "link", link, "valid", setupValid.String())
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
	return SetupState{Needed: !any}, err
}

func postSetup(ctx context.Context, d *run.Deps, req Setup) (Account, error) {
	if any, err := anyAccount(ctx, d.DB); err != nil {
		return Account{}, err
	} else if any {
		return Account{}, errSetUp
	}
	// The secret is looked at before the password is hashed, so that hashing costs nobody without one.
	token := secretHash(strings.TrimSpace(req.Token))
	var valid bool
	if err := d.DB.QueryRow(ctx, "select exists (select from vault.setup where hash = $1 and expires > $2)",
		token, time.Now()).Scan(&valid); err != nil {
		return Account{}, fmt.Errorf("set-up: %w", err)
	}
	if !valid {
		return Account{}, fault.Field("token", "this set-up link is not valid, or not any more: start Afterglow again to get a new one")
	}
	hash, err := hashPassword(ctx, req.Password)
	if err != nil {
		return Account{}, err
	}
	a, err := createFirst(ctx, d, req.Email, hash, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "delete from vault.setup")
		return err
	})
	if err != nil {
		return Account{}, err
	}
	if err := removeLink(d); err != nil {
		d.Logger.Warn("set-up link was not removed", "err", err)
	}
	return a.Account, openSession(ctx, d, a, "setup")
}
