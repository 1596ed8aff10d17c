package gateway

import (
	"context"
	"crypto/cipher"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

const (
	headerKey      = "Idempotency-Key"
	headerReplayed = "Idempotency-Replayed"
	// keyLimit is how many bytes an Idempotency-Key may have.
	keyLimit = 255
)

// repeatable is a request that came with an Idempotency-Key.
//
// The same key with the same request, from the same account, gives the first answer again for a day;
// who is not signed in counts by address. A first run that still goes on, and a key that was used for
// another request, are refused. So is the repetition of what was answered with a secret or a session:
// that answer is not kept. Every other answer is sealed with the key, of which only a hash is kept.
//
// What ended without a clear answer is not kept either, and runs again: after an error of the server,
// and after a crash as soon as the first run must have ended. The ids that the command makes follow
// from its key, so the second run appends again nothing that the first has appended. A side effect
// outside the logs may happen twice.
type repeatable struct {
	route api.Route
	// id names the key among all of all callers.
	id string
	// request is the fingerprint of method, path, query and body.
	request string
	// run is the id of this run.
	run  string
	seal cipher.AEAD
}

// call calls the service; for a request with an Idempotency-Key it does so once.
func (s *server) call(c echo.Context, service string, route api.Route, call api.Call) (api.Reply, error) {
	r := c.Request()
	run := func(ctx context.Context, again bool) (api.Reply, error) {
		call.Again = again
		return api.Do(ctx, s.Logs, service, route, call)
	}
	if safe(r) {
		return run(r.Context(), false)
	}
	repeated, err := repeatableOf(r, route, call)
	if err != nil {
		return api.Reply{}, err
	}
	if repeated == nil {
		return run(r.Context(), false)
	}
	if err := route.Allow(call.Caller); err != nil {
		return api.Reply{}, err
	}
	call.Key = repeated.commandKey()
	reply, replayed, err := s.once(r.Context(), repeated, run)
	if replayed {
		c.Response().Header().Set(headerReplayed, "true")
	}
	return reply, err
}

// repeatableOf reads the Idempotency-Key of a request; nil when there is none.
func repeatableOf(r *http.Request, route api.Route, call api.Call) (*repeatable, error) {
	keys := r.Header.Values(headerKey)
	if len(keys) == 0 {
		return nil, nil
	}
	key := keys[0]
	if len(keys) > 1 || strings.Trim(key, `" `) == "" || !isText(key, keyLimit) {
		return nil, fault.Field(headerKey, "send one text of 1 to %d bytes, such as a new UUID for each command", keyLimit)
	}
	scope := "account " + call.Caller.Account
	if call.Caller.Account == "" {
		scope = "address " + call.Caller.Address
	}
	query := url.Values{}
	for name, value := range call.Params {
		query.Set(name, value)
	}
	request := []string{key, route.Method, route.Path, query.Encode(), string(call.Body)}
	if route.Secret {
		request = request[:3] // a hash of a password would help to guess it
	}
	seal, err := sealOf(scope, key)
	if err != nil {
		return nil, err
	}
	return &repeatable{
		route: route, id: es.DerivedID("idempotency", scope, key), request: es.DerivedID(request...),
		run: es.NewID(), seal: seal,
	}, nil
}

// commandKey is the key that ids follow from. A command that tells a secret makes a new one each time.
func (r *repeatable) commandKey() string {
	if r.route.Secret {
		return ""
	}
	return es.DerivedID(r.id, r.request)
}

// once runs a request, or finds the answer of its first run.
func (s *server) once(ctx context.Context, r *repeatable, run func(context.Context, bool) (api.Reply, error)) (reply api.Reply, replayed bool, err error) {
	var again bool
	for {
		var claimed bool
		claimed, again, err = s.claim(ctx, r)
		if err != nil {
			return api.Reply{}, false, fmt.Errorf("idempotency key: %w", err)
		}
		if claimed {
			break
		}
		found, reply, err := s.recall(ctx, r)
		if found || err != nil {
			return reply, found, err
		}
	}
	// The answer is kept for a caller who did not wait for it: that is what the key is for.
	ctx = context.WithoutCancel(ctx)
	reply, err = run(ctx, again)
	if keepErr := s.keep(ctx, r, reply, err); keepErr != nil {
		s.Logger.Warn("answer was not kept for a repeated request", "err", keepErr)
	}
	return reply, false, err
}
