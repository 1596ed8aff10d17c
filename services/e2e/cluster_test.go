package e2e

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// TestClusterIsReadToItsEnd lets many read a log up to what was just written while a node of the cluster
// catches up with it, the node that some of them are given.
func TestClusterIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	nodes := startCluster(t, t.TempDir(), 3)
	nc, err := nats.Connect(nodes.url(), nats.MaxReconnects(-1))
	check(t, err)
	t.Cleanup(nc.Close)
	logs, err := es.Open(soon(t), nc, slog.New(slog.NewTextHandler(t.Output(), nil)), es.Replicas(len(nodes)))
	check(t, err)
	leader := nodes.leader(t, events.Facts.Name)
	behind := nodes[0]
	if behind == leader {
		behind = nodes[1]
	}
	t.Cleanup(func() { _ = behind.cmd.Process.Signal(syscall.SIGCONT) }) // it could not be stopped else
	var short atomic.Int64
	for range 5 {
		check(t, behind.cmd.Process.Signal(syscall.SIGSTOP))
		var writing sync.WaitGroup
		for range 64 {
			writing.Go(func() {
				for range 50 {
					if _, err := logs.Append(soon(t), "owner", events.StreamCreated{Stream: es.NewID(), Title: "An evening"}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		writing.Wait()
		last, err := logs.Append(soon(t), "owner", events.StreamCreated{Stream: es.NewID(), Title: "The last one"})
		check(t, err)
		check(t, behind.cmd.Process.Signal(syscall.SIGCONT))
		var reading sync.WaitGroup
		for range 16 {
			reading.Go(func() {
				var end uint64
				err := logs.Tail(soon(t), events.Facts, es.TailFrom{After: last.Seq - 1000, Until: last.Seq}, func(e es.Event) error {
					end = e.Seq
					return nil
				})
				if err != nil {
					t.Error(err)
				}
				if end != last.Seq {
					short.Add(1)
				}
			})
		}
		reading.Wait()
	}
	if n := short.Load(); n > 0 {
		t.Errorf("%d of 80 readers ended before the end", n)
	}
}
