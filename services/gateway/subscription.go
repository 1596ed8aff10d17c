package gateway

import (
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

const (
	// maxTopics is how many topics one client may subscribe to at once.
	maxTopics = 256
	// maxBehind is how many events a client may have missed and still get.
	maxBehind = 10_000
)

// subscription is one client's to one topic. While it begins, what comes is held; then it is told at
// once.
type subscription struct {
	client *client
	topic  string
	// document and feed say where the hub keeps it; one of them is set.
	document documentKey
	feed     feedKey

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
	frame  []byte
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
	for _, feed := range h.feeds {
		filter, ok := feed.Match(req.Topic, cl.caller.Owner)
		if !ok {
			continue
		}
		if feed.Roles != nil && !feed.Roles.Has(cl.caller.Role) {
			return fault.New(fault.Forbidden, "the role %s may not subscribe to %s", cl.caller.Role, req.Topic)
		}
		return h.subscribeFeed(cl, req, feed.Log, filter)
	}
	if kind, _, _ := strings.Cut(req.Topic, "/"); !h.kinds[kind] {
		return fault.New(fault.NotFound, "there is nothing to subscribe to at %s", req.Topic)
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
	sub.beginning = true
	cl.topics[sub.topic] = sub
	if sub.feed.log != "" {
		add(h.listeners, sub.feed, sub)
	} else {
		add(h.documents, sub.document, sub)
	}
	return nil
}

func add[K comparable](all map[K]map[*subscription]bool, key K, sub *subscription) {
	if all[key] == nil {
		all[key] = map[*subscription]bool{}
	}
	all[key][sub] = true
}

func remove[K comparable](all map[K]map[*subscription]bool, key K, sub *subscription) {
	if delete(all[key], sub); len(all[key]) == 0 {
		delete(all, key)
	}
}

// end forgets a subscription. The lock is held.
func (h *hub) end(sub *subscription) {
	if sub.ended.Swap(true) {
		return
	}
	sub.held = nil
	delete(sub.client.topics, sub.topic)
	if sub.feed.log != "" {
		remove(h.listeners, sub.feed, sub)
	} else {
		remove(h.documents, sub.document, sub)
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
func (h *hub) tell(sub *subscription, number uint64, frame []byte) {
	if sub.beginning {
		if sub.feed.log == "" {
			sub.held = nil // the newest version is enough
		}
		if len(sub.held) >= maxBehind {
			h.miss(sub)
			return
		}
		sub.held = append(sub.held, held{number, frame})
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
	if !sub.client.queue.offer(sub.topic, frame) {
		h.end(sub)
	}
}

// push tells the client something as soon as there is room for it; false when it will not hear it,
// because the subscription or the connection has ended.
func (sub *subscription) push(frame []byte) bool {
	return sub.client.queue.pushWhile(func() bool { return !sub.ended.Load() }, frame)
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
