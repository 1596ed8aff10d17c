package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/nats-io/nats.go"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// dial finds the nats-server of the installation to speak to: NATS_URL if it is set, else the one that
// runs on the data folder.
func (c *CLI) dial() (*nats.Conn, error) {
	address, err := run.Env("NATS_URL")
	if err != nil {
		return nil, err
	}
	if address != "" {
		return dialNATS(address)
	}
	nc, err := nats.Connect("nats://installation", nats.SetCustomDialer(socketDialer{c.Data}), nats.MaxReconnects(0))
	if err != nil {
		return nil, fmt.Errorf("nothing runs on %s; start it with: afterglow up --data %s", c.Data, c.Data)
	}
	return nc, nil
}

// connect gives access to the logs of the installation to speak to.
func (c *CLI) connect(ctx context.Context, log *slog.Logger) (*es.Conn, func(), error) {
	nc, err := c.dial()
	if err != nil {
		return nil, nil, err
	}
	conn, err := es.Open(ctx, nc, log)
	if err != nil {
		nc.Close()
		return nil, nil, err
	}
	return conn, nc.Close, nil
}

// asOwner connects on behalf of the account whose installation it is.
func (c *CLI) asOwner(ctx context.Context, log *slog.Logger) (*es.Conn, api.Caller, func(), error) {
	conn, stop, err := c.connect(ctx, log)
	if err != nil {
		return nil, api.Caller{}, nil, err
	}
	caller, err := ownerAccount(ctx, conn, false)
	if err != nil {
		stop()
		return nil, api.Caller{}, nil, err
	}
	return conn, caller, stop, nil
}

// dialNATS connects to an outside server, and goes on through its restarts.
func dialNATS(address string) (*nats.Conn, error) {
	nc, err := nats.Connect(address, nats.Name("afterglow"), nats.MaxReconnects(-1))
	if err != nil {
		return nil, fmt.Errorf("NATS_URL: %w", err)
	}
	return nc, nil
}

// ownerAccount finds the account whose installation it is: of the owners there are, the one that is
// it for the longest time, or, if wait is set, the first that there will be.
func ownerAccount(ctx context.Context, conn *es.Conn, wait bool) (api.Caller, error) {
	from := es.TailFrom{Subject: events.Facts.Everyone("account.*")}
	noAccount := errors.New("there is no account yet: open the set-up link that `afterglow up` has printed")
	if !wait {
		var err error
		if from.Until, err = conn.Last(ctx, events.Facts.Name); err != nil {
			return api.Caller{}, err
		}
		if from.Until == 0 {
			return api.Caller{}, noAccount
		}
	}
	var owners []api.Caller
	found := errors.New("found")
	err := conn.Tail(ctx, events.Facts, from, func(e es.Event) error {
		var account struct{ Role api.Role } // none when it is removed
		switch e.Name {
		case events.Name(events.AccountCreated{}), events.Name(events.RoleChanged{}):
			if err := json.Unmarshal(e.Data, &account); err != nil {
				return fmt.Errorf("event %s: %w", e.Position, err)
			}
		case events.Name(events.AccountRemoved{}):
		default:
			return nil
		}
		owners = slices.DeleteFunc(owners, func(owner api.Caller) bool { return owner.Account == e.AggregateID })
		if account.Role == api.Owner {
			owners = append(owners, api.Caller{Account: e.AggregateID, Owner: e.Owner, Role: api.Owner})
		}
		if wait && len(owners) > 0 {
			return found
		}
		return nil
	})
	if err != nil && !errors.Is(err, found) {
		return api.Caller{}, err
	}
	if len(owners) == 0 {
		return api.Caller{}, noAccount
	}
	return owners[0], nil
}

// here gives access to the endpoints of the installation, on behalf of its owner.
func (c *CLI) here(t *terminal) func(context.Context) (platform, func(), error) {
	return func(ctx context.Context) (platform, func(), error) {
		conn, caller, stop, err := c.asOwner(ctx, t.log)
		return inside{conn: conn, caller: caller}, stop, err
	}
}

// call calls "METHOD /path/{template}" of whatever service answers it.
func call(ctx context.Context, conn *es.Conn, caller api.Caller, endpoint string, params map[string]string, body, out any) error {
	return inside{conn: conn, caller: caller}.call(ctx, endpoint, params, body, out)
}

func printJSON(w io.Writer, v any) error {
	return json.NewEncoder(w).Encode(v)
}
