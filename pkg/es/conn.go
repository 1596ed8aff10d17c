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
	nc      *nats.Conn
	js      jetstream.JetStream
	live    jetstream.KeyValue
	log     *slog.Logger
	streams map[string]jetstream.Stream
	// identities tell a log from one of the same name that was made anew.
	identities map[string]string
	closed     chan struct{}
}

// Open makes sure that all logs are there as events.Logs declares them, and gives access to them.
func Open(ctx context.Context, nc *nats.Conn, logger *slog.Logger) (*Conn, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("jetstream: %w", err)
	}
	c := &Conn{nc: nc, js: js, log: logger, streams: map[string]jetstream.Stream{}, identities: map[string]string{}, closed: make(chan struct{})}
	ended := nc.StatusChanged(nats.CLOSED)
	go func() {
		for range ended { // ends with the connection
			break
		}
		close(c.closed)
	}()
	for _, log := range events.Logs() {
		if err := c.ensure(ctx, log); err != nil {
			return nil, fmt.Errorf("log %s: %w", log.Name, err)
		}
	}
	c.live, err = js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: liveBucket, Description: "live documents: the current value of one thing, as the tables say", History: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("live documents: %w", err)
	}
	return c, nil
}

// Closed is closed when the connection has ended for good, which no call can mend.
func (c *Conn) Closed() <-chan struct{} { return c.closed }

// NATS is the connection underneath, for pkg/api.
func (c *Conn) NATS() *nats.Conn { return c.nc }

// Config is the JetStream configuration of a log, as the NATS CLI reads it too.
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
		Compression: jetstream.S2Compression,
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
	stream, err := c.js.Stream(ctx, log.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		cfg.Metadata = map[string]string{identityKey: NewID()}
		stream, err = c.js.CreateStream(ctx, cfg)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // another process was quicker
			stream, err = c.js.Stream(ctx, log.Name)
		}
	} else if err == nil {
		cfg.Metadata = stream.CachedInfo().Config.Metadata
		cfg.Replicas = stream.CachedInfo().Config.Replicas
		stream, err = c.js.UpdateStream(ctx, cfg)
	}
	if err != nil {
		return err
	}
	c.streams[log.Name] = stream
	c.identities[log.Name] = stream.CachedInfo().Config.Metadata[identityKey]
	return nil
}

func (c *Conn) stream(log string) (jetstream.Stream, error) {
	stream, ok := c.streams[log]
	if !ok {
		return nil, fault.New(fault.NotFound, "no log %s", log)
	}
	return stream, nil
}

// Last is the sequence of the newest event on a log; zero when it is empty.
func (c *Conn) Last(ctx context.Context, log string) (uint64, error) {
	stream, err := c.stream(log)
	if err != nil {
		return 0, err
	}
	info, err := stream.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("log %s: %w", log, err)
	}
	return info.State.LastSeq, nil
}

// NewID makes an id that sorts by time: a ULID.
func NewID() string {
	return ulid.MustNew(ulid.Timestamp(time.Now()), rand.Reader).String()
}
