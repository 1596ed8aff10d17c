package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// MaxPayload is the largest event or live document in bytes that the local nats-server takes.
const MaxPayload = 8 << 20

// NATSOptions say how to start nats-server. The zero value but for Dir is a server for tests.
type NATSOptions struct {
	Dir     string // where JetStream keeps its logs
	Listen  string // "host:port", port 0 for any; empty: reachable from this process alone
	Durable bool   // what is acknowledged survives a power cut
}

// NATS is a nats-server with JetStream in this process. A log that met a full disk takes nothing more
// until the server starts again, which it does by itself once there is room.
type NATS struct {
	options server.Options
	broken  chan struct{} // has a value once a log cannot be written
	end     func()        // says that the server is not wanted any more
	done    chan struct{} // closed when it is not started again any more

	mu     sync.Mutex
	server *server.Server
}

// StartNATS starts nats-server and returns when JetStream is ready. A server that listens asks every
// client for a token, made at the first start and part of ClientURL.
func StartNATS(ctx context.Context, o NATSOptions) (*NATS, error) {
	if err := makeFolder(o.Dir); err != nil {
		return nil, err
	}
	n := &NATS{broken: make(chan struct{}, 1), done: make(chan struct{}), options: server.Options{
		ServerName: "afterglow",
		JetStream:  true,
		StoreDir:   filepath.Join(o.Dir, "store"),
		SyncAlways: o.Durable,
		MaxPayload: MaxPayload,
		DontListen: o.Listen == "",
		NoSigs:     true,
	}}
	if o.Listen != "" {
		host, port, err := net.SplitHostPort(o.Listen)
		if err != nil {
			return nil, fmt.Errorf("the address %q for nats-server is not host:port: %w", o.Listen, err)
		}
		number, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("the port of %q for nats-server is not a number from 0 to 65535", o.Listen)
		}
		n.options.Host, n.options.Port = host, int(number)
		if number == 0 {
			n.options.Port = server.RANDOM_PORT
		}
		n.options.Authorization, err = secret(filepath.Join(o.Dir, "token"))
		if err != nil {
			return nil, err
		}
	}
	if err := n.start(ctx); err != nil {
		return nil, err
	}
	lifetime, end := context.WithCancel(context.Background())
	n.end = end
	go n.mend(lifetime)
	return n, nil
}

// mend starts the server again each time a log could not be written and there is room again.
func (n *NATS) mend(ctx context.Context) {
	defer close(n.done)
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.broken:
		}
		if !waitForSpace(ctx.Done(), "nats-server", n.options.StoreDir) {
			return
		}
		select {
		case <-n.broken: // it was said again meanwhile
		default:
		}
		slog.Warn("starting nats-server again, because a log could not be written")
		if err := n.Restart(ctx); err != nil && ctx.Err() == nil {
			slog.Error("nats-server does not start", "err", err)
			n.failed()
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

// failed says that a log cannot be written.
func (n *NATS) failed() {
	select {
	case n.broken <- struct{}{}:
	default:
	}
}

func (n *NATS) start(ctx context.Context) error {
	options := n.options // the server fills in its defaults
	s, err := server.NewServer(&options)
	if err != nil {
		return fmt.Errorf("starting nats-server: %w", err)
	}
	log := &natsLog{failed: n.failed}
	s.SetLoggerV2(log, false, false, false)
	s.Start() // blocks while JetStream recovers
	if !poll(ctx, func() bool { return log.fatal() != "" || s.ReadyForConnections(10*time.Millisecond) }) {
		s.Shutdown()
		s.WaitForShutdown()
		return fmt.Errorf("waiting for nats-server: %w", ctx.Err())
	}
	if !s.JetStreamEnabled() || log.fatal() != "" {
		s.Shutdown()
		s.WaitForShutdown()
		return fmt.Errorf("starting nats-server in %s: %s", n.options.StoreDir, log.fatal())
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if address, ok := s.Addr().(*net.TCPAddr); ok && address != nil {
		n.options.Port = address.Port // the same one after a restart
	}
	n.server = s
	return nil
}

// Connect opens a connection inside this process. It reconnects for ever, also across Restart; more
// options may follow.
func (n *NATS) Connect(options ...nats.Option) (*nats.Conn, error) {
	conn, err := nats.Connect("", append([]nats.Option{
		nats.InProcessServer(n),
		nats.Token(n.options.Authorization),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(50 * time.Millisecond),
		nats.ReconnectJitter(10*time.Millisecond, 10*time.Millisecond),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			slog.Warn("nats connection", "err", err)
		}),
	}, options...)...)
	if err != nil {
		return nil, fmt.Errorf("connecting to nats-server: %w", err)
	}
	return conn, nil
}

// InProcessConn is what nats.InProcessServer asks for: a pipe to the server that runs now.
func (n *NATS) InProcessConn() (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.server == nil {
		return nil, errors.New("nats-server is stopped")
	}
	return n.server.InProcessConn()
}

// ClientURL is where other processes connect, with the token in it; empty when the server does not listen.
func (n *NATS) ClientURL() string {
	if n.options.DontListen {
		return ""
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	host := n.options.Host
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	u := url.URL{Scheme: "nats", User: url.User(n.options.Authorization), Host: net.JoinHostPort(host, strconv.Itoa(n.options.Port))}
	return u.String()
}

// Restart stops the server and starts it again on the same folder and port.
func (n *NATS) Restart(ctx context.Context) error {
	n.shutdown()
	return n.start(ctx)
}

// Stop ends the server and waits until everything is written.
func (n *NATS) Stop() {
	n.end()
	<-n.done
	n.shutdown()
}

func (n *NATS) shutdown() {
	n.mu.Lock()
	s := n.server
	n.server = nil
	n.mu.Unlock()
	if s == nil {
		return
	}
	s.Shutdown()
	s.WaitForShutdown()
}
