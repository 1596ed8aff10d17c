package gateway

import (
	"context"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// closeUnauthenticated tells a client that it has to sign in before it comes again.
	closeUnauthenticated = 4401

	readLimit = 64 << 10 // bytes of one message
	writeWait = 10 * time.Second
	pingEvery = 25 * time.Second
	// silence is how long a client may not be heard of, its answers to pings included.
	silence = time.Minute
	// doubtEvery is how often a session or token is looked at again without a reason.
	doubtEvery = 5 * time.Minute
	// farewell is how long a client may take to answer the end of the connection.
	farewell = time.Second
)

// client is one open websocket.
type client struct {
	caller api.Caller
	// shown is what the caller came with.
	shown run.Credential
	conn  *websocket.Conn
	queue *queue
	// doubt asks to look at the credential again.
	doubt chan struct{}
	// ctx ends with the connection.
	ctx     context.Context
	closing sync.Once

	// topics are guarded by the hub's lock.
	topics map[string]*subscription
}

// attend serves a client until its connection ends.
func (s *server) attend(cl *client) {
	defer func() { _ = cl.conn.Close() }()
	defer cl.queue.close()
	if !s.hub.join(cl) {
		cl.close(websocket.CloseServiceRestart, "stopping")
	}
	defer s.hub.leave(cl)
	go cl.write(s.metrics)
	go s.guard(cl)
	cl.read(s.hub, s.metrics)
}

// close tells the client why the connection ends, and ends it when that has been answered or for a
// while has not.
func (cl *client) close(code int, why string) {
	cl.closing.Do(func() {
		cl.queue.close()
		_ = cl.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, why), time.Now().Add(farewell))
		time.AfterFunc(farewell, func() { _ = cl.conn.Close() })
	})
}

// drain waits until the connection has ended.
func (cl *client) drain() {
	defer func() { _ = cl.conn.Close() }()
	cl.conn.SetReadLimit(readLimit)
	for {
		if _, _, err := cl.conn.NextReader(); err != nil {
			return
		}
	}
}

// read hears the client until the connection ends.
func (cl *client) read(h *hub, m *metrics) {
	cl.conn.SetReadLimit(readLimit)
	heard := func() { _ = cl.conn.SetReadDeadline(time.Now().Add(silence)) }
	cl.conn.SetPongHandler(func(string) error { heard(); return nil })
	heard()
	for {
		_, text, err := cl.conn.ReadMessage()
		if err != nil {
			return
		}
		heard()
		m.messages.WithLabelValues("received").Inc()
		req, err := parse(text)
		switch {
		case err != nil:
		case req.Type == "SUBSCRIBE":
			err = h.subscribe(cl, req)
		case req.Type == "UNSUBSCRIBE":
			h.unsubscribe(cl, req.Topic)
		default:
			err = fault.New(fault.Invalid, "there is no message type %.50q; there are SUBSCRIBE and UNSUBSCRIBE", req.Type)
		}
		if err != nil {
			cl.queue.push(refusal(req, err))
		}
	}
}

// write tells the client what is in its queue.
func (cl *client) write(m *metrics) {
	for {
		frames, ok := cl.queue.take()
		if !ok {
			return
		}
		for _, frame := range frames {
			_ = cl.conn.SetWriteDeadline(time.Now().Add(writeWait))
			if err := cl.conn.WriteMessage(websocket.TextMessage, frame); err != nil {
				_ = cl.conn.Close() // ends read
				cl.queue.close()
				return
			}
			m.messages.WithLabelValues("sent").Inc()
		}
	}
}

// guard keeps the connection alive as long as the client may have it.
func (s *server) guard(cl *client) {
	ping, doubt := time.NewTicker(pingEvery), time.NewTicker(doubtEvery)
	defer ping.Stop()
	defer doubt.Stop()
	for {
		select {
		case <-cl.ctx.Done():
			return
		case <-ping.C:
			_ = cl.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait))
			continue
		case <-cl.doubt:
		case <-doubt.C:
		}
		if _, err := s.authenticate(cl.ctx, cl.shown); fault.Is(err, fault.Unauthenticated) {
			cl.close(closeUnauthenticated, "signed out")
		}
	}
}
