package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// The headers between the gateway and a service.
const (
	headerCaller      = "Afterglow-Caller"
	headerParams      = "Afterglow-Params"
	headerMinPosition = "Afterglow-Min-Position"
	headerPosition    = "Afterglow-Position"
	headerCorrelation = "Afterglow-Correlation"
	headerSession     = "Afterglow-Session"
	headerStatus      = "Afterglow-Status"
)

// readWait is how long a call waits for the read side to come to the position it names.
const readWait = 5 * time.Second

// Server answers the endpoints of one service until it is stopped.
type Server[D any] struct {
	service string
	with    D
	waitFor func(context.Context, es.Position) error
	log     *slog.Logger
	micro   micro.Service
	calls   sync.WaitGroup
	cancel  context.CancelFunc
}

// Serve listens for the endpoints of a service. waitFor waits for the service's own tables.
func Serve[D any](ctx context.Context, conn *es.Conn, service, doc, version string, endpoints []Endpoint[D], with D,
	waitFor func(context.Context, es.Position) error, log *slog.Logger,
) (*Server[D], error) {
	ctx, cancel := context.WithCancel(ctx)
	s := &Server[D]{service: service, with: with, waitFor: waitFor, log: log, cancel: cancel}
	var err error
	s.micro, err = micro.AddService(conn.NATS(), micro.Config{Name: service, Version: version, Description: doc})
	if err != nil {
		cancel()
		return nil, fmt.Errorf("endpoints of %s: %w", service, err)
	}
	for _, e := range endpoints {
		handler := micro.HandlerFunc(func(req micro.Request) {
			s.calls.Go(func() { s.answer(ctx, e, req) })
		})
		meta := map[string]string{"method": e.Method, "path": e.Path, "doc": e.Doc}
		if err := s.micro.AddEndpoint(e.Name(), handler, micro.WithEndpointSubject(e.Subject(service)), micro.WithEndpointMetadata(meta)); err != nil {
			cancel()
			return nil, fmt.Errorf("endpoint %s %s: %w", e.Method, e.Path, err)
		}
	}
	return s, nil
}

// Stop takes no more calls and waits for those under way.
func (s *Server[D]) Stop() error {
	err := s.micro.Stop()
	s.cancel()
	s.calls.Wait()
	return err
}

func (s *Server[D]) answer(ctx context.Context, e Endpoint[D], req micro.Request) {
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	reply := &replied{}
	ctx = context.WithValue(ctx, replyKey, reply)
	res, err := s.call(ctx, e, req, reply)
	header := nats.Header{}
	if p := reply.written.Last(); p.Seq > 0 {
		header.Set(headerPosition, p.String())
	}
	if reply.session != nil {
		header.Set(headerSession, *reply.session)
	}
	var body []byte
	if err == nil && res != nil {
		body, err = json.Marshal(res)
	}
	if err != nil {
		if es.Away(err) && !errors.As(err, new(*fault.Error)) {
			err = fault.New(fault.Unavailable, "the database, the log or the object store is starting again; try again in a moment")
		}
		f := fault.From(err)
		if f.Code == fault.Internal {
			s.log.Error("endpoint failed", "endpoint", e.Method+" "+e.Path, "err", err)
		}
		header.Set(headerStatus, string(f.Code))
		body, _ = json.Marshal(f)
	}
	err = req.Respond(body, micro.WithHeaders(micro.Headers(header)))
	if errors.Is(err, nats.ErrMaxPayload) {
		header.Set(headerStatus, string(fault.Internal))
		body, _ = json.Marshal(fault.New(fault.Internal, "the answer is too large; ask for a smaller page"))
		err = req.Respond(body, micro.WithHeaders(micro.Headers(header)))
	}
	if err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
		s.log.Error("endpoint could not answer", "endpoint", e.Method+" "+e.Path, "err", err)
	}
}

func (s *Server[D]) call(ctx context.Context, e Endpoint[D], req micro.Request, reply *replied) (res any, err error) {
	defer func() {
		if p := recover(); p != nil {
			res, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	var caller Caller
	if text := req.Headers().Get(headerCaller); text != "" {
		if err := json.Unmarshal([]byte(text), &caller); err != nil {
			return nil, fmt.Errorf("caller: %w", err)
		}
	}
	if err := e.allow(caller); err != nil {
		return nil, err
	}
	min, err := es.ParsePosition(req.Headers().Get(headerMinPosition))
	if err != nil {
		return nil, err
	}
	if min.Seq > 0 {
		waiting, cancel := context.WithTimeout(ctx, readWait)
		defer cancel()
		if err := s.waitFor(waiting, min); err != nil {
			return nil, err
		}
	}
	in := Input{Params: map[string]string{}, Body: req.Data()}
	values, err := url.ParseQuery(req.Headers().Get(headerParams))
	if err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	for name := range values {
		in.Params[name] = values.Get(name)
	}
	ctx = context.WithValue(ctx, callerKey, caller)
	ctx = es.As(ctx, caller.Account)
	ctx = es.Correlated(ctx, req.Headers().Get(headerCorrelation))
	ctx = es.Recorded(ctx, &reply.written)
	return e.call(ctx, s.with, in)
}

// replied gathers what goes with a response besides its body.
type replied struct {
	written es.Recorder
	session *string
}

// SetSession makes the gateway keep a session for the caller; an empty secret ends the one it has.
func SetSession(ctx context.Context, secret string) {
	if r, ok := ctx.Value(replyKey).(*replied); ok {
		r.session = &secret
	}
}
