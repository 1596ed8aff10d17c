package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/trace"

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
	headerIfMatch     = "Afterglow-If-Match"
	headerKey         = "Afterglow-Key"
	headerAgain       = "Afterglow-Again"
	headerVersion     = "Afterglow-Version"
	headerSession     = "Afterglow-Session"
	headerStatus      = "Afterglow-Status"
	headerTrace       = "traceparent"
)

// readWait is how long a call waits for the read side to come to the position it names.
const readWait = 5 * time.Second

// Server answers the endpoints of one service until it is stopped.
type Server[D any] struct {
	conn    *es.Conn
	service string
	with    D
	waitFor func(context.Context, es.Position) error
	log     *slog.Logger
	micro   micro.Service
	cancel  context.CancelFunc

	mu      sync.Mutex
	calls   sync.WaitGroup
	stopped bool
}

// Serve listens for the endpoints of a service. waitFor waits for the service's own tables.
func Serve[D any](ctx context.Context, conn *es.Conn, service, doc, version string, endpoints []Endpoint[D], with D,
	waitFor func(context.Context, es.Position) error, log *slog.Logger,
) (*Server[D], error) {
	ctx, cancel := context.WithCancel(ctx)
	s := &Server[D]{conn: conn, service: service, with: with, waitFor: waitFor, log: log, cancel: cancel}
	var err error
	s.micro, err = micro.AddService(conn.NATS(), micro.Config{Name: service, Version: version, Description: doc})
	if err != nil {
		cancel()
		return nil, fmt.Errorf("endpoints of %s: %w", service, err)
	}
	for _, e := range endpoints {
		handler := micro.HandlerFunc(func(req micro.Request) {
			if !s.begin(func() { s.answer(ctx, e, req) }) {
				_ = req.Respond(nil, nobodyListens)
			}
		})
		meta := map[string]string{"method": e.Method, "path": e.Path, "doc": e.Doc}
		if err := s.micro.AddEndpoint(e.Name(), handler, micro.WithEndpointSubject(e.Subject(service)), micro.WithEndpointMetadata(meta)); err != nil {
			cancel()
			return nil, fmt.Errorf("endpoint %s %s: %w", e.Method, e.Path, err)
		}
	}
	return s, nil
}

// nobodyListens is what a server of NATS says for a service that is not there: the caller asks again.
var nobodyListens = micro.WithHeaders(micro.Headers{"Status": {"503"}})

// begin answers a call beside others; false when the server takes no more.
func (s *Server[D]) begin(answer func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped {
		s.calls.Go(answer)
	}
	return !s.stopped
}

// stopWait is how long calls that are under way may take when the server stops.
const stopWait = 10 * time.Second

// Stop takes no more calls and waits for those under way; what takes too long is cut short.
func (s *Server[D]) Stop() error {
	err := s.micro.Stop()
	s.mu.Lock()
	s.stopped = true // what is on its way here still comes
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.calls.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(stopWait):
	}
	s.cancel()
	<-ended
	return err
}

func (s *Server[D]) answer(ctx context.Context, e Endpoint[D], req micro.Request) {
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	ctx, span := otel.Tracer("github.com/afterglow-live/afterglow/pkg/api").Start(es.Traced(ctx, req.Headers().Get(headerTrace)),
		s.service+" "+e.Method+" "+e.Path, trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	reply := &replied{}
	ctx = context.WithValue(ctx, replyKey, reply)
	res, err := s.call(ctx, e, req, reply)
	header := nats.Header{}
	if p := reply.written.Last(); p.Seq > 0 {
		header.Set(headerPosition, p.String())
	}
	if version := reply.tag(e.Route); version > 0 {
		header.Set(headerVersion, strconv.FormatUint(version, 10))
	}
	if reply.session != nil {
		header.Set(headerSession, *reply.session)
	}
	var body []byte
	if err == nil && res != nil {
		body, err = json.Marshal(res)
	}
	if err != nil {
		f := Fault(err)
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

// Fault is what a caller is told of an error: also a part that is away at the moment has a sentence.
func Fault(err error) *fault.Error {
	if errors.Is(err, context.DeadlineExceeded) && !errors.As(err, new(*fault.Error)) {
		return fault.New(fault.Unavailable, "a part of the platform did not answer in time; try again in a moment")
	}
	if es.Away(err) && !errors.As(err, new(*fault.Error)) {
		return fault.New(fault.Unavailable, "the database, the log or the object store is starting again; try again in a moment")
	}
	return fault.From(err)
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
	if err := e.Allow(caller); err != nil {
		return nil, err
	}
	in, err := inputOf(req)
	if err != nil {
		return nil, err
	}
	if reply.guard, err = guardOf(e.Route, req.Headers().Get(headerIfMatch), in); err != nil {
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
	ctx = context.WithValue(ctx, callerKey, caller)
	ctx = es.As(ctx, caller.Account)
	ctx = es.Correlated(ctx, req.Headers().Get(headerCorrelation))
	ctx = es.Recorded(ctx, &reply.written)
	if key := req.Headers().Get(headerKey); key != "" {
		ctx = es.Keyed(ctx, key, req.Headers().Get(headerAgain) == "true")
	}
	if e.Aggregate != "" && e.Method == http.MethodGet {
		if err := s.showVersion(ctx, caller.Owner, reply.guard); err != nil {
			return nil, err
		}
	}
	res, err = e.call(ctx, s.with, in)
	if err == nil && reply.guard.asked && !reply.guard.checked {
		return nil, fmt.Errorf("%s %s is versioned and did not decide about its %s", e.Method, e.Path, e.Aggregate)
	}
	return res, err
}
