package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/services"
)

// platform answers the endpoints of an installation.
type platform interface {
	// call calls "METHOD /path/{template}". What is refused is a *fault.Error.
	call(ctx context.Context, endpoint string, params map[string]string, body, out any) error
	// keyed is the same platform for one command, which is carried out once however often it is called.
	keyed(key string) platform
}

// inside is an installation whose nats-server can be reached.
type inside struct {
	conn   *es.Conn
	caller api.Caller
	key    string
}

func (p inside) keyed(key string) platform {
	p.key = key
	return p
}

func (p inside) call(ctx context.Context, endpoint string, params map[string]string, body, out any) error {
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
			reply, err := api.Do(ctx, p.conn, service.Name, e.Route, api.Call{Caller: p.caller, Input: in, Key: p.key, Again: p.key != ""})
			if err != nil || out == nil {
				return err
			}
			return json.Unmarshal(reply.Body, out)
		}
	}
	return fault.New(fault.NotFound, "there is no endpoint %s", endpoint)
}

// remote is an installation that is reached by its pages' address, with an API token.
type remote struct{ server, token, key string }

func (p remote) keyed(key string) platform {
	p.key = key
	return p
}

// answering is how long an answer may take: making a clip of what was sent reads all of it.
const answering = 15 * time.Minute

func (p remote) call(ctx context.Context, endpoint string, params map[string]string, body, out any) error {
	ctx, cancel := context.WithTimeout(ctx, answering)
	defer cancel()
	req, err := p.request(ctx, endpoint, params, body)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%s does not answer: %w", p.server, err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%s does not answer: %w", p.server, err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		var refused fault.Error
		if json.Unmarshal(text, &refused) != nil || refused.Code == "" {
			return fmt.Errorf("%s answered %s: is it the address of an Afterglow?", p.server, res.Status)
		}
		return &refused
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("answer of %s: %w", p.server, err)
	}
	return nil
}

// request puts the parameters into the path, and those that are not in it into the query.
func (p remote) request(ctx context.Context, endpoint string, params map[string]string, body any) (*http.Request, error) {
	method, path, _ := strings.Cut(endpoint, " ")
	query := url.Values{}
	for name, value := range params {
		if place := "{" + name + "}"; strings.Contains(path, place) {
			path = strings.ReplaceAll(path, place, url.PathEscape(value))
		} else {
			query.Set(name, value)
		}
	}
	text := []byte{}
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(p.server, "/")+path+"?"+query.Encode(), bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+p.token)
	if p.key != "" {
		req.Header.Set("Idempotency-Key", p.key)
	}
	return req, nil
}
