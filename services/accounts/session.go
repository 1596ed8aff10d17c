package accounts

import (
	"context"
	"encoding/hex"
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

const (
	// sessionIdle ends a session that nobody used, sessionLife every session.
	sessionIdle = 7 * 24 * time.Hour
	sessionLife = 30 * 24 * time.Hour
	// seenEvery is how exactly it is known when a session or a token was used last.
	seenEvery = time.Minute
)

// Session is one browser that is signed in.
type Session struct {
	ID string `json:"id"`
	// Current is true for the session that calls.
	Current bool `json:"current"`
	// Method is how it signed in: "password", "setup", "invitation", "reset" or "oidc".
	Method string `json:"method"`
	// Device is what the browser said it is when it signed in.
	Device string `json:"device"`
	// Address is the network address that it signed in from.
	Address   string    `json:"address"`
	CreatedAt time.Time `json:"createdAt"`
	// SeenAt is when it was used last, to the minute.
	SeenAt time.Time `json:"seenAt"`
	// ExpiresAt is when it ends, unless it is used until then and is not too old.
	ExpiresAt time.Time `json:"expiresAt"`
}

// SessionRequest names a session.
type SessionRequest struct {
	Session string `path:"session" json:"-"`
}

// openSession signs an account in where the call came from. The session it had there ends, so that
// a secret from before is worth nothing.
func openSession(ctx context.Context, t *run.Change, a stored, method string) error {
	if err := closeCurrent(ctx, t); err != nil {
		return err
	}
	caller, id, secret, at := api.CallerOf(ctx), es.NewID(), newSecret(), now()
	if _, err := t.Exec(ctx, `insert into vault.sessions (hash, account, created_at, seen_at, expires, id, method, device, address)
		values ($1, $2, $3, $3, $4, $5, $6, $7, $8)`,
		secretHash(secret), a.ID, at, at.Add(sessionLife), id, method, caller.Device, caller.Address); err != nil {
		return fmt.Errorf("session: %w", err)
	}
	api.SetSession(ctx, secret)
	return t.Tell(ctx, a.owner, a.ID, now(), events.SessionOpened{Account: a.ID, Method: method, Session: id})
}

// closeCurrent ends the session that the call came with, if it came with one.
func closeCurrent(ctx context.Context, t *run.Change) error {
	if caller := api.CallerOf(ctx); caller.Session != "" {
		_, err := closeSessions(ctx, t, caller, "hash = $2", currentHash(caller))
		return err
	}
	return nil
}

// currentHash is that of the session that the caller came with; nil when it came with none.
func currentHash(caller api.Caller) []byte {
	hash, err := hex.DecodeString(caller.Session)
	if err != nil {
		return nil
	}
	return hash
}

// closeSessions ends those of the caller's sessions that the condition is for, whose argument is $2,
// and answers how many they were.
func closeSessions(ctx context.Context, t *run.Change, caller api.Caller, condition string, arg any) (int, error) {
	rows, err := t.Query(ctx, "delete from vault.sessions where account = $1 and "+condition+" returning id", caller.Account, arg)
	if err != nil {
		return 0, fmt.Errorf("sessions: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, fmt.Errorf("sessions: %w", err)
	}
	for _, id := range ids {
		if err := t.Tell(ctx, caller.Owner, caller.Account, now(), events.SessionClosed{Account: caller.Account, Session: id}); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// bySession refuses programs: a token that is lost must not say who else is signed in.
func bySession(caller api.Caller) error {
	if caller.Session == "" {
		return fault.New(fault.Forbidden, "a token cannot do this; sign in to do so")
	}
	return nil
}

func getSessions(ctx context.Context, d *run.Deps, _ struct{}) (api.List[Session], error) {
	caller := api.CallerOf(ctx)
	if err := bySession(caller); err != nil {
		return api.List[Session]{}, err
	}
	rows, err := d.DB.Query(ctx, `select id, hash = $2, method, device, address, created_at, seen_at,
		least(expires, seen_at + make_interval(secs => $3)) from vault.sessions where account = $1 order by seen_at desc, id`,
		caller.Account, currentHash(caller), sessionIdle.Seconds())
	if err != nil {
		return api.List[Session]{}, fmt.Errorf("sessions: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Session])
	if err != nil {
		return api.List[Session]{}, fmt.Errorf("sessions: %w", err)
	}
	return api.List[Session]{Items: list}, nil
}

func deleteSessions(ctx context.Context, d *run.Deps, _ struct{}) (api.None, error) {
	caller := api.CallerOf(ctx)
	if err := bySession(caller); err != nil {
		return api.None{}, err
	}
	return api.None{}, outbox.Change(ctx, d, func(t *run.Change) error {
		_, err := closeSessions(ctx, t, caller, "hash <> $2", currentHash(caller))
		return err
	})
}

func deleteSession(ctx context.Context, d *run.Deps, req SessionRequest) (api.None, error) {
	caller := api.CallerOf(ctx)
	if err := bySession(caller); err != nil {
		return api.None{}, err
	}
	return api.None{}, outbox.Change(ctx, d, func(t *run.Change) error {
		closed, err := closeSessions(ctx, t, caller, "id = $2", req.Session)
		if err == nil && closed == 0 {
			err = fault.New(fault.NotFound, "there is no session %s", req.Session)
		}
		return err
	})
}

func deleteCurrentSession(ctx context.Context, d *run.Deps, _ struct{}) (api.None, error) {
	api.SetSession(ctx, "")
	return api.None{}, outbox.Change(ctx, d, func(t *run.Change) error { return closeCurrent(ctx, t) })
}

// authenticate tells who shows a credential.
func authenticate(ctx context.Context, d *run.Deps, c run.Credential) (api.Caller, error) {
	switch {
	case c.Ticket != "":
		return byTicket(ctx, d, c.Ticket, c.Holder)
	case c.Token != "":
		return byToken(ctx, d, c.Token)
	}
	hash, at := secretHash(c.Session), now()
	caller := api.Caller{Session: hex.EncodeToString(hash)}
	var seen time.Time
	err := d.DB.QueryRow(ctx, `select a.id, a.owner, a.role, s.seen_at from vault.sessions s join vault.accounts a on a.id = s.account
		where s.hash = $1 and s.expires > $2 and s.seen_at > $3`, hash, at, at.Add(-sessionIdle)).
		Scan(&caller.Account, &caller.Owner, &caller.Role, &seen)
	if errors.Is(err, pgx.ErrNoRows) {
		return api.Caller{}, fault.New(fault.Unauthenticated, "you are signed out; sign in again")
	}
	if err != nil {
		return api.Caller{}, fmt.Errorf("session: %w", err)
	}
	if at.Sub(seen) > seenEvery {
		if _, err := d.DB.Exec(ctx, "update vault.sessions set seen_at = $2 where hash = $1", hash, at); err != nil {
			return api.Caller{}, fmt.Errorf("session: %w", err)
		}
	}
	return caller, nil
}
