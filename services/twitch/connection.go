package twitch

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// Connection is how the platform and another one know each other.
type Connection struct {
	ID    string `json:"id"`
	State string `json:"state" jsonschema:"enum=unconfigured,enum=disconnected,enum=connecting,enum=connected,enum=lost"`
	// Channel is the id there; Login and Name are what people call it.
	Channel string `json:"channel,omitempty"`
	Login   string `json:"login,omitempty"`
	Name    string `json:"name,omitempty"`
	// Reason says in a sentence why the connection is lost.
	Reason string  `json:"reason,omitempty"`
	Scopes []Scope `json:"scopes"`
	// ValidUntil is when the token ends, which is renewed before.
	ValidUntil *time.Time `json:"validUntil,omitempty"`
	// Transport is how the other side tells what happens.
	Transport     TransportState        `json:"transport"`
	Subscriptions []events.Subscription `json:"subscriptions"`
	// Gap is the last time that was not heard; absent when all was.
	Gap *Gap `json:"gap,omitempty"`

	// What follows is not in the live document, which is made from the log alone.

	// RedirectURL is what the application there has to be registered with.
	RedirectURL string `json:"redirectUrl,omitempty"`
	ClientID    string `json:"clientId,omitempty"`
	// ValidatedAt is when the other side was last asked whether the token holds.
	ValidatedAt *time.Time `json:"validatedAt,omitempty"`
	// LastEventAt is when something was last heard, to the minute.
	LastEventAt *time.Time `json:"lastEventAt,omitempty"`
	// Device is what somebody may type in to connect; absent when nobody began that.
	Device *Device `json:"device,omitempty"`
	// ImagesURL is where emotes are shown from.
	ImagesURL string `json:"imagesUrl,omitempty"`
}

// TransportState is how the other side tells what happens, and whether it does.
type TransportState struct {
	Kind  string `json:"kind,omitempty" jsonschema:"enum=websocket,enum=webhook"`
	State string `json:"state" jsonschema:"enum=off,enum=connecting,enum=open,enum=failed"`
	// Since is when the state began.
	Since *time.Time `json:"since,omitempty"`
	// Reason says in a sentence why it has failed.
	Reason string `json:"reason,omitempty"`
}

// Gap is a time that was not heard.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Why  string    `json:"why"`
}

// Connections are all that there are.
type Connections struct {
	Items []Connection `json:"items"`
}

//go:embed connection.sql
var connectionSQL string

// connections is the read model behind the page of connections.
var connections = es.Projection{
	Name: "twitch_connections", Version: 1, SQL: connectionSQL,
	Handle: []es.Handler[*es.Tx]{
		es.On(opened), es.On(refreshed), es.On(wasLost), es.On(closed),
		es.On(heard), es.On(silent), es.On(revoked), es.On(gapDetected),
	},
	Documents: []es.Document{es.One("connections", loadShown)},
}

func opened(ctx context.Context, tx *es.Tx, e events.ConnectionOpened, m es.Meta) error {
	tx.Touch(m.Owner, "connections", "")
	// A connection that is heard already goes on being heard, unless it is another channel's from now on.
	return tx.Queue(ctx, `insert into connection as c (owner, id, state, channel, login, name, scopes, transport_state, transport_since)
		values ($1, $2, 'connected', $3, $4, $5, $6, 'connecting', $7)
		on conflict (owner, id) do update set state = 'connected', reason = '', channel = $3, login = $4, name = $5, scopes = $6,
			transport_state = case when c.transport_state = 'open' and c.channel = $3 then 'open' else 'connecting' end,
			transport_since = case when c.transport_state = 'open' and c.channel = $3 then c.transport_since else $7 end,
			transport_reason = ''`,
		m.Owner, e.Connection, e.Channel, e.Login, e.Name, nonNil(e.Scopes), m.Time)
}

func refreshed(ctx context.Context, tx *es.Tx, e events.ConnectionRefreshed, m es.Meta) error {
	tx.Touch(m.Owner, "connections", "")
	return tx.Queue(ctx, `update connection set valid_until = $3, state = 'connected', reason = '',
		transport_state = case when state = 'connected' then transport_state else 'connecting' end,
		transport_since = case when state = 'connected' then transport_since else $4 end
		where owner = $1 and id = $2`, m.Owner, e.Connection, e.ValidUntil, m.Time)
}

