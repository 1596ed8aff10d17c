package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Call is one call of an endpoint.
type Call struct {
	Caller Caller
	Input
	// MinPosition is what the read side has to have come to before it answers.
	MinPosition string
	// Correlation is the id that everything written because of the call carries.
	Correlation string
	// IfMatch is the header of that name: the versions of what is edited that the edit is meant for.
	IfMatch string
	// Key is the same for the same command told again; empty when it is told once. See es.Keyed.
	Key string
	// Again is true when an earlier run of the command may have come to its end.
	Again bool
}

// Reply is what an endpoint answered.
type Reply struct {
	// Body is JSON; empty when there is nothing to say.
	Body json.RawMessage
	// Position of the last event that was written; empty when none was.
	Position string
	// Version of the aggregate that the body shows; zero when it shows none. See Endpoint.Versioned.
	Version uint64
	// Session is the secret of a session to keep, an empty one to end; nil leaves it as it is.
	Session *string
}

// Do calls an endpoint of a service and waits for its answer. A refusal is a *fault.Error; a
// service that does not run for a while or does not answer in time is fault.Unavailable.
func Do(ctx context.Context, conn *es.Conn, service string, route Route, call Call) (Reply, error) {
	caller, err := json.Marshal(call.Caller)
	if err != nil {
		return Reply{}, fmt.Errorf("caller: %w", err)
	}
	params := url.Values{}
	for name, value := range call.Params {
		params.Set(name, value)
	}
	msg := nats.NewMsg(route.Subject(service))
	msg.Data = call.Body
	msg.Header.Set(headerCaller, string(caller))
	msg.Header.Set(headerParams, params.Encode())
	msg.Header.Set(headerMinPosition, call.MinPosition)
	msg.Header.Set(headerCorrelation, call.Correlation)
	msg.Header.Set(headerIfMatch, call.IfMatch)
	msg.Header.Set(headerKey, call.Key)
	msg.Header.Set(headerAgain, strconv.FormatBool(call.Again))
	msg.Header.Set(headerTrace, es.Traceparent(ctx))
	ctx, cancel := context.WithTimeout(ctx, route.Timeout)
	defer cancel()
	res, err := request(ctx, conn, msg)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return Reply{}, fault.New(fault.Unavailable, "the service %s does not run at the moment", service)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, nats.ErrTimeout):
		return Reply{}, fault.New(fault.Unavailable, "the service %s did not answer in time", service)
	case err != nil:
		return Reply{}, fmt.Errorf("calling %s: %w", service, err)
	}
	if res.Header.Get(headerStatus) != "" {
		var f fault.Error
		if err := json.Unmarshal(res.Data, &f); err != nil {
			return Reply{}, fmt.Errorf("answer of %s: %w", service, err)
		}
		return Reply{}, &f
	}
	reply := Reply{Body: res.Data, Position: res.Header.Get(headerPosition)}
	if text := res.Header.Get(headerVersion); text != "" {
		if reply.Version, err = strconv.ParseUint(text, 10, 64); err != nil {
			return Reply{}, fmt.Errorf("version in the answer of %s: %w", service, err)
		}
	}
	if values, ok := res.Header[headerSession]; ok {
		reply.Session = &values[0]
	}
	return reply, nil
}

// absence is how long a service may be away, for instance while it starts again.
const absence = 5 * time.Second

// request asks again while nobody listens: then nobody has heard it either.
func request(ctx context.Context, conn *es.Conn, msg *nats.Msg) (*nats.Msg, error) {
	patience := time.NewTimer(absence)
	defer patience.Stop()
	for {
		res, err := conn.NATS().RequestMsgWithContext(ctx, msg)
		if !errors.Is(err, nats.ErrNoResponders) {
			return res, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-patience.C:
			return nil, err
		case <-time.After(50 * time.Millisecond):
		}
	}
}
