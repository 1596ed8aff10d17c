package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// snapshotTries is how often the logs are copied before a backup gives up.
	snapshotTries = 10
	// pausedFor is how long reactors wait at most when a backup is interrupted.
	pausedFor = 2 * time.Minute
)

// logFile is where a backup has a log, as JetStream's own snapshot.
func logFile(stream string) string { return "logs/" + stream + ".snapshot" }

// copyLogs copies all logs and the live documents, with how far each reactor has come.
//
// A snapshot has a log's messages first and its consumers' states after. If a reactor appended an
// outcome and acknowledged its event in between, a copy would have the event done and no outcome. So
// reactors get nothing new meanwhile, and the logs are copied again when one has acknowledged what it
// was at already.
func (m *manifest) copyLogs(ctx context.Context, nc *nats.Conn, dir string, progress func(done, total uint64)) error {
	js, err := jetstream.New(nc)
	if err != nil {
		return fmt.Errorf("jetstream: %w", err)
	}
	var names []string
	list := js.StreamNames(ctx)
	for name := range list.Name() {
		names = append(names, name)
	}
	if err := list.Err(); err != nil {
		return fmt.Errorf("listing the logs: %w", err)
	}
	slices.Sort(names)
	defer func() { _, _ = eachReactor(context.WithoutCancel(ctx), js, names, resume) }() // ends by itself at the latest
	for range snapshotTries {
		before, err := eachReactor(ctx, js, names, pause)
		if err != nil {
			return err
		}
		m.Logs = nil
		for i, name := range names {
			if err := m.copyLog(ctx, nc, dir, name); err != nil {
				return fmt.Errorf("log %s: %w", name, err)
			}
			progress(uint64(i+1), uint64(len(names)))
		}
		after, err := eachReactor(ctx, js, names, look)
		if err != nil {
			return err
		}
		if slices.Equal(before, after) {
			return nil
		}
	}
	return errors.New("reactors ended work during each copy of the logs; try again when there is less of it, or stop the services meanwhile")
}

func (m *manifest) copyLog(ctx context.Context, nc *nats.Conn, dir, name string) error {
	l := logCopy{Name: name}
	err := m.writeFile(dir, logFile(name), func(w io.Writer) (err error) {
		l.snapshotted, err = takeSnapshot(ctx, nc, name, w)
		return err
	})
	if err != nil {
		return err
	}
	m.Logs = append(m.Logs, l)
	return nil
}

// progressOf is what changes when a reactor acknowledges something.
type progressOf struct {
	reactor string
	floor   uint64
	pending int
}

// eachReactor does something with each durable consumer of the streams, and tells how far all are then.
func eachReactor(ctx context.Context, js jetstream.JetStream, streams []string, do func(context.Context, jetstream.JetStream, string, string) error) ([]progressOf, error) {
	var all []progressOf
	for _, name := range streams {
		stream, err := js.Stream(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("log %s: %w", name, err)
		}
		list := stream.ListConsumers(ctx)
		for info := range list.Info() {
			if info.Config.Durable == "" {
				continue
			}
			if err := do(ctx, js, name, info.Name); err != nil {
				return nil, fmt.Errorf("reactor %s: %w", info.Name, err)
			}
			now, err := stream.Consumer(ctx, info.Name)
			if err != nil {
				return nil, fmt.Errorf("reactor %s: %w", info.Name, err)
			}
			all = append(all, progressOf{info.Name, now.CachedInfo().AckFloor.Consumer, now.CachedInfo().NumAckPending})
		}
		if err := list.Err(); err != nil {
			return nil, fmt.Errorf("log %s: %w", name, err)
		}
	}
	return all, nil
}

func pause(ctx context.Context, js jetstream.JetStream, stream, reactor string) error {
	_, err := js.PauseConsumer(ctx, stream, reactor, time.Now().Add(pausedFor))
	return err
}

func resume(ctx context.Context, js jetstream.JetStream, stream, reactor string) error {
	_, err := js.ResumeConsumer(ctx, stream, reactor)
	return err
}

func look(context.Context, jetstream.JetStream, string, string) error { return nil }

// putLogs makes all logs of a backup, as they were.
func (m *manifest) putLogs(ctx context.Context, nc *nats.Conn, dir string, progress func(done, total uint64)) error {
	for i, l := range m.Logs {
		if err := putLog(ctx, nc, dir, l); err != nil {
			return fmt.Errorf("log %s: %w", l.Name, err)
		}
		progress(uint64(i+1), uint64(len(m.Logs)))
	}
	return nil
}

func putLog(ctx context.Context, nc *nats.Conn, dir string, l logCopy) error {
	file, err := os.Open(filepath.Join(dir, filepath.FromSlash(logFile(l.Name))))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if err := putSnapshot(ctx, nc, l.Name, l.snapshotted, file); err != nil {
		return err
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	stream, err := js.Stream(ctx, l.Name)
	if err != nil {
		return err
	}
	if last := stream.CachedInfo().State.LastSeq; last < l.State.LastSeq {
		return fmt.Errorf("it ends at %d, and did at %d", last, l.State.LastSeq)
	}
	return nil
}
