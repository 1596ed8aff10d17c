// Package gateway is where browsers and programs reach the platform: HTTP, sessions, websockets and
// the web app. It knows no domain: what can be called and subscribed to is what the services
// declare. It hides echo, gorilla/websocket and how a caller shows who it is.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/webui"
)

const (
	// defaultListen is where the gateway listens unless told otherwise: for this machine alone.
	defaultListen = "127.0.0.1:8080"
	// stopWait is how long requests under way may take when the gateway stops.
	stopWait = 5 * time.Second
)

// Service lets all the others be reached over HTTP and websockets. Its value runs once at a time.
func Service(all []run.Service) run.Service { return service(all, net.Listen) }

func service(all []run.Service, listen func(network, address string) (net.Listener, error)) run.Service {
	var listener net.Listener
	return run.Service{
		Name:  "gateway",
		Doc:   "HTTP, sessions, websockets and the web app",
		Vault: vault,
		Start: func(_ context.Context, d *run.Deps) (err error) {
			address := d.Config.Listen
			if address == "" {
				address = defaultListen
			}
			listener, err = listen("tcp", address)
			if errors.Is(err, syscall.EADDRINUSE) {
				return fmt.Errorf("%s is taken by another program: stop that one, or choose another address with --listen or AFTERGLOW_LISTEN", address)
			}
			if err != nil {
				return fmt.Errorf("listening on %s: %w", address, err)
			}
			return nil
		},
		Loop: func(ctx context.Context, d *run.Deps) error {
			s, err := newServer(d, all)
			if err != nil {
				return errors.Join(err, listener.Close())
			}
			return s.serve(ctx, listener)
		},
	}
}

// server is a running gateway.
type server struct {
	*run.Deps
	services []run.Service
	// doorman is the name of the service that authenticates.
	doorman string
	// secure is true when browsers come by https.
	secure bool
	// cookie is the name of the session cookie.
	cookie string
	// policy is the Content-Security-Policy of every answer.
	policy  string
	origins *http.CrossOriginProtection
	health  *health
	hub     *hub
	metrics *metrics
	// hidden are beginnings of paths after which comes what is not logged.
	hidden []string
	pages  *pages
}

func newServer(d *run.Deps, all []run.Service) (*server, error) {
	s := &server{
		Deps: d, services: all, secure: strings.HasPrefix(d.Config.PublicURL, "https://"),
		cookie: cookieName(d.Config.URL()), origins: http.NewCrossOriginProtection(),
	}
	var images []string
	for _, service := range all {
		if service.Images != nil {
			images = append(images, service.Images(d.Config)...)
		}
		if service.Authenticate != nil {
			s.doorman = service.Name
		}
	}
	s.policy = policyFor(d.Config, images)
	if d.Config.PublicURL != "" {
		if err := s.origins.AddTrustedOrigin(d.Config.PublicURL); err != nil {
			return nil, fmt.Errorf("AFTERGLOW_PUBLIC_URL: %w", err)
		}
	}
	s.health = newHealth(d, all)
	s.metrics = newMetrics(d, s.health)
	s.hub = newHub(d, all, s.metrics, s.health)
	s.metrics.queued(s.hub.queued)
	var err error
	s.pages, err = newPages(webui.Files())
	return s, err
}

// serve answers until the context ends.
func (s *server) serve(ctx context.Context, listener net.Listener) error {
	h := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelDebug),
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := h.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving %s: %w", listener.Addr(), err)
		}
		return nil
	})
	group.Go(func() error { return s.hub.run(ctx) })
	group.Go(func() error { return s.health.run(ctx, s.hub.tellDocument) })
	group.Go(func() error {
		<-ctx.Done()
		waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
		defer cancel()
		s.hub.close()
		if err := h.Shutdown(waiting); err != nil {
			s.Logger.Warn("requests were cut off", "err", err)
			_ = h.Close()
		}
		s.hub.wait()
		return nil
	})
	return group.Wait()
}
