// Package twitch is a Twitch on this machine: OAuth, Helix, and EventSub over websockets and
// webhooks, as strict as the real one and as faulty as a test wants it. It knows nothing of tests:
// the product starts it too, for who wants to try the live side without an account.
package twitch

import (
	"context"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config is how a server is set up; the zero value is a server on a free port with one client and
// one broadcaster.
type Config struct {
	// Listen is the address; 127.0.0.1:0 unless told otherwise.
	Listen string
	// Clock is what all its times and timers follow; the machine's unless told otherwise.
	Clock Clock
	// ClientID and ClientSecret are what it knows its only client by.
	ClientID, ClientSecret string
	// Redirects are where browsers may be sent back to; none means anywhere.
	Redirects []string
	// Broadcaster is who signs in, and whose channel there is.
	Broadcaster User
	// PublicCallbacks takes only webhook callbacks on https and port 443, as Twitch does.
	PublicCallbacks bool
	// WebhookFailures is how many attempts in a row may fail until a subscription is given up; 10
	// unless told otherwise.
	WebhookFailures int
	// PongWait is how long, by the machine's clock, a ping may stay unanswered; 10 s unless told
	// otherwise.
	PongWait time.Duration
	// Logger is told what comes and goes; nobody unless given.
	Logger *slog.Logger
}

// Server is a running Twitch.
type Server struct {
	// URL is its root; the others are the four bases that a client is configured with.
	URL, AuthURL, APIURL, EventSubURL, ImagesURL string
	// ClientID and ClientSecret are what it knows its only client by.
	ClientID, ClientSecret string
	// Broadcaster is who signs in, and whose channel there is.
	Broadcaster User

	config Config
	clock  Clock
	log    *slog.Logger
	ctx    context.Context
	stop   context.CancelFunc
	work   sync.WaitGroup
	http   *http.Server
	sender *http.Client // of webhook messages

	// mu guards all that follows. It is held for no longer than a look into memory.
	mu       sync.Mutex
	changed  chan struct{}
	serial   int
	begun    map[string]string // ids of what a step has begun, by what it does
	users    []User
	accounts accounts
	failures []*Failure
	held     int // requests that a failure delays
	calls    map[string]int
	limit    int
	buckets  map[string]*bucket
	channel  channel
	events   eventsub
}

// New starts a server; it runs until Close.
func New(config Config) (*Server, error) {
	config.setDefaults()
	listener, err := net.Listen("tcp", config.Listen)
	if err != nil {
		return nil, fmt.Errorf("starting the fake Twitch: %w", err)
	}
	base := "http://" + listener.Addr().String()
	s := &Server{
		URL: base, AuthURL: base + "/oauth2", APIURL: base + "/helix",
		EventSubURL: "ws://" + listener.Addr().String() + "/ws", ImagesURL: base,
		ClientID: config.ClientID, ClientSecret: config.ClientSecret, Broadcaster: config.Broadcaster,
		config: config, clock: config.Clock, log: config.Logger, changed: make(chan struct{}),
		begun: map[string]string{}, calls: map[string]int{}, limit: 800, buckets: map[string]*bucket{}, accounts: newAccounts(), events: newEventsub(),
	}
	s.users = append([]User{s.Broadcaster}, cast...)
	s.channel = newChannel(s.clock.Now())
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.sender = newSender()
	s.http = &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	s.work.Go(func() {
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("fake twitch stopped", "err", err)
		}
	})
	return s, nil
}

func (c *Config) setDefaults() {
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if c.Clock == nil {
		c.Clock = wall{}
	}
	if c.ClientID == "" {
		c.ClientID, c.ClientSecret = "fakeclient0000000000000000000", "fakesecret0000000000000000000"
	}
	if c.Broadcaster.ID == "" {
		c.Broadcaster = User{ID: "1001", Login: "ours", Name: "Ours", Color: "#8A2BE2", Badges: []Badge{{SetID: "broadcaster", ID: "1"}}}
	}
	if c.WebhookFailures == 0 {
		c.WebhookFailures = 10
	}
	if c.PongWait == 0 {
		c.PongWait = 10 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
}

// begin runs something that Close waits for; what comes later is not begun. The lock is held.
func (s *Server) begin(work func()) {
	if s.ctx.Err() == nil {
		s.work.Go(work)
	}
}

// Close ends every connection and everything that is under way.
func (s *Server) Close() {
	s.stop()
	_ = s.http.Close()
	s.mu.Lock()
	for _, session := range s.events.sessions {
		for _, link := range session.links {
			_ = link.conn.Close() // hijacked: the HTTP server knows it no more
		}
	}
	for _, sub := range s.events.subscriptions {
		if sub.queue != nil {
			sub.queue.close()
		}
	}
	s.mu.Unlock()
	s.work.Wait()
	s.sender.CloseIdleConnections()
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /oauth2/authorize", s.authorize)
	mux.HandleFunc("POST /oauth2/token", s.token)
	mux.HandleFunc("POST /oauth2/device", s.device)
	mux.HandleFunc("GET /activate", s.activate)
	mux.HandleFunc("GET /oauth2/validate", s.validate)
	mux.HandleFunc("POST /oauth2/revoke", s.revoke)
	mux.HandleFunc("/helix/", s.helix)
	mux.HandleFunc("GET /ws", s.socket)
	mux.HandleFunc("GET /emoticons/v2/{id}/{format}/{theme}/{scale}", s.emoteImage)
	mux.HandleFunc("GET /badges/v1/{id}/{scale}", s.badgeImage)
	mux.HandleFunc("GET /ttv-boxart/{id}", s.boxArt)
	mux.HandleFunc("GET /jtv_user_pictures/{id}", s.userPicture)
	mux.HandleFunc("GET /previews-ttv/{id}", s.preview)
	mux.HandleFunc("GET /__control/state", s.controlState)
	mux.HandleFunc("POST /__control/{do}", s.control)
	return s.failing(mux)
}

// page writes a small page for a person.
func page(w http.ResponseWriter, title, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, "<!doctype html><meta charset=utf-8><title>%[1]s</title><h1>%[1]s</h1>%s", html.EscapeString(title), body)
}
