package accounts

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// ticketValid is how long a ticket waits for its use.
	ticketValid = 30 * time.Second
	// ticketHeld is how long who has used a ticket may show it again, since it was shown last: a
	// websocket's is looked at every now and then for as long as it is open.
	ticketHeld = 24 * time.Hour
)

// Ticket opens one websocket, where neither a session nor a token can be shown. It is kept in the
// vault, so that every gateway knows whether it has been used.
type Ticket struct {
	// Ticket is shown this once, and can be used once, as ?ticket=.
	Ticket    string    `json:"ticket"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// postTicket makes a ticket that may what the session or the token may that it is made with, for as
// long as that lasts.
func postTicket(ctx context.Context, d *run.Deps, _ struct{}) (Ticket, error) {
	caller, at := api.CallerOf(ctx), now()
	t := Ticket{Ticket: newSecret(), ExpiresAt: at.Add(ticketValid)}
	if _, err := d.DB.Exec(ctx, "delete from vault.tickets where expires < $1", at); err != nil {
		return Ticket{}, fmt.Errorf("ticket: %w", err)
	}
	_, err := d.DB.Exec(ctx, "insert into vault.tickets (hash, session, token, expires) values ($1, nullif($2, ''::bytea), nullif($3, ''), $4)",
		secretHash(t.Ticket), currentHash(caller), caller.Token, t.ExpiresAt)
	if err != nil {
		return Ticket{}, fmt.Errorf("ticket: %w", err)
	}
	return t, nil
}

// byTicket tells who shows a ticket. The first holder is the only one.
func byTicket(ctx context.Context, d *run.Deps, ticket, holder string) (api.Caller, error) {
	var caller api.Caller
	var session []byte
	err := d.DB.QueryRow(ctx, `with held as (
			update vault.tickets set holder = $2, expires = $4
			where hash = $1 and expires > $3 and (holder is null or holder = $2) returning session, token)
		select a.id, a.owner, a.role, s.hash, '' from held join vault.sessions s on s.hash = held.session and s.expires > $3
			join vault.accounts a on a.id = s.account
		union all
		select t.account, t.owner, t.role, null, t.id from held join vault.tokens t on t.id = held.token`,
		secretHash(ticket), holder, now(), now().Add(ticketHeld)).
		Scan(&caller.Account, &caller.Owner, &caller.Role, &session, &caller.Token)
	if errors.Is(err, pgx.ErrNoRows) {
		return api.Caller{}, fault.New(fault.Unauthenticated, "this ticket has been used or is too old; make another one")
	}
	if err != nil {
		return api.Caller{}, fmt.Errorf("ticket: %w", err)
	}
	caller.Session = hex.EncodeToString(session)
	return caller, nil
}
