package e2e

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// TestLogOutlivesAKillBetweenTwoFiles kills nats-server when it has just begun a new file for a log, before
// anything is in it. It goes on in the file before, in which everything still has to be read.
func TestLogOutlivesAKillBetweenTwoFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	nodes := startCluster(t, dir, 1)
	nc, err := nats.Connect(nodes.url(), nats.MaxReconnects(-1))
	check(t, err)
	t.Cleanup(nc.Close)
	logs, err := es.Open(soon(t), nc, slog.New(slog.NewTextHandler(t.Output(), nil)))
	check(t, err)
	var written []string
	write := func(title string) {
		t.Helper()
		id := es.NewID()
		_, err := logs.Append(soon(t), "owner", events.StreamCreated{Stream: id, Title: title})
		check(t, err)
		written = append(written, id)
	}
	var files []string
	long := strings.Repeat("An evening ", 50_000)
	for len(files) < 2 {
		write(long)
		files, err = filepath.Glob(filepath.Join(dir, "n1", "jetstream", "AFTERGLOW", "streams", "FACTS", "msgs", "*.blk"))
		check(t, err)
	}
	nodes[0].stop(t) // whatever it does with a file that is full is done
	check(t, os.Truncate(files[1], 0))
	check(t, os.Remove(filepath.Join(filepath.Dir(files[0]), "index.db")))
	written = written[:len(written)-1]
	again := func() {
		nodes[0].start(t)
		nodes[0].waitHealthy(t)
	}
	again()
	nodes[0].stop(t)
	again()
	write("The last one")
	nodes[0].stop(t)
	again()
	read := map[string]bool{}
	end, err := logs.Last(soon(t), events.Facts.Name)
	check(t, err)
	check(t, logs.Tail(soon(t), events.Facts, es.TailFrom{Until: end}, func(e es.Event) error {
		read[e.AggregateID] = true
		return nil
	}))
	for i, id := range written {
		if !read[id] {
			t.Errorf("event %d of %d cannot be read", i+1, len(written))
		}
	}
}
