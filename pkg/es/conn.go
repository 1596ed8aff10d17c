// Package es is the event store kit: Append writes facts to the logs, Project folds them into
// tables, React does something outside because of them, and Live shows what the tables say to
// browsers. It hides JetStream: besides pkg/api and the programs that start a server, nothing
// else speaks it.
package es

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/oklog/ulid/v2"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// liveBucket is the NATS KV bucket of the live documents.
const liveBucket = "LIVE"

// Conn speaks to the logs and to the live documents.
type Conn struct {
	nc     *nats.Conn
	js     jetstream.JetStream
	live   jetstream.KeyValue
	log    *slog.Logger
	closed chan struct{}
	// committers write to the logs that are synced.
	committers map[string]*committer
	// replicas of everything that is stored; zero leaves them as they are.
	replicas int
	// retention of the logs about persons; zero leaves it.
	retention time.Duration

	// appended counts the events that this process has appended.
	appended atomic.Uint64

	mu      sync.RWMutex
	streams map[string]jetstream.Stream
	// ids are the identities that they had when they were asked for.
	ids map[string]string
}

// Setup changes how Open makes what is stored.
type Setup func(*Conn)

// Replicas is how many servers of a cluster keep each log and the live documents: 1, 3 or 5. Without
// it, or with zero, what is there stays as it is, and what is made is kept by one.
func Replicas(count int) Setup { return func(c *Conn) { c.replicas = count } }

// deletionLag is how much longer the log keeps what the tables have forgotten, so that a replay never has
// less than they.
const deletionLag = 48 * time.Hour

// Retention is how long the tables keep what is about persons; the log keeps it for two days more. Without
// it, or with zero, what is there stays as it is, and what is made keeps as long as its log declares.
func Retention(keep time.Duration) Setup {
	return func(c *Conn) {
		if keep > 0 {
			c.retention = keep + deletionLag
		}
	}
}

// Open makes sure that all logs are there as events.Logs declares them, and gives access to them.
func Open(ctx context.Context, nc *nats.Conn, logger *slog.Logger, setup ...Setup) (*Conn, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("jetstream: %w", err)
	}
	c := &Conn{nc: nc, js: js, log: logger, streams: map[string]jetstream.Stream{}, ids: map[string]string{}, committers: map[string]*committer{}, closed: make(chan struct{})}
	for _, set := range setup {
		set(c)
	}
	ended := nc.StatusChanged(nats.CLOSED)
	go func() {
		for range ended { // ends with the connection
			break
		}
		close(c.closed)
	}()
	for _, log := range events.Logs() {
		c.committers[log.Name] = &committer{conn: c}
		if err := answered(ctx, func() error { return c.ensure(ctx, log) }, jetstream.ErrStreamNotFound); err != nil {
			return nil, fmt.Errorf("log %s: %w", log.Name, err)
		}
	}
	if err := answered(ctx, func() error { return c.ensureLive(ctx) }, jetstream.ErrStreamNotFound); err != nil {
		return nil, fmt.Errorf("live documents: %w", err)
	}
	return c, nil
}

// noPeers, notLeader and streamOffline are what JetStream answers while a cluster is not whole, besides its
// answers of the code 503.
const noPeers, notLeader, streamOffline = 10005, 10009, 10118

// unavailable tells whether JetStream itself says that it cannot do something at the moment.
func unavailable(err error) bool {
	api := (*jetstream.APIError)(nil)
	return errors.As(err, &api) && (api.Code == http.StatusServiceUnavailable || slices.Contains([]jetstream.ErrorCode{noPeers, notLeader, streamOffline}, api.ErrorCode))
}

// askAgain is how long it is waited before something unsettled is asked again.
const askAgain = 100 * time.Millisecond

// unsettled tells whether an error is one of a cluster that has no leader at the moment, or not enough
// nodes, as while it starts or after it has lost a node.
func unsettled(err error) bool {
	return unavailable(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrNoResponders) ||
		errors.Is(err, jetstream.ErrNoStreamResponse)
}

// answered asks again for a minute while the answer is unsettled, or one of those that will change too.
func answered(ctx context.Context, question func() error, too ...error) error {
	for end := time.Now().Add(time.Minute); ; {
		err := question()
		changes := unsettled(err) || slices.ContainsFunc(too, func(one error) bool { return errors.Is(err, one) })
		if !changes || ctx.Err() != nil || time.Now().After(end) {
			return unanswered(ctx, err)
		}
		pause(ctx, askAgain)
	}
}

// Closed is closed when the connection has ended for good, which no call can mend.
func (c *Conn) Closed() <-chan struct{} { return c.closed }

// Appended is how many events this process has appended since it started.
func (c *Conn) Appended() uint64 { return c.appended.Load() }

// NATS is the connection underneath, for pkg/api.
func (c *Conn) NATS() *nats.Conn { return c.nc }

// Config is the JetStream configuration of a log, as the NATS CLI reads it too. Logs are not compressed: killed
// when a new file has just begun, nats-server 2.15 goes on in the compressed one before, and can read neither
// what was in it nor what it adds.
func Config(log events.Log) jetstream.StreamConfig {
	cfg := jetstream.StreamConfig{
		Name:        log.Name,
		Description: log.Doc,
		Subjects:    append([]string{log.Prefix + ".>"}, log.Extra...),
		Storage:     jetstream.FileStorage,
		Retention:   jetstream.LimitsPolicy,
		Discard:     jetstream.DiscardOld,
		MaxAge:      log.Keep,
		Duplicates:  log.Window,
		Replicas:    1,
		MaxMsgs:     -1, MaxBytes: -1, MaxMsgSize: -1, MaxMsgsPerSubject: -1, MaxConsumers: -1,
		AllowDirect: true,
	}
	cfg.AllowMsgSchedules, cfg.AllowMsgTTL = log.Scheduled, log.Scheduled
	if log.Volatile {
		cfg.PersistMode = jetstream.AsyncPersistMode
	} else {
		cfg.AllowAtomicPublish = true
	}
	return cfg
}

