package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/nats-io/nats.go"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services"
)

// connect finds the installation to speak to: NATS_URL if it is set, else the one that runs on the
// data folder.
func (c *CLI) connect(ctx context.Context, log *slog.Logger) (*es.Conn, func(), error) {
	address, err := run.Env("NATS_URL")
	if err != nil {
		return nil, nil, err
	}
	var nc *nats.Conn
	if address != "" {
		if nc, err = dialNATS(address); err != nil {
			return nil, nil, err
		}
	} else {
		nc, err = nats.Connect("nats://installation", nats.SetCustomDialer(socketDialer{c.Data}), nats.MaxReconnects(0))
		if err != nil {
			return nil, nil, fmt.Errorf("nothing runs on %s; start it with: afterglow up --data %s", c.Data, c.Data)
		}
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

// ownerAccount finds the account whose installation it is: the first owner there was, or, if wait
// is set, will be.
func ownerAccount(ctx context.Context, conn *es.Conn, wait bool) (api.Caller, error) {
	var caller api.Caller
	from := es.TailFrom{Subject: events.Facts.Everyone("account.created")}
	noAccount := errors.New("there is no account yet: open the set-up link that `afterglow up` has printed")
	if !wait {
		var err error
		if from.Until, err = conn.Last(ctx, events.Facts.Name); err != nil {
			return caller, err
		}
		if from.Until == 0 {
			return caller, noAccount
		}
	}
	found := errors.New("found")
	err := conn.Tail(ctx, events.Facts, from, func(e es.Event) error {
		var created events.AccountCreated
		if err := json.Unmarshal(e.Data, &created); err != nil {
			return fmt.Errorf("event %s: %w", e.Position, err)
		}
		if created.Role != string(api.Owner) {
			return nil
		}
		caller = api.Caller{Account: created.Account, Owner: e.Owner, Role: api.Owner}
		return found
	})
	if errors.Is(err, found) {
		return caller, nil
	}
	if err == nil {
		err = noAccount
	}
	return caller, err
}

// call calls "METHOD /path/{template}" of whatever service answers it.
func call(ctx context.Context, conn *es.Conn, caller api.Caller, endpoint string, params map[string]string, body, out any) error {
	for _, service := range services.All() {
		for _, e := range service.Endpoints {
			if e.Method+" "+e.Path != endpoint {
				continue
			}
			in := api.Input{Params: params}
			if body != nil {
				var err error
				if in.Body, err = json.Marshal(body); err != nil {
					return err
				}
			}
			reply, err := api.Do(ctx, conn, service.Name, e.Route, api.Call{Caller: caller, Input: in})
			if err != nil || out == nil {
				return err
			}
			return json.Unmarshal(reply.Body, out)
		}
	}
	return fault.New(fault.NotFound, "there is no endpoint %s", endpoint)
}

func printJSON(w io.Writer, v any) error {
	return json.NewEncoder(w).Encode(v)
}
