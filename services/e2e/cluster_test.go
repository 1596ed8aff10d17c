package e2e

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// openCluster starts three nodes, and opens their logs over the first one.
func openCluster(t *testing.T) (cluster, *es.Conn) {
	t.Helper()
	nodes := startCluster(t, t.TempDir(), 3)
	nc, err := nats.Connect(nodes[:1].url(), nats.IgnoreDiscoveredServers(), nats.MaxReconnects(-1))
	check(t, err)
	t.Cleanup(nc.Close)
	logs, err := es.Open(soon(t), nc, slog.New(slog.NewTextHandler(t.Output(), nil)), es.Replicas(len(nodes)))
	check(t, err)
	return nodes, logs
}

// pause lets nodes stand still until what it answers is called.
func (c cluster) pause(t *testing.T) (goOn func()) {
	t.Helper()
	signal := func(s syscall.Signal) {
		for _, n := range c {
			check(t, n.cmd.Process.Signal(s))
		}
	}
	goOn = sync.OnceFunc(func() { signal(syscall.SIGCONT) })
	t.Cleanup(goOn) // they could not be stopped else
	signal(syscall.SIGSTOP)
	return goOn
}

// TestReactorWaitsForALeader starts a reactor while most nodes of a cluster stand still.
func TestReactorWaitsForALeader(t *testing.T) {
	t.Parallel()
	nodes, logs := openCluster(t)
	goOn := nodes[1:].pause(t)
	handled, ended := make(chan string, 1), make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		ended <- es.RunReactor(ctx, logs, es.Reactor[struct{}]{Name: "e2e-wait", Doc: "waits", Quiet: true, Handle: []es.Handler[struct{}]{
			es.On(func(_ context.Context, _ struct{}, e events.StreamCreated, _ es.Meta) error {
				handled <- e.Stream
				return nil
			}),
		}}, struct{}{})
	}()
	// The reactor began to ask before this does, and gets no answer either.
	asking, cancel := context.WithTimeout(soon(t), 6*time.Second)
	defer cancel()
	if _, err := logs.Append(asking, "owner", events.StreamCreated{Stream: es.NewID(), Title: "Perhaps"}); err == nil {
		t.Error("a log without a leader takes an event")
	}
	goOn()
	id := es.NewID()
	_, err := logs.Append(soon(t), "owner", events.StreamCreated{Stream: id, Title: "An evening"})
	check(t, err)
	for got := ""; got != id; {
		select {
		case err := <-ended:
			t.Fatalf("the reactor has ended: %v", err)
		case got = <-handled:
		}
	}
	stop()
	check(t, <-ended)
}

// TestClusterIsReadToItsEnd lets many read a log up to what was just written while a node of the cluster
// catches up with it, the node that some of them are given.
func TestClusterIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	nodes, logs := openCluster(t)
	behind := nodes[1:2]
	if behind[0] == nodes.leader(t, events.Facts.Name) {
		behind = nodes[2:]
	}
	var short atomic.Int64
	for range 5 {
		goOn := behind.pause(t)
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
		goOn()
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
