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

	writeWait = 10 * time.Second
	pingEvery = 25 * time.Second
	// silence is how long a client may not be heard of, its answers to pings included.
	silence = time.Minute
	// doubtEvery is how often a session or token is looked at again without a reason.
	doubtEvery = 5 * time.Minute
	// closeWait is how long a client may take to answer the end of the connection.
	closeWait = 5 * time.Second
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
	// ctx ends with the connection; end ends it.
	ctx     context.Context
	end     context.CancelFunc
	closing sync.Once

	// topics are guarded by the hub's lock.
	topics map[string]*subscription
}

func newClient(ctx context.Context, conn *websocket.Conn, caller api.Caller, shown run.Credential) *client {
	cl := &client{
		caller: caller, shown: shown, conn: conn, queue: newQueue(), doubt: make(chan struct{}, 1),
		topics: map[string]*subscription{},
	}
	cl.ctx, cl.end = context.WithCancel(ctx)
	return cl
}

// attend serves a client until its connection ends.
func (s *server) attend(cl *client) {
	if !s.hub.join(cl) {
		cl.close(websocket.CloseServiceRestart, "stopping")
	}
	defer s.hub.leave(cl)
	go s.guard(cl)
	s.converse(cl, s.hub.answer)
}

// converse hears and tells a client until its connection ends.
func (s *server) converse(cl *client, answer func(*client, request) error) {
	var writing sync.WaitGroup
	writing.Go(func() { cl.write(s.metrics) })
	cl.read(s.metrics, answer)
	cl.close(websocket.CloseNormalClosure, "")
	writing.Wait()
	cl.end()
	_ = cl.conn.Close()
}

// close tells the client why the connection ends, and ends it when that has been answered or for a
// while has not.
func (cl *client) close(code int, why string) {
	cl.closing.Do(func() {
		cl.queue.close(farewell(code, why))
		time.AfterFunc(closeWait, func() {
			cl.end() // of what reading waits for
			_ = cl.conn.Close()
		})
	})
}

// read hears the client until the connection ends. What cannot be done is answered with an ERROR.
func (cl *client) read(m *metrics, answer func(*client, request) error) {
	received := m.messages.WithLabelValues("received")
	heard := func() { _ = cl.conn.SetReadDeadline(time.Now().Add(silence)) }
	cl.conn.SetReadLimit(readLimit)
	cl.conn.SetPongHandler(func(string) error { heard(); return nil })
	cl.conn.SetPingHandler(func(data string) error {
		heard()
		cl.queue.ping(newFrame(websocket.PongMessage, []byte(data)))
		return nil
	})
	cl.conn.SetCloseHandler(func(code int, _ string) error { cl.close(code, ""); return nil })
	heard()
	for {
		kind, r, err := cl.conn.NextReader()
		if err != nil {
			return
		}
		req, refused, err := readRequest(kind, r)
		if err != nil {
			return
		}
		heard()
		received.Inc()
		if refused == nil {
			refused = answer(cl, req)
		}
		if refused != nil {
			cl.queue.push(refusal(req, refused))
		}
	}
}

// write tells the client what is in its queue.
func (cl *client) write(m *metrics) {
	sent, w := m.messages.WithLabelValues("sent"), frameWriter{network: cl.conn.NetConn()}
	var frames [][]byte
	for {
		var ok bool
		if frames, ok = cl.queue.take(frames); !ok {
			return
		}
		if err := w.write(frames); err != nil {
			_ = cl.conn.Close() // ends read
			cl.queue.close(nil)
			return
		}
		sent.Add(float64(len(frames)))
	}
}

// doubted has the credential looked at again.
func (cl *client) doubted() {
	select {
	case cl.doubt <- struct{}{}:
	default: // it will be
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
			cl.queue.ping(newFrame(websocket.PingMessage, nil))
			continue
		case <-cl.doubt:
		case <-doubt.C:
		}
		switch caller, err := s.authenticate(cl.ctx, cl.shown); {
		case fault.Is(err, fault.Unauthenticated):
			cl.close(closeUnauthenticated, "signed out")
		case err == nil && caller != cl.caller: // it comes again as what it may be now
			cl.close(websocket.CloseServiceRestart, "the role has changed")
		case err != nil: // nobody could tell
			time.AfterFunc(retryEvery, cl.doubted)
		}
	}
}