func wasLost(ctx context.Context, tx *es.Tx, e events.ConnectionLost, m es.Meta) error {
	tx.Touch(m.Owner, "connections", "")
	return tx.Queue(ctx, `update connection set state = 'lost', reason = $3, transport_state = 'off', transport_since = $4, transport_reason = ''
		where owner = $1 and id = $2`, m.Owner, e.Connection, e.Detail, m.Time)
}

func closed(ctx context.Context, tx *es.Tx, e events.ConnectionClosed, m es.Meta) error {
	tx.Touch(m.Owner, "connections", "")
	return tx.Queue(ctx, `update connection set state = 'disconnected', channel = '', login = '', name = '', reason = '', scopes = '{}',
		valid_until = null, transport_state = 'off', transport_since = $3, transport_reason = '', subscriptions = '[]'
		where owner = $1 and id = $2`, m.Owner, e.Connection, m.Time)
}

func heard(ctx context.Context, tx *es.Tx, e events.ConnectionHeard, m es.Meta) error {
	list, err := json.Marshal(nonNil(e.Subscriptions))
	if err != nil {
		return fmt.Errorf("subscriptions: %w", err)
	}
	tx.Touch(m.Owner, "connections", "")
	return tx.Queue(ctx, `update connection set transport = $3, transport_state = 'open', transport_since = $4, transport_reason = '', subscriptions = $5
		where owner = $1 and id = $2`, m.Owner, e.Connection, e.Transport, m.Time, list)
}

func silent(ctx context.Context, tx *es.Tx, e events.ConnectionSilent, m es.Meta) error {
	tx.Touch(m.Owner, "connections", "")
	return tx.Queue(ctx, `update connection set transport = $3, transport_state = 'failed', transport_since = $4, transport_reason = $5
		where owner = $1 and id = $2 and state = 'connected'`, m.Owner, e.Connection, e.Transport, e.Since, e.Reason)
}

func revoked(ctx context.Context, tx *es.Tx, e events.SubscriptionRevoked, m es.Meta) error {
	tx.Touch(m.Owner, "connections", "")
	return tx.Queue(ctx, `update connection set subscriptions = coalesce((
			select jsonb_agg(case when s->>'type' = $3 then s || jsonb_build_object('status', $4::text) else s end order by n)
			from jsonb_array_elements(subscriptions) with ordinality as l(s, n)), '[]')
		where owner = $1 and id = $2`, m.Owner, e.Connection, e.Type, e.Status)
}

func gapDetected(ctx context.Context, tx *es.Tx, e events.GapDetected, m es.Meta) error {
	if e.Source != connection {
		return nil
	}
	tx.Touch(m.Owner, "connections", "")
	return tx.Queue(ctx, `update connection set gap_from = $3, gap_to = $4, gap_why = $5 where owner = $1 and id = $2`,
		m.Owner, connection, e.From, e.To, e.Why)
}

// loadShown is the live document: what the log tells of the connections.
func loadShown(ctx context.Context, q es.Querier, owner string) (Connections, error) {
	c, err := loadConnection(ctx, q, owner)
	return Connections{[]Connection{c}}, err
}

// loadConnection is what the log tells of the connection; pgx.ErrNoRows when that is nothing.
func loadConnection(ctx context.Context, q es.Querier, owner string) (Connection, error) {
	c := unconnected()
	var scopes []string
	var subscriptions []byte
	var from, to *time.Time
	var why string
	err := q.QueryRow(ctx, `select state, channel, login, name, reason, scopes, valid_until,
			transport, transport_state, transport_since, transport_reason, subscriptions, gap_from, gap_to, gap_why
		from connection where owner = $1 and id = $2`, owner, connection).
		Scan(&c.State, &c.Channel, &c.Login, &c.Name, &c.Reason, &scopes, &c.ValidUntil,
			&c.Transport.Kind, &c.Transport.State, &c.Transport.Since, &c.Transport.Reason, &subscriptions, &from, &to, &why)
	if err != nil {
		return c, fmt.Errorf("connection: %w", err)
	}
	if from != nil && to != nil {
		c.Gap = &Gap{*from, *to, why}
	}
	c.Scopes = scopesOf(scopes)
	if err := json.Unmarshal(subscriptions, &c.Subscriptions); err != nil {
		return c, fmt.Errorf("subscriptions: %w", err)
	}
	return c, nil
}

// unconnected is the connection before there was one.
func unconnected() Connection {
	return Connection{
		ID: connection, State: "disconnected", Scopes: scopesOf(nil),
		Transport: TransportState{State: "off"}, Subscriptions: []events.Subscription{},
	}
}

// nonNil is an empty list instead of none.
func nonNil[T any](list []T) []T { return append([]T{}, list...) }
