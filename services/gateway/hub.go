package gateway

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// hub hears everything once, and tells it to the clients that subscribed to it.
type hub struct {
	*run.Deps
	metrics *metrics
	feeds   []api.Feed
	// kinds are the first parts of document topics.
	kinds map[string]bool
	logs  []events.Log
	// ready is closed when nothing that happens from then on is missed.
	ready chan struct{}

	mu sync.Mutex
	// at is the sequence of the last event on each log that was told.
	at map[string]uint64
	// documents has the subscriptions to each document, by owner and topic.
	documents map[documentKey]map[*subscription]bool
	// listeners has the subscriptions to each part of a log.
	listeners map[feedKey]map[*subscription]bool
	clients   map[*client]bool
	stopped   bool
	open      sync.WaitGroup
}

type documentKey struct{ owner, topic string }

// feedKey is a topic, and the subjects on a log that one owner sees under it.
type feedKey struct{ log, filter, topic string }

func newHub(d *run.Deps, all []run.Service, m *metrics) *hub {
	h := &hub{
		Deps: d, metrics: m, kinds: map[string]bool{}, logs: []events.Log{events.Facts}, ready: make(chan struct{}),
		at: map[string]uint64{}, documents: map[documentKey]map[*subscription]bool{},
		listeners: map[feedKey]map[*subscription]bool{}, clients: map[*client]bool{},
	}
	for _, service := range all {
		for _, projection := range service.Projections {
			for _, document := range projection.Documents {
				h.kinds[document.Topic] = true
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
			return h.again(ctx, log.Name, func() error {
				h.mu.Lock()
				after := h.at[log.Name]
				h.mu.Unlock()
				return h.Logs.Tail(ctx, log, es.TailFrom{After: after}, func(e es.Event) error {
					h.tellEvent(e)
					return nil
				})
			})
		})
	}
	return group.Wait()
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
	for _, subscriptions := range h.documents {
		for sub := range subscriptions {
			h.end(sub)
			sub.client.queue.miss(sub.topic)
		}
	}
}

// tellDocument tells a new version of a live document.
func (h *hub) tellDocument(doc es.Live) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var frame []byte
	for sub := range h.documents[documentKey{doc.Owner, doc.Topic}] {
		if frame == nil {
			frame = version("UPDATE", doc.Topic, doc)
		}
		h.tell(sub, doc.Rev, frame)
	}
}

// tellEvent tells an event to the feeds that it belongs to.
func (h *hub) tellEvent(e es.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at[e.Log] = e.Seq
	for key, subscriptions := range h.listeners {
		if key.log != e.Log || !matches(key.filter, e.Subject) {
			continue
		}
		frame := occurrence(key.topic, api.Record(e))
		for sub := range subscriptions {
			h.tell(sub, e.Seq, frame)
		}
	}
	switch e.Name {
	case events.Name(events.SessionClosed{}), events.Name(events.TokenRevoked{}):
		h.doubt(e.AggregateID)
	}
}

// doubt has the credentials of an account's clients looked at again.
func (h *hub) doubt(account string) {
	for cl := range h.clients {
		if cl.caller.Account != account {
			continue
		}
		select {
		case cl.doubt <- struct{}{}:
		default: // they will be
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
	h.stopped = true
	var clients []*client
	for cl := range h.clients {
		clients = append(clients, cl)
	}
	h.mu.Unlock()
	var closing sync.WaitGroup
	for _, cl := range clients {
		closing.Go(func() { cl.close(websocket.CloseServiceRestart, "stopping") })
	}
	closing.Wait()
}

// wait returns when all clients are gone.
func (h *hub) wait() { h.open.Wait() }