const identityKey = "incarnation"

func (c *Conn) ensure(ctx context.Context, log events.Log) error {
	cfg := Config(log)
	if log.Personal && c.retention > 0 {
		cfg.MaxAge = c.retention
	}
	stream, err := c.js.Stream(ctx, log.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		cfg.Metadata = map[string]string{identityKey: NewID()}
		if cfg.Replicas = max(c.replicas, 1); cfg.Replicas > 1 {
			cfg.PersistMode = jetstream.DefaultPersistMode // the other one is for a single server
		}
		cfg.AllowDirect = cfg.Replicas == 1 // a replica may be behind: what was just written is read from the leader
		stream, err = c.js.CreateStream(ctx, cfg)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another process was quicker
			stream, err = c.js.Stream(ctx, log.Name)
		}
	} else if err == nil {
		now := stream.CachedInfo().Config
		cfg.Metadata, cfg.Replicas, cfg.PersistMode = now.Metadata, now.Replicas, now.PersistMode
		if log.Personal && c.retention == 0 {
			cfg.MaxAge = now.MaxAge
		}
		if c.replicas > 0 && cfg.PersistMode == jetstream.DefaultPersistMode {
			cfg.Replicas = c.replicas
		}
		cfg.AllowDirect = cfg.Replicas == 1
		stream, err = c.js.UpdateStream(ctx, cfg)
	}
	if err != nil {
		return err
	}
	c.keep(stream)
	return nil
}

func (c *Conn) ensureLive(ctx context.Context) error {
	replicas := max(c.replicas, 1)
	if c.replicas == 0 {
		stream, err := c.js.Stream(ctx, "KV_"+liveBucket)
		if err == nil {
			replicas = stream.CachedInfo().Config.Replicas
		} else if !errors.Is(err, jetstream.ErrStreamNotFound) {
			return err
		}
	}
	var err error
	c.live, err = c.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: liveBucket, Description: "live documents: the current value of one thing, as the tables say", History: 1,
		Replicas: replicas,
	})
	return err
}

func (c *Conn) keep(stream jetstream.Stream) {
	name, id := stream.CachedInfo().Config.Name, identityOf(stream)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.streams[name], c.ids[name] = patient{stream}, id
}

func (c *Conn) stream(log string) (jetstream.Stream, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	stream, ok := c.streams[log]
	if !ok {
		return nil, fault.New(fault.NotFound, "no log %s", log)
	}
	return stream, nil
}

func identityOf(stream jetstream.Stream) string {
	info := stream.CachedInfo()
	if id := info.Config.Metadata[identityKey]; id != "" {
		return id
	}
	return info.Created.UTC().Format(time.RFC3339Nano)
}

// known is the identity that a log had when it was last asked for; empty when it never was.
func (c *Conn) known(log string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.ids[log]
}

// clearedAway is how long a server may take to remove the files of a log that was deleted. A log of that name
// that is made before loses its own files with them.
const clearedAway = time.Second

// identities tell logs from others of the same name that were made anew. A log that has gone is made
// again.
func (c *Conn) identities(ctx context.Context, logs []string) (map[string]string, error) {
	all := map[string]string{}
	for _, name := range logs {
		stream, err := c.js.Stream(ctx, name)
		if errors.Is(err, jetstream.ErrStreamNotFound) {
			c.log.Error("log has gone, an empty one takes its place", "log", name)
			log, _ := events.LogNamed(name)
			pause(ctx, clearedAway)
			err = c.ensure(ctx, log)
		} else if err == nil {
			c.keep(stream)
		}
		if err != nil {
			return nil, fmt.Errorf("log %s: %w", name, unanswered(ctx, err))
		}
		all[name] = c.known(name)
	}
	return all, nil
}

// Last is the sequence of the newest message that a log still keeps; zero when it keeps none. Whoever
// reads the log to its end comes there. Without a deadline it waits a minute for a cluster that has no leader.
func (c *Conn) Last(ctx context.Context, log string) (last uint64, err error) {
	if _, limited := ctx.Deadline(); limited {
		return c.last(ctx, log)
	}
	err = answered(ctx, func() error {
		last, err = c.last(ctx, log)
		return err
	})
	return last, err
}

func (c *Conn) last(ctx context.Context, log string) (uint64, error) {
	stream, err := c.stream(log)
	if err != nil {
		return 0, err
	}
	info, err := stream.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("log %s: %w", log, err)
	}
	switch {
	case info.State.Msgs == 0:
		return 0, nil
	case info.State.NumDeleted == 0:
		return info.State.LastSeq, nil
	}
	declared, _ := events.LogNamed(log)
	last, err := c.lastOf(ctx, log, declared.Prefix+".>") // the newest ones may have been taken away
	if err != nil {
		return 0, fmt.Errorf("log %s: %w", log, err)
	}
	return sequenceOf(last), nil
}

// NewID makes an id that sorts by time: a ULID.
func NewID() string {
	return ulid.MustNew(ulid.Timestamp(time.Now()), rand.Reader).String()
}
