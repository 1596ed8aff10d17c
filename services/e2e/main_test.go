// Package e2e runs whole scenarios against the real binary, from outside: through its command line,
// HTTP and websockets. The same scenarios hold for one process with everything inside and for many
// processes, one for each service. It hides how the two are started and stopped.
package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/media"
)

var (
	// folder is removed after the tests.
	folder string
	// afterglow is the program that is tested, natsServer the one that keeps its logs in production.
	afterglow, natsServer string
)

func TestMain(m *testing.M) {
	local.ServeS3IfAsked()
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	if folder, err = os.MkdirTemp("", "afterglow-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	afterglow, natsServer = filepath.Join(folder, "afterglow"), filepath.Join(folder, "nats-server")
	if said, err := exec.Command("go", "build", "-o", folder, "../cmd/afterglow", "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the programs: %v\n%s", err, said)
		return 1
	}
	return m.Run()
}

// soon is a context in which everything that waits has to come to its end, also on a machine that has much
// else to do.
func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 5*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var sampling sync.Mutex

// sample is a recording of so many seconds; each length is another content.
func sample(t testing.TB, seconds int) string {
	t.Helper()
	sampling.Lock()
	defer sampling.Unlock()
	file := filepath.Join(folder, fmt.Sprintf("sample-%d.mp4", seconds))
	if _, err := os.Stat(file); err != nil {
		check(t, media.Sample(t.Context(), file, seconds))
	}
	return file
}

// write makes a file of the test's own.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	check(t, os.WriteFile(file, content, 0o600))
	return file
}
