package gateway

import (
	"context"
	"errors"
	"strings"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// subscribeFeed begins a subscription to a part of a log.
func (h *hub) subscribeFeed(cl *client, req request, feed *api.Feed, filter string) error {
	sub := newSubscription(cl, req.Topic)
	sub.feed = feed
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.begin(sub); err != nil {
		return err
	}
	told := h.at[feed.Log.Name]
	if req.Since == nil {
		sub.beginning, sub.last = false, told
		return nil
	}
	sub.last = *req.Since
	go h.beginFeed(sub, req, filter, told)
	return nil
}

// beginFeed tells the events after the last one that the client has, up to told.
func (h *hub) beginFeed(sub *subscription, req request, filter string, told uint64) {
	err := sub.patiently(func(ctx context.Context) error { return h.catchUp(ctx, sub, filter, told) })
	switch {
	case err == nil:
		h.release(sub)
	case errors.Is(err, errGap):
		h.mu.Lock()
		defer h.mu.Unlock()
		h.miss(sub)
	case !errors.Is(err, errEnded):
		h.fail(sub, req, err)
	}
}

var (
	// errGap tells that the client cannot be told all it has missed.
	errGap = errors.New("the log has more than can be told, or no longer what is missing")
	// errEnded stops the reading of history for a client that does not want it any more.
	errEnded = errors.New("the subscription has ended")
)

// catchUp tells the events up to told that the client does not have.
func (h *hub) catchUp(ctx context.Context, sub *subscription, filter string, told uint64) error {
	log := sub.feed.Log
	if sub.last > told { // of what comes in this moment, or of another log than this one
		newest, err := h.Logs.Last(ctx, log.Name)
		if err == nil && sub.last > newest {
			return errGap
		}
		return err
	}
	if sub.last == told {
		return nil
	}
	if told-sub.last > maxBehind {
		return errGap
	}
	if _, err := h.Logs.Read(ctx, es.Position{Log: log.Name, Seq: sub.last + 1}); fault.Is(err, fault.NotFound) {
		return errGap // the log keeps it no longer
	} else if err != nil {
		return err
	}
	return h.Logs.Tail(ctx, log, es.TailFrom{Subject: filter, After: sub.last, Until: told}, func(e es.Event) error {
		if !sub.push(occurrence(sub.topic, api.Record(e))) {
			return errEnded
		}
		sub.last = e.Seq
		return nil
	})
}

// topicOf is the topic under which a feed tells of a subject; false when the subject is not of the
// feed. The owner is looked at elsewhere.
func topicOf(feed api.Feed, subject string) (string, bool) {
	topic := feed.Topic
	for want := range strings.SplitSeq(feed.Filter, ".") {
		if want == ">" {
			return topic, subject != ""
		}
		have, rest, _ := strings.Cut(subject, ".")
		switch {
		case have == "":
			return "", false
		case want == "*", want == "{owner}":
		case strings.HasPrefix(want, "{"):
			topic = strings.ReplaceAll(topic, want, have)
		case want != have:
			return "", false
		}
		subject = rest
	}
	return topic, subject == ""
}
