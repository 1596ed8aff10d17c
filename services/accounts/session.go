package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// sessionIdle ends a session that nobody used, sessionLife every session.
	sessionIdle = 14 * 24 * time.Hour
	sessionLife = 90 * 24 * time.Hour
	// seenEvery is how exactly it is known when a session or a token was used last.
	seenEvery = time.Minute
)

// SignIn is what an account signs in with.
type SignIn struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// Validate tells what can be no account's.
func (s SignIn) Validate() error {
	if wrong := checkEmail(strings.TrimSpace(s.Email)); wrong != "" {
		return fault.Field("email", "%s", wrong)
	}
	if s.Password == "" || len(s.Password) > passwordMax {
		return fault.Field("password", "this should be a password")
	}
	return nil
}

// newSecret makes 32 random bytes in text that fits into a link, a cookie and a header.
func newSecret() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return base64.RawURLEncoding.EncodeToString(secret)
}

// secretHash is what is stored of a secret. Secrets are random, so a fast hash is enough.
func secretHash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

func postSession(ctx context.Context, d *run.Deps, req SignIn) (Account, error) {
	email, address := strings.TrimSpace(req.Email), api.CallerOf(ctx).Address
	if err := signIns.take(email, address); err != nil {
		return Account{}, err
	}
	a, err := scanAccount(d.DB.QueryRow(ctx, "select "+accountColumns+" from vault.accounts where lower(email) = lower($1)", email))
	if errors.Is(err, pgx.ErrNoRows) {
		a.passwordHash, err = nobody()
	}
	if err != nil {
		return Account{}, fmt.Errorf("sign in: %w", err)
	}
	ok, err := checkHash(ctx, req.Password, a.passwordHash)
	if err != nil {
		return Account{}, fmt.Errorf("sign in: %w", err)
	}
	if !ok || a.ID == "" {
		return Account{}, fault.New(fault.Unauthenticated, "there is no account with this e-mail address and password")
	}
	signIns.succeeded(email, address)
	return a.Account, openSession(ctx, d, a, "password")
}

// openSession signs the account in where the call came from; the session it had there ends.
func openSession(ctx context.Context, d *run.Deps, a stored, method string) error {
	if err := closeSession(ctx, d); err != nil {
		return err
	}
	secret, now := newSecret(), time.Now()
	if _, err := d.DB.Exec(ctx, "delete from vault.sessions where expires < $1 or seen_at < $2", now, now.Add(-sessionIdle)); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	if _, err := d.DB.Exec(ctx, "insert into vault.sessions (hash, account, created_at, seen_at, expires) values ($1, $2, $3, $3, $4)",
		secretHash(secret), a.ID, now, now.Add(sessionLife)); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	if _, err := d.Append(es.As(ctx, a.ID), a.owner, events.SessionOpened{Account: a.ID, Method: method}); err != nil {
		return err
	}
	api.SetSession(ctx, secret)
	return nil
}

func deleteSession(ctx context.Context, d *run.Deps, _ struct{}) (api.None, error) {
	if err := closeSession(ctx, d); err != nil {
		return api.None{}, err
	}
	api.SetSession(ctx, "")
	return api.None{}, nil
}

// closeSession ends the session that the call came with, if it came with one.
func closeSession(ctx context.Context, d *run.Deps) error {
	caller := api.CallerOf(ctx)
	hash, err := hex.DecodeString(caller.Session)
	if err != nil || len(hash) == 0 {
		return nil
	}
	done, err := d.DB.Exec(ctx, "delete from vault.sessions where hash = $1", hash)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	if done.RowsAffected() == 0 {
		return nil
	}
	_, err = d.Append(ctx, caller.Owner, events.SessionClosed{Account: caller.Account})
	return err
}

// authenticate tells who shows a credential.
func authenticate(ctx context.Context, d *run.Deps, c run.Credential) (api.Caller, error) {
	if c.Token != "" {
		return byToken(ctx, d, c.Token)
	}
	hash, now := secretHash(c.Session), time.Now()
	caller := api.Caller{Session: hex.EncodeToString(hash)}
	var seen time.Time
	err := d.DB.QueryRow(ctx, `select a.id, a.owner, a.role, s.seen_at from vault.sessions s join vault.accounts a on a.id = s.account
		where s.hash = $1 and s.expires > $2 and s.seen_at > $3`, hash, now, now.Add(-sessionIdle)).
		Scan(&caller.Account, &caller.Owner, &caller.Role, &seen)
	if errors.Is(err, pgx.ErrNoRows) {
		return api.Caller{}, fault.New(fault.Unauthenticated, "you are signed out; sign in again")
	}
	if err != nil {
		return api.Caller{}, fmt.Errorf("session: %w", err)
	}
	if now.Sub(seen) > seenEvery {
		if _, err := d.DB.Exec(ctx, "update vault.sessions set seen_at = $2 where hash = $1", hash, now); err != nil {
			return api.Caller{}, fmt.Errorf("session: %w", err)
		}
	}
	return caller, nil
}
