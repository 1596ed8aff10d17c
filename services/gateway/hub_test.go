package gateway

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// listen is a client of the account that subscribes to its facts, and is told nothing by itself.
func listen(t *testing.T, h *hub, account string) *client {
	t.Helper()
	cl := newClient(t.Context(), nil, api.Caller{Account: account, Owner: account, Role: api.Viewer}, run.Credential{})
	t.Cleanup(cl.end)
	if err := h.subscribe(cl, request{Topic: "events/facts"}); err != nil {
		t.Fatal(err)
	}
	return cl
}

func TestSlowClientGetsGapAndSlowsNobody(t *testing.T) {
	t.Parallel()
	h := newHub(&run.Deps{}, []run.Service{library}, newMetrics(&run.Deps{}, nil), nil)
	close(h.ready)
	slow, quick, other := listen(t, h, "ours"), listen(t, h, "ours"), listen(t, h, "theirs")
	const total = queueSize + 10
	heard := 0
	for seq := range uint64(total) {
		h.tellEvent(es.Event{
			Subject: "fact.ours.stream.x.renamed", Data: []byte("{}"),
			Meta: es.Meta{Position: es.Position{Log: events.Facts.Name, Seq: seq + 1}, Owner: "ours"},
		})
		frames, _ := quick.queue.take(nil)
		heard += len(frames)
	}
	if heard != total {
		t.Errorf("the quick client heard %d of %d", heard, total)
	}
	frames, _ := slow.queue.take(nil)
	if len(frames) != queueSize+1 || !bytes.Equal(frames[queueSize], gap("events/facts")) {
		t.Errorf("the slow client heard %d, the last is %s", len(frames), frames[len(frames)-1])
	}
	if len(slow.topics) != 0 || len(quick.topics) != 1 {
		t.Errorf("topics %v and %v", slow.topics, quick.topics)
	}
	if len(other.queue.frames) != 0 {
		t.Error("another account heard of it")
	}
}

func TestEndedSubscriptionIsToldNothing(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	h := newHub(&run.Deps{Platform: p}, []run.Service{library}, newMetrics(&run.Deps{}, nil), nil)
	close(h.ready)
	cl := listen(t, h, "ours")
	req := request{Topic: "streams"}
	begin := func() *subscription {
		sub := newSubscription(cl, req.Topic)
		h.mu.Lock()
		defer h.mu.Unlock()
		if err := h.begin(sub); err != nil {
			t.Fatal(err)
		}
		return sub
	}
	ended := begin()
	h.unsubscribe(cl, req.Topic)
	h.beginDocument(ended, req)
	if n := len(cl.queue.frames); n != 0 {
		t.Errorf("a subscription that has ended is told %s", cl.queue.frames)
	}
	former, latter := begin(), begin()
	h.beginDocument(former, req)
	h.beginDocument(latter, req)
	if n := len(cl.queue.frames); n != 1 {
		t.Errorf("one subscription is told %d times", n)
	}
}

// A gateway that stops waits for no client that waits for the hub.
func TestClientOfHubThatIsNotReadyLeaves(t *testing.T) {
	t.Parallel()
	s := &server{Deps: &run.Deps{}, metrics: newMetrics(&run.Deps{}, nil)}
	s.hub = newHub(s.Deps, []run.Service{library}, s.metrics, nil)
	subscribing := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		cl := newClient(r.Context(), conn, api.Caller{Account: "ours", Owner: "ours", Role: api.Viewer}, run.Credential{})
		s.hub.join(cl)
		defer s.hub.leave(cl)
		s.converse(cl, func(cl *client, req request) error {
			close(subscribing)
			return s.hub.answer(cl, req)
		})
	}))
	defer server.Close()
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"SUBSCRIBE","topic":"events/facts"}`)); err != nil {
		t.Fatal(err)
	}
	<-subscribing
	s.hub.close()
	s.hub.wait()
}
