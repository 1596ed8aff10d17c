package twitch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

// connection is the id of the aggregate, and what secrets are sealed for.
const connection = "twitch"

// link is a channel that the platform may act for.
type link struct {
	Owner   string
	Channel string
	Login   string
	Name    string
	Scopes  []string
}

// has tells whether the owner has allowed something.
func (l link) has(scope string) bool { return slices.Contains(l.Scopes, scope) }

// held is a link with what only the vault knows of it.
type held struct {
	link
	clientID string
	// sealed are the tokens as they are stored.
	sealed []byte
	tokens
	validUntil, validatedAt, renewAt time.Time
	// lost is why the tokens are no longer accepted, and detail says it in a sentence; empty while they are.
	lost, detail string
}

// tokens are what is sealed.
type tokens struct {
	Access  string `json:"access"`
	Refresh string `json:"refresh"`
}

const selectHeld = `select owner, channel, login, name, scopes, client_id, tokens, valid_until, validated_at, renew_at,
	coalesce(lost, ''), coalesce(detail, '') from vault.twitch_links `

// querier is a connection to the database, or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func scanHeld(row pgx.Row) (held, error) {
	var h held
	err := row.Scan(&h.Owner, &h.Channel, &h.Login, &h.Name, &h.Scopes, &h.clientID, &h.sealed, &h.validUntil, &h.validatedAt, &h.renewAt, &h.lost, &h.detail)
	return h, err
}

// heldBy is the link of an owner; errNone when there is none. With tokens that cannot be read, the error
// is a fault, and the link is told all the same.
func heldBy(ctx context.Context, d *run.Deps, q querier, owner, lock string) (held, error) {
	h, err := scanHeld(q.QueryRow(ctx, selectHeld+"where owner = $1 "+lock, owner))
	if errors.Is(err, pgx.ErrNoRows) {
		return held{}, errNone
	}
	if err != nil {
		return held{}, fmt.Errorf("connection to Twitch: %w", err)
	}
	secret, err := d.Unseal(connection, h.sealed)
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(secret, &h.tokens); err != nil {
		return h, fmt.Errorf("connection to Twitch: %w", err)
	}
	return h, nil
}

var errNone = fault.New(fault.Conflict, "Twitch is not connected: connect it in the settings")

func errLost(detail string) error {
	return fault.New(fault.Conflict, "the connection to Twitch is lost: %s; connect again in the settings", detail)
}

// seal encrypts tokens for the vault.
func seal(d *run.Deps, t tokens) ([]byte, error) {
	secret, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("connection to Twitch: %w", err)
	}
	return d.Seal(connection, secret)
}

// linked are all channels that the platform can act for at the moment.
func linked(ctx context.Context, d *run.Deps) ([]link, error) {
	rows, err := d.DB.Query(ctx, selectHeld+"where lost is null order by owner")
	if err != nil {
		return nil, fmt.Errorf("connections to Twitch: %w", err)
	}
	links, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (link, error) {
		h, err := scanHeld(row)
		return h.link, err
	})
	if err != nil {
		return nil, fmt.Errorf("connections to Twitch: %w", err)
	}
	return links, nil
}

// lose tells that the tokens are no longer accepted, as Twitch has said because of a reason that the
// detail says in a sentence. If those that are held by now are accepted, that was about earlier ones.
func lose(ctx context.Context, d *run.Deps, owner, reason, detail string) error {
	h, err := heldBy(ctx, d, d.DB, owner, "")
	switch {
	case h.lost != "" || errors.Is(err, errNone):
		return nil
	case h.Owner == "":
		return err
	case err == nil:
		if who, err := auth(d).Validate(ctx, h.Access); err == nil && who.UserID == h.Channel {
			return nil
		}
	}
	return change(ctx, d, func(t *tx) error { return t.lose(ctx, h, reason, detail, now()) })
}

// lose tells that the tokens are no longer accepted, unless there are others by now.
func (t *tx) lose(ctx context.Context, h held, reason, detail string, at time.Time) error {
	done, err := t.Exec(ctx, "update vault.twitch_links set lost = $3, detail = $4 where owner = $1 and tokens = $2 and lost is null",
		h.Owner, h.sealed, reason, detail)
	if err != nil {
		return fmt.Errorf("connection to Twitch: %w", err)
	}
	if done.RowsAffected() == 0 {
		return nil
	}
	return t.Tell(ctx, h.Owner, actor, at, events.ConnectionLost{Connection: connection, Reason: reason, Detail: detail})
}

// actor is who does what nobody has asked for.
const actor = "service:twitch"

// asUser makes calls to Helix for the owner's channel.
func asUser(d *run.Deps, owner string) *helix.Client {
	return helix.New(d.Config.Twitch.APIURL, func(ctx context.Context, refused string) (helix.Access, error) {
		h, err := fresh(ctx, d, owner, refused, now())
		return helix.Access{ClientID: h.clientID, Token: h.Access, Scopes: append([]string{}, h.Scopes...)}, err
	})
}
