package gateway

import (
	"context"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// appears is how long a document may take to appear: one that was just made is on its way.
const appears = 2 * time.Second

// subscribeDocument begins a subscription to a live document.
func (h *hub) subscribeDocument(cl *client, req request) error {
	sub := &subscription{client: cl, topic: req.Topic, document: documentKey{cl.caller.Owner, req.Topic}, came: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.begin(sub); err != nil {
		return err
	}
	go h.beginDocument(sub, req)
	return nil
}

// beginDocument tells the version that there is, unless the client has it.
func (h *hub) beginDocument(sub *subscription, req request) {
	doc, err := h.current(sub)
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
func (h *hub) current(sub *subscription) (es.Live, error) {
	ctx, cancel := context.WithTimeout(sub.client.ctx, appears)
	defer cancel()
	for {
		doc, err := h.Logs.Document(sub.client.ctx, sub.document.owner, sub.topic)
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
			return doc, fault.New(fault.NotFound, "there is nothing to subscribe to at %s", sub.topic)
		}
	}
}
