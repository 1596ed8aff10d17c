package gateway

import (
	"errors"
	"strings"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// subscribeFeed begins a subscription to a part of a log.
func (h *hub) subscribeFeed(cl *client, req request, log events.Log, filter string) error {
	var newest uint64
	if req.Since != nil {
		var err error
		if newest, err = h.Logs.Last(cl.ctx, log.Name); err != nil {
			return err
		}
	}
	sub := &subscription{client: cl, topic: req.Topic, feed: feedKey{log.Name, filter, req.Topic}, came: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.begin(sub); err != nil {
		return err
	}
	told := h.at[log.Name]
	if req.Since == nil {
		sub.beginning, sub.last = false, told
		return nil
	}
	sub.last = *req.Since
	switch {
	case sub.last > max(newest, told), sub.last+maxBehind < told:
		h.miss(sub) // another log than the client knew, or too much of it
	case sub.last >= told:
		sub.beginning = false
	default:
		go h.beginFeed(sub, req, log, told)
	}
	return nil
}

// errEnded stops the reading of history for a client that does not want it any more.
var errEnded = errors.New("the subscription has ended")

// beginFeed tells the events after the last one that the client has, up to told.
func (h *hub) beginFeed(sub *subscription, req request, log events.Log, told uint64) {
	ctx := sub.client.ctx
	if _, err := h.Logs.Read(ctx, es.Position{Log: log.Name, Seq: sub.last + 1}); fault.Is(err, fault.NotFound) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.miss(sub) // the log keeps it no longer
		return
	}
	err := h.Logs.Tail(ctx, log, es.TailFrom{Subject: sub.feed.filter, After: sub.last, Until: told}, func(e es.Event) error {
		if !sub.push(occurrence(sub.topic, api.Record(e))) {
			return errEnded
		}
		sub.last = e.Seq
		return nil
	})
	if errors.Is(err, errEnded) {
		return
	}
	if err != nil {
		h.fail(sub, req, err)
		return
	}
	h.release(sub)
}

// matches tells whether a subject is one of a filter, as NATS sees it.
func matches(filter, subject string) bool {
	want, have := strings.Split(filter, "."), strings.Split(subject, ".")
	for i, token := range want {
		switch {
		case token == ">":
			return len(have) > i
		case i >= len(have) || token != "*" && token != have[i]:
			return false
		}
	}
	return len(want) == len(have)
}
