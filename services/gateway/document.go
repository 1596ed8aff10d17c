package gateway

import (
	"context"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// appears is how long a document may take to appear: one that was just made is on its way.
const appears = 5 * time.Second

// subscribeDocument begins a subscription to a live document.
func (h *hub) subscribeDocument(cl *client, req request) error {
	if err := h.checkDocument(req.Topic); err != nil {
		return err
	}
	sub := newSubscription(cl, req.Topic)
	if req.Topic == healthTopic {
		sub.owner = ""
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.begin(sub); err != nil {
		return err
	}
	go h.beginDocument(sub, req)
	return nil
}

// checkDocument refuses what can be no live document.
func (h *hub) checkDocument(topic string) error {
	kind, id, hasID := strings.Cut(topic, "/")
	document, ok := h.documents[kind]
	switch {
	case !ok, hasID && !document.ByID:
		return fault.New(fault.NotFound, "there is nothing to subscribe to at %s", topic)
	case document.ByID && id == "":
		return fault.New(fault.Invalid, "say which one: %s/ and its id", kind)
	}
	return nil
}

// beginDocument tells the version that there is, unless the client has it.
func (h *hub) beginDocument(sub *subscription, req request) {
	var doc es.Live
	err := sub.patiently(func(ctx context.Context) (err error) {
		doc, err = h.current(ctx, sub)
		return err
	})
	if err != nil {
		h.fail(sub, req, err)
		return
	}
	sub.last = doc.Rev
	if req.Since == nil || *req.Since != doc.Rev {
		sub.push(version("SNAPSHOT", sub.topic, doc))
	}
	h.release(sub)
}

// current reads a document. The only one of its kind is empty until it is made; any other one may
// take a moment to appear.
func (h *hub) current(ctx context.Context, sub *subscription) (es.Live, error) {
	if sub.topic == healthTopic {
		return h.health.live(), nil
	}
	patience := time.NewTimer(appears)
	defer patience.Stop()
	for {
		doc, err := h.Logs.Document(ctx, sub.owner, sub.topic)
		if err == nil && string(doc.Value) != "null" && doc.Value != nil {
			return doc, nil
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return doc, err
		}
		if !strings.Contains(sub.topic, "/") {
			return doc, nil
		}
		select {
		case <-sub.came:
		case <-ctx.Done():
			return doc, ctx.Err()
		case <-patience.C:
			return doc, fault.New(fault.NotFound, "there is nothing to subscribe to at %s", sub.topic)
		}
	}
}
