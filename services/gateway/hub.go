package gateway

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// accountAggregate is what the events are about that tell of changed sessions, tokens and roles.
const accountAggregate = "account"

// hub hears everything once, and tells it to the clients that subscribed to it.
type hub struct {
	*run.Deps
	metrics *metrics
	health  *health
	feeds   []api.Feed
	// documents are the kinds of live documents, by the first part of their topics.
	documents map[string]es.Document
	logs      []events.Log
	// ready is closed when nothing that happens from then on is missed.
	ready chan struct{}

	mu sync.Mutex
	// at is the sequence of the last event on each log that was told.
	at map[string]uint64
	// listeners has the subscriptions to each topic: whom something is for is looked up, not searched.
	listeners map[address]map[*subscription]bool
	clients   map[*client]bool
	stopped   bool
	open      sync.WaitGroup
}

func newHub(d *run.Deps, all []run.Service, m *metrics, of *health) *hub {
	h := &hub{
		Deps: d, metrics: m, health: of, logs: []events.Log{events.Facts}, ready: make(chan struct{}),
		documents: map[string]es.Document{healthTopic: HealthDocument},
		at:        map[string]uint64{}, listeners: map[address]map[*subscription]bool{}, clients: map[*client]bool{},
	}
	for _, service := range all {
		for _, projection := range service.Projections {
			for _, document := range projection.Documents {
				h.documents[document.Topic] = document
			}
		}
		for _, feed := range service.Feeds {
			h.feeds = append(h.feeds, feed)
			if !slices.ContainsFunc(h.logs, func(log events.Log) bool { return log.Name == feed.Log.Name }) {
				h.logs = append(h.logs, feed.Log)
			}
		}
	}
	return h
}

// run hears documents and logs until the context ends.
func (h *hub) run(ctx context.Context) error {
	for _, log := range h.logs {
		last, err := h.Logs.Last(ctx, log.Name)
		if err != nil {
			return err
		}
		h.at[log.Name] = last
	}
	group, ctx := errgroup.WithContext(ctx)
	first := sync.OnceFunc(func() { close(h.ready) })
	group.Go(func() error {
		return h.again(ctx, "live documents", func() error {
			return h.Logs.Watch(ctx, func() { h.missDocuments(); first() }, h.tellDocument)
		})
	})
	for _, log := range h.logs {
		group.Go(func() error {
			return h.again(ctx, log.Name, func() error { return h.follow(ctx, log) })
		})
	}
	return group.Wait()
}

// follow tells what comes on a log after what was told.
func (h *hub) follow(ctx context.Context, log events.Log) error {
	last, err := h.Logs.Last(ctx, log.Name)
	if err != nil {
		return err
	}
	if last < h.begun(log.Name) {
		h.beginAnew(log.Name, last)
	}
	err = h.Logs.Tail(ctx, log, es.TailFrom{After: h.begun(log.Name)}, func(e es.Event) error {
		h.tellEvent(e)
		return nil
	})
	if errors.Is(err, es.ErrRemade) {
		h.beginAnew(log.Name, 0)
	}
	return err
}

// begun is after which sequence a log goes on.
func (h *hub) begun(log string) uint64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at[log]
}

// beginAnew lets everybody begin anew who hears a log that was made anew, and goes on after a sequence.
func (h *hub) beginAnew(log string, after uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at[log] = after
	h.missAll(func(sub *subscription) bool { return sub.feed != nil && sub.feed.Log.Name == log })
}

// again hears something until the context ends, whatever comes between.
func (h *hub) again(ctx context.Context, what string, hear func() error) error {
	for {
		err := hear()
		if ctx.Err() != nil {
			return nil
		}
		h.Logger.Warn("gateway does not hear", "what", what, "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}

// missDocuments lets everybody begin anew, because versions may have been missed.
func (h *hub) missDocuments() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.missAll(func(sub *subscription) bool { return sub.feed == nil })
}

// missAll ends subscriptions with a gap. The lock is held.
func (h *hub) missAll(which func(*subscription) bool) {
	for _, subscriptions := range h.listeners {
		for sub := range subscriptions {
			if which(sub) {
				h.miss(sub)
			}
		}
	}
}

// tellDocument tells a new version of a live document.
func (h *hub) tellDocument(doc es.Live) {
	h.mu.Lock()
	defer h.mu.Unlock()
	subscriptions := h.listeners[address{doc.Owner, doc.Topic}]
	if len(subscriptions) == 0 {
		return
	}
	defer traceTell(doc.Trace, doc.Topic, len(subscriptions))()
	f := version("UPDATE", doc.Topic, doc)
	for sub := range subscriptions {
		h.tell(sub, doc.Rev, f)
	}
}

// tellEvent tells an event to the feeds that it belongs to.
func (h *hub) tellEvent(e es.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at[e.Log] = e.Seq
	for _, feed := range h.feeds {
		if feed.Log.Name != e.Log {
			continue
		}
		topic, ok := topicOf(feed, e.Subject)
		subscriptions := h.listeners[address{e.Owner, topic}]
		if !ok || len(subscriptions) == 0 {
			continue
		}
		told := traceTell(e.Trace, topic, len(subscriptions))
		f := occurrence(topic, api.Record(e))
		for sub := range subscriptions {
			h.tell(sub, e.Seq, f)
		}
		told()
	}
	if e.Aggregate == accountAggregate {
		h.doubt(e.AggregateID)
	}
}

// traceTell follows the trace of what is told, to the clients that are.
func traceTell(parent, topic string, clients int) (told func()) {
	if parent == "" {
		return func() {}
	}
	_, span := tracer.Start(es.Traced(context.Background(), parent), "tell "+topic,
		trace.WithSpanKind(trace.SpanKindProducer), trace.WithAttributes(attribute.Int("clients", clients)))
	return func() { span.End() }
}

// doubt has the credentials of an account's clients looked at again.
func (h *hub) doubt(account string) {
	for cl := range h.clients {
		if cl.caller.Account == account {
			cl.doubted()
		}
	}
}

// join lets a client subscribe; false when the gateway stops.
func (h *hub) join(cl *client) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open.Add(1)
	h.metrics.sockets.Inc()
	h.clients[cl] = true
	return !h.stopped
}

func (h *hub) leave(cl *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, sub := range cl.topics {
		h.end(sub)
	}
	delete(h.clients, cl)
	h.metrics.sockets.Dec()
	h.open.Done()
}

// close sends all clients away: they come again at once, to whoever runs next.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	for cl := range h.clients {
		cl.close(websocket.CloseServiceRestart, "stopping")
	}
}

// wait returns when all clients are gone.
func (h *hub) wait() { h.open.Wait() }

// queued is how many messages wait for slow clients.
func (h *hub) queued() float64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for cl := range h.clients {
		n += cl.queue.length()
	}
	return float64(n)
}
