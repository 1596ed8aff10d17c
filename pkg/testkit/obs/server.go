// Package obs is an OBS on this machine, as far as obs-websocket 5 shows it: it identifies clients,
// answers requests, tells events to who asked for them, and keeps the state of its outputs on a clock.
package obs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Options say what OBS is like.
type Options struct {
	// Listen is where obs-websocket is; a free port of this machine unless told.
	Listen string
	// Password of obs-websocket; empty asks for none.
	Password string
	// Directory that recordings are made in.
	Directory string
	// Clock is what the timecodes are made of; time.Now unless told.
	Clock func() time.Time
}

// Server is an OBS that runs.
type Server struct {
	options Options
	address string
	http    *http.Server
	done    sync.WaitGroup

	mu      sync.Mutex
	clients map[*client]bool
	// notReady is how many more requests are answered with NotReady.
	notReady int
	// requests counts what was asked, by type.
	requests map[string]int
	// shut keeps everybody out.
	shut bool
	// closed is true once nobody may come any more.
	closed bool

	record, stream, replay output
	scene                  string
	scenes                 []string
	profile                map[string]string
	lastReplay             string
}

// Start starts OBS; Close ends it.
func Start(o Options) (*Server, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("obs-websocket: %w", err)
	}
	s := &Server{
		options: o, address: listener.Addr().String(), clients: map[*client]bool{}, requests: map[string]int{},
		scene: "Scene", scenes: []string{"Scene", "Talking", "Break"},
		profile: map[string]string{
			"Output/Mode": "Simple", "Output/FilenameFormatting": "%CCYY-%MM-%DD %hh-%mm-%ss", "Video/AutoRemux": "false",
			"SimpleOutput/RecFormat2": "mkv", "SimpleOutput/RecRBPrefix": "Replay", "AdvOut/RecFormat2": "mkv", "AdvOut/RecRBPrefix": "Replay",
		},
	}
	s.http = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 10 * time.Second}
	s.done.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(err)
		}
	})
	return s, nil
}

// URL of obs-websocket.
func (s *Server) URL() string { return "ws://" + s.address }

// Close ends OBS and all connections.
func (s *Server) Close() {
	_ = s.http.Close()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.Drop()
	s.done.Wait()
}

// SetPassword asks those who come from now on for another password; empty asks for none.
func (s *Server) SetPassword(password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.options.Password = password
}

// SetProfile changes a parameter of the profile, such as "Video", "AutoRemux" and "true".
func (s *Server) SetProfile(category, name, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.profile[category+"/"+name] = value
}

// NotReady answers so many requests from now on as OBS does while it loads a scene collection.
func (s *Server) NotReady(requests int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notReady = requests
}

// Requests is how often a request was made.
func (s *Server) Requests(kind string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[kind]
}

// Shut refuses connections, as when OBS does not run; and ends those there are.
func (s *Server) Shut(shut bool) {
	s.mu.Lock()
	s.shut = shut
	s.mu.Unlock()
	if shut {
		s.Drop()
	}
}

// Drop ends all connections without a word.
func (s *Server) Drop() {
	for _, c := range s.all() {
		_ = c.socket.NetConn().Close()
	}
}

// Kick ends all connections with a close code, such as 4011 when somebody presses "kick" in OBS.
func (s *Server) Kick(code int) {
	for _, c := range s.all() {
		c.close(code, "Your session has been invalidated by the obs-websocket server.")
	}
}

func (s *Server) all() []*client {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*client
	for c := range s.clients {
		all = append(all, c)
	}
	return all
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	shut, password := s.shut, s.options.Password
	s.mu.Unlock()
	if shut {
		http.Error(w, "OBS does not run", http.StatusServiceUnavailable)
		return
	}
	upgrader := websocket.Upgrader{Subprotocols: []string{"obswebsocket.json"}, CheckOrigin: func(*http.Request) bool { return true }}
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // it has been answered
	}
	c := &client{server: s, socket: socket, password: password, salt: rand.Text(), challenge: rand.Text()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = socket.Close()
		return
	}
	s.clients[c] = true
	s.done.Go(func() {
		c.talk()
		s.mu.Lock()
		delete(s.clients, c)
		s.mu.Unlock()
		_ = socket.Close()
	})
}
