package twitch

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// unusedAfter is how long a session may be without a subscription, graceful how long its former
	// socket is kept when another has to take over, and pingEvery the pause between two pings.
	unusedAfter = 10 * time.Second
	graceful    = 30 * time.Second
	pingEvery   = 30 * time.Second
	// writeWait is how long, by the machine's clock, a client may take to read a frame, and closeWait
	// to answer that it has been closed.
	writeWait = 10 * time.Second
	closeWait = time.Second

	defaultKeepalive, leastKeepalive, mostKeepalive = 10, 10, 600
)

// session is a websocket session; while it is being taken over, two links serve it.
type session struct {
	id, user    string
	connectedAt time.Time
	keepalive   time.Duration
	links       []*link
	unused      func() // stops the timer of an unused session

	// challenge is what the socket that takes over has to say; used once.
	challenge  string
	reconnects int
	pongs      int
	closed     []int
}

// link is one socket.
type link struct {
	session *session
	conn    *websocket.Conn
	queue   *queue[[]byte]
	last    time.Time // when something was sent
	pong    chan struct{}
	quiet   func()        // stops the timer of the next keepalive
	over    chan struct{} // closed with it
}

var upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

// socket begins a session, or lets another socket take one over.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // it has answered
	}
	q := r.URL.Query()
	s.mu.Lock()
	if s.ctx.Err() != nil {
		s.mu.Unlock()
		_ = conn.Close()
		return
	}
	now := s.clock.Now()
	l := &link{conn: conn, queue: newQueue[[]byte](), pong: make(chan struct{}, 1), over: make(chan struct{}), last: now}
	if challenge := q.Get("challenge"); challenge != "" {
		i := slices.IndexFunc(s.events.sessions, func(session *session) bool {
			return session.id == q.Get("id") && session.challenge == challenge && len(session.links) > 0
		})
		if i < 0 {
			s.mu.Unlock()
			_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(4007, "invalid reconnect"), time.Now().Add(writeWait))
			_ = conn.Close()
			return
		}
		l.session = s.events.sessions[i]
		l.session.challenge = ""
		l.session.reconnects++
	} else {
		l.session = &session{
			id: "AgoQ" + strings.ReplaceAll(uuid(), "-", ""), connectedAt: now, keepalive: keepalive(q.Get("keepalive_timeout_seconds")),
			closed: []int{},
		}
		s.events.sessions = append(s.events.sessions, l.session)
	}
	l.session.links = append(l.session.links, l)
	s.frame(l, "session_welcome", map[string]any{"session": l.session.said("connected", int(l.session.keepalive.Seconds()), nil)})
	s.watchUse(l.session)
	s.keepAlive(l)
	s.ping(l)
	s.log.Info("websocket connected", "session", l.session.id)
	s.note()
	conn.SetPongHandler(func(string) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		l.session.pongs++
		s.note()
		select {
		case l.pong <- struct{}{}:
		default:
		}
		return nil
	})
	s.work.Go(func() { s.write(l) })
	s.work.Go(func() { s.read(l) })
	s.mu.Unlock()
}

// keepalive is what a client may ask for, in seconds, kept within the limits.
func keepalive(asked string) time.Duration {
	seconds, err := strconv.Atoi(asked)
	if err != nil {
		seconds = defaultKeepalive
	}
	return time.Duration(min(max(seconds, leastKeepalive), mostKeepalive)) * time.Second
}

func (session *session) said(status string, keepalive, reconnect any) map[string]any {
	return map[string]any{
		"id": session.id, "status": status, "connected_at": stamp(session.connectedAt), "keepalive_timeout_seconds": keepalive, "reconnect_url": reconnect,
	}
}

func (session *session) view() Session {
	v := Session{
		ID: session.id, User: session.user, Connections: len(session.links), Reconnects: session.reconnects, Pongs: session.pongs,
		Closed: slices.Clone(session.closed), ConnectedAt: session.connectedAt,
	}
	for _, l := range session.links {
		v.Queued += l.queue.len()
	}
	return v
}

// frame sends one of the session's own messages. The lock is held.
func (s *Server) frame(l *link, kind string, payload map[string]any) {
	now := s.clock.Now()
	said, err := json.Marshal(map[string]any{
		"metadata": map[string]string{"message_id": uuid(), "message_type": kind, "message_timestamp": stamp(now)}, "payload": payload,
	})
	if err != nil {
		panic(err) // made of strings and numbers
	}
	l.last = now
	l.queue.put(said)
}

// write sends what is queued until the socket is closed.
func (s *Server) write(l *link) {
	for {
		said, ok := l.queue.take()
		if !ok {
			return
		}
		_ = l.conn.SetWriteDeadline(time.Now().Add(writeWait))
		if err := l.conn.WriteMessage(websocket.TextMessage, said); err != nil {
			s.shut(l, 0, "websocket_network_error")
			return
		}
		if l.queue.len() == 0 {
			s.mu.Lock()
			s.note()
			s.mu.Unlock()
		}
	}
}

// read waits for the socket's end; anything that the client says is one. What it says after that is
// read all the same, so that it gets the close frame before the end of the connection.
func (s *Server) read(l *link) {
	defer func() { _ = l.conn.Close() }()
	for {
		if _, _, err := l.conn.ReadMessage(); err != nil {
			s.shut(l, 0, disconnected)
			return
		}
		s.shut(l, 4001, "websocket_received_inbound_traffic")
	}
}

// shut closes a socket, with a code unless it is zero. The last socket of a session takes its
// subscriptions along, which have the status from then on.
func (s *Server) shut(l *link, code int, status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shutNow(l, code, status)
}

func (s *Server) shutNow(l *link, code int, status string) {
	if l.isOver() {
		return
	}
	close(l.over)
	l.quiet()
	session := l.session
	session.links = slices.DeleteFunc(session.links, func(other *link) bool { return other == l })
	if len(session.links) == 0 {
		s.lost(session, status, s.clock.Now())
		if session.unused != nil {
			session.unused()
		}
	}
	l.queue.close()
	if code == 0 {
		_ = l.conn.Close()
	} else {
		session.closed = append(session.closed, code)
		s.begin(func() {
			_ = l.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, status), time.Now().Add(writeWait))
			_ = l.conn.SetReadDeadline(time.Now().Add(closeWait))
		})
	}
	s.log.Info("websocket closed", "session", session.id, "code", code, "status", status)
	s.note()
}

func (l *link) isOver() bool {
	select {
	case <-l.over:
		return true
	default:
		return false
	}
}
