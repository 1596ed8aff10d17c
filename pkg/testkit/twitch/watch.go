package twitch

import (
	"net/url"
	"time"

	"github.com/gorilla/websocket"
)

// watchUse closes a session that has no subscription for too long. The lock is held.
func (s *Server) watchUse(session *session) {
	if session.unused != nil {
		session.unused()
		session.unused = nil
	}
	if s.used(session) {
		return
	}
	session.unused = s.clock.AfterFunc(unusedAfter, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.used(session) {
			return
		}
		for len(session.links) > 0 {
			s.shutNow(session.links[0], 4003, "websocket_connection_unused")
		}
	})
}

func (s *Server) used(session *session) bool {
	for _, sub := range s.events.subscriptions {
		if sub.session == session && sub.Status == enabled {
			return true
		}
	}
	return false
}

// keepAlive says something when nothing was said for the time agreed on. The lock is held.
func (s *Server) keepAlive(l *link) {
	wait := l.last.Add(l.session.keepalive).Sub(s.clock.Now())
	l.quiet = s.clock.AfterFunc(wait, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if l.isOver() {
			return
		}
		if s.clock.Now().Sub(l.last) >= l.session.keepalive {
			if s.events.silent {
				l.last = s.clock.Now()
			} else {
				s.frame(l, "session_keepalive", map[string]any{})
			}
		}
		s.keepAlive(l)
	})
}

// ping looks whether the client is there. The pong is waited for by the machine's clock, so that a
// clock that jumps takes no client for dead.
func (s *Server) ping(l *link) {
	s.clock.AfterFunc(pingEvery, func() {
		if l.isOver() {
			return
		}
		select {
		case <-l.pong: // a late one
		default:
		}
		if l.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait)) != nil {
			return // the reader finds out too
		}
		select {
		case <-l.pong:
			s.ping(l)
		case <-time.After(s.config.PongWait):
			s.shut(l, 4002, "websocket_failed_ping_pong")
		case <-l.over:
		case <-s.ctx.Done():
		}
	})
}

// Silence tells whether sessions are kept alive without a word; notifications still come.
func (s *Server) Silence(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events.silent = on
}

// Reconnect asks every session to move to another socket, as Twitch does before it restarts
// something, and answers the URLs. Both sockets are served until the client closes the former one,
// or for 30 s; a session that has not moved by then is over.
func (s *Server) Reconnect() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var urls []string
	for _, session := range s.events.sessions {
		if len(session.links) == 0 {
			continue
		}
		session.challenge = uuid()
		to := s.EventSubURL + "?" + url.Values{"challenge": {session.challenge}, "id": {session.id}}.Encode()
		urls = append(urls, to)
		for _, l := range session.links {
			s.frame(l, "session_reconnect", map[string]any{"session": session.said("reconnecting", nil, to)})
			s.clock.AfterFunc(graceful, func() { s.shut(l, 4004, "websocket_failed_to_reconnect") })
		}
	}
	s.note()
	return urls
}

// Drop closes every socket without a word, and what was queued is lost. It answers how many.
func (s *Server) Drop() int { return s.CloseSockets(0) }

// CloseSockets closes every socket with a code, for instance 4000, 4005 or 4006; zero is none.
func (s *Server) CloseSockets(code int) int {
	status := map[int]string{4000: "websocket_internal_error", 4005: "websocket_network_timeout", 4006: "websocket_network_error"}[code]
	if status == "" {
		status = disconnected
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	closed := 0
	for _, session := range s.events.sessions {
		for len(session.links) > 0 {
			s.shutNow(session.links[0], code, status)
			closed++
		}
	}
	return closed
}
