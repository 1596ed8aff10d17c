package gateway

import (
	"context"
	"regexp"
	"sync/atomic"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

const (
	// maxTopics is how many topics one client may subscribe to at once.
	maxTopics = 256
	// maxBehind is how many events a client may have missed and still get.
	maxBehind = 10_000
	// retryEvery is how long a subscription waits for a log that is away before it asks again.
	retryEvery = time.Second
)

// address is a topic as one owner sees it.
type address struct{ owner, topic string }

// subscription is one client's to one topic. While it begins, what comes is held; then it is told at
// once.
type subscription struct {
	client *client
	address
	// feed that the topic is of; nil when it is a document.
	feed *api.Feed

	// ended is set under the hub's lock.
	ended atomic.Bool
	// The rest is guarded by the hub's lock; last belongs to whoever begins the subscription.
	beginning bool
	// last revision or sequence that was told.
	last uint64
	held []held
	// came is signalled when something is held.
	came chan struct{}
}

type held struct {
	number uint64
	frame  frame
}

func newSubscription(cl *client, topic string) *subscription {
	return &subscription{client: cl, address: address{cl.caller.Owner, topic}, beginning: true, came: make(chan struct{}, 1)}
}

// answer does what a client asks for.
func (h *hub) answer(cl *client, req request) error {
	switch req.Type {
	case "SUBSCRIBE":
		return h.subscribe(cl, req)
	case "UNSUBSCRIBE":
		h.unsubscribe(cl, req.Topic)
	case "PING":
		cl.queue.push(pong(req))
	default:
		return fault.New(fault.Invalid, "there is no message type %.50q; there are SUBSCRIBE, UNSUBSCRIBE and PING", req.Type)
	}
	return nil
}

var topicForm = regexp.MustCompile(`^[a-z_-]+(/[A-Za-z0-9_-]+)*$`)

// subscribe begins a subscription; one to the same topic ends.
func (h *hub) subscribe(cl *client, req request) error {
	select {
	case <-h.ready:
	case <-cl.ctx.Done():
		return nil
	}
	if len(req.Topic) > nameLimit || !topicForm.MatchString(req.Topic) {
		return fault.New(fault.Invalid, "%.50q is no topic; one looks like stream/01J…", req.Topic)
	}
	for i, feed := range h.feeds {
		filter, ok := feed.Match(req.Topic, cl.caller.Owner)
		if !ok {
			continue
		}
		if feed.Roles != nil && !feed.Roles.Has(cl.caller.Role) {
			return fault.New(fault.Forbidden, "the role %s may not subscribe to %s", cl.caller.Role, req.Topic)
		}
		return h.subscribeFeed(cl, req, &h.feeds[i], filter)
	}
	return h.subscribeDocument(cl, req)
}

// begin registers a subscription. The lock is held.
func (h *hub) begin(sub *subscription) error {
	cl := sub.client
	if old := cl.topics[sub.topic]; old != nil {
		h.end(old)
	}
	if len(cl.topics) >= maxTopics {
		return fault.New(fault.Limited, "a websocket has %d topics at most: unsubscribe from some", maxTopics)
	}
	cl.queue.restart(sub.topic)
	cl.topics[sub.topic] = sub
	if h.listeners[sub.address] == nil {
		h.listeners[sub.address] = map[*subscription]bool{}
	}
	h.listeners[sub.address][sub] = true
	return nil
}

// end forgets a subscription. The lock is held.
func (h *hub) end(sub *subscription) {
	if sub.ended.Swap(true) {
		return
	}
	sub.held = nil
	delete(sub.client.topics, sub.topic)
	all := h.listeners[sub.address]
	if delete(all, sub); len(all) == 0 {
		delete(h.listeners, sub.address)
	}
}

func (h *hub) unsubscribe(cl *client, topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if sub := cl.topics[topic]; sub != nil {
		h.end(sub)
	}
}

// tell gives a subscription what has come. It never waits: a client that is too slow gets a gap. The
// lock is held.
func (h *hub) tell(sub *subscription, number uint64, f frame) {
	if sub.beginning {
		if sub.feed == nil {
			sub.held = nil // the newest version is enough
		}
		if len(sub.held) >= maxBehind {
			h.miss(sub)
			return
		}
		sub.held = append(sub.held, held{number, f})
		select {
		case sub.came <- struct{}{}:
		default:
		}
		return
	}
	if number <= sub.last {
		return
	}
	sub.last = number
	if !sub.client.queue.offer(sub.topic, f) {
		h.end(sub)
	}
}

// push tells the client something as soon as there is room for it; false when it will not hear it,
// because the subscription or the connection has ended.
func (sub *subscription) push(f frame) bool {
	return sub.client.queue.pushWhile(func() bool { return !sub.ended.Load() }, f)
}

// miss ends a subscription with a gap. The lock is held.
func (h *hub) miss(sub *subscription) {
	if !sub.ended.Load() {
		h.end(sub)
		sub.client.queue.miss(sub.topic)
	}
}

// release tells what was held, and lets the subscription be told at once from then on.
func (h *hub) release(sub *subscription) {
	for {
		h.mu.Lock()
		list := sub.held
		sub.held = nil
		if len(list) == 0 || sub.ended.Load() {
			sub.beginning = false
			h.mu.Unlock()
			return
		}
		h.mu.Unlock()
		for _, held := range list {
			if held.number <= sub.last {
				continue
			}
			if !sub.push(held.frame) {
				return
			}
			sub.last = held.number
		}
	}
}

// patiently tries for as long as the log is away, because a subscription outlives that.
func (sub *subscription) patiently(try func(context.Context) error) error {
	ctx := sub.client.ctx
	for {
		err := try(ctx)
		if !es.Away(err) || ctx.Err() != nil || sub.ended.Load() {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryEvery):
		}
	}
}

// fail ends a subscription that could not begin.
func (h *hub) fail(sub *subscription, req request, err error) {
	h.mu.Lock()
	ended := sub.ended.Load()
	h.end(sub)
	h.mu.Unlock()
	if ended || sub.client.ctx.Err() != nil {
		return
	}
	if fault.From(err).Code == fault.Internal {
		h.Logger.Error("subscription failed", "topic", req.Topic, "err", err)
	}
	sub.client.queue.push(refusal(req, err))
}
