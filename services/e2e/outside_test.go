package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/local"
)

// startOutside starts PostgreSQL and S3, each as a part.
func (p *platform) startOutside(t testing.TB) *local.S3 {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	var postgres *local.Postgres
	folder := filepath.Join(p.home, "postgres")
	start := func(t testing.TB) {
		t.Helper()
		var err error
		postgres, err = local.StartPostgres(ctx, folder, local.PostgresOptions{Durable: true})
		check(t, err)
	}
	start(t)
	p.database = postgres.URL()
	t.Cleanup(func() { postgres.Stop() })
	p.parts = append(p.parts, part{
		name: "PostgreSQL", supervised: true, start: start,
		kill: func(t testing.TB) { killPostgres(t, folder) },
		stop: func(testing.TB) { postgres.Stop() },
	})

	var objects *local.S3
	stored := filepath.Join(p.home, "s3")
	store := func(t testing.TB) {
		t.Helper()
		var err error
		objects, err = local.StartS3(ctx, stored, local.S3Options{Origins: []string{p.url()}})
		check(t, err)
	}
	store(t)
	t.Cleanup(func() { objects.Stop() })
	p.parts = append(p.parts, part{
		name: "S3", supervised: true, start: store,
		kill: func(t testing.TB) { killS3(t, stored) },
		stop: func(testing.TB) { objects.Stop() },
	})
	return objects
}

// killPostgres kills the PostgreSQL server that works in the folder, and waits until another has taken
// its place.
func killPostgres(t testing.TB, dir string) {
	t.Helper()
	killed, _ := postmaster(t, dir)
	if killed == 0 {
		return // it is just starting again
	}
	_ = syscall.Kill(killed, syscall.SIGKILL) // fails only when it has ended
	poll(t, "PostgreSQL is not started again", func() bool {
		pid, ready := postmaster(t, dir)
		return pid != killed && ready
	})
}

// postmaster is the process that the PostgreSQL server in the folder says it is; zero when there is none.
func postmaster(t testing.TB, dir string) (pid int, ready bool) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if os.IsNotExist(err) {
		return 0, false
	}
	check(t, err)
	lines := strings.Split(string(file), "\n")
	if len(lines) < 8 { // it is being written
		return 0, false
	}
	pid, err = strconv.Atoi(lines[0])
	check(t, err)
	return pid, strings.TrimSpace(lines[7]) == "ready"
}

// killS3 kills the S3 server that works in the folder, and waits until another has taken its place.
func killS3(t testing.TB, dir string) {
	t.Helper()
	killed := s3Server(t, dir)
	if killed == 0 {
		return // it is just starting again
	}
	_ = syscall.Kill(killed, syscall.SIGKILL) // fails only when it has ended
	poll(t, "S3 is not started again", func() bool {
		pid := s3Server(t, dir)
		return pid != 0 && pid != killed
	})
}

// s3Server is the process of the S3 server in the folder; zero when there is none.
func s3Server(t testing.TB, dir string) int {
	t.Helper()
	for pid, about := range running(t) {
		if cwd, _ := os.Readlink(filepath.Join(about, "cwd")); cwd == filepath.Join(dir, "objects") {
			return pid
		}
	}
	return 0
}
