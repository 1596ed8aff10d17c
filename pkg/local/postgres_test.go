package local

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

func startPostgres(t *testing.T, dir string) *Postgres {
	t.Helper()
	p, err := StartPostgres(soon(t), dir, PostgresOptions{})
	check(t, err)
	t.Cleanup(p.Stop)
	return p
}

func TestHalfMadeClusterIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	check(t, os.MkdirAll(filepath.Join(dir, "data.new", "base"), 0o700))
	check(t, os.WriteFile(filepath.Join(dir, "data.new", "PG_VERSION"), []byte("15\n"), 0o600))
	startPostgres(t, dir)
	if _, err := os.Stat(filepath.Join(dir, "data.new")); !os.IsNotExist(err) {
		t.Errorf("the half-made cluster is still there: %v", err)
	}
}

func TestPostmasterFileOfAnotherProcessDoesNotStopTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startPostgres(t, dir).Stop()
	// Process 1 lives, and is no PostgreSQL.
	check(t, os.WriteFile(filepath.Join(dir, "data", "postmaster.pid"), []byte("1\n/old\n1\n5432\n"), 0o600))
	startPostgres(t, dir)
}

func TestPostgresWithSocketNameTooLong(t *testing.T) {
	t.Parallel()
	startPostgres(t, filepath.Join(t.TempDir(), strings.Repeat("long", 30)))
}

func TestFolderNamesThatAnAddressCannotHold(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"with space", "a+b", "100%", "one,two", "what?&host=x#"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			startPostgres(t, filepath.Join(t.TempDir(), name))
		})
	}
}

func TestServerThatIsReadyButNotThere(t *testing.T) {
	t.Parallel()
	p := startPostgres(t, t.TempDir())
	elsewhere := &Postgres{child: p.child, data: p.data, socket: t.TempDir(), patience: 1}
	_, err := elsewhere.connect(soon(t), postgresDatabase)
	if err == nil || !strings.Contains(err.Error(), "says that it is ready, but cannot be reached at "+elsewhere.socket) {
		t.Errorf("a server that is not where it should be says %v", err)
	}
}

func TestInitdbOnAFullDisk(t *testing.T) {
	t.Parallel()
	err := new(cluster).initdb(soon(t), exec.Command("dd", "if=/dev/zero", "of=/dev/full", "count=1"))
	if err == nil || !strings.HasPrefix(err.Error(), "the disk is full") || !strings.Contains(err.Error(), "No space left on device") {
		t.Errorf("a full disk says %v", err)
	}
}

func TestInitdbThatIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(soon(t))
	marks := t.TempDir()
	began, ended := filepath.Join(marks, "began"), filepath.Join(marks, "ended")
	script := `trap 'sleep 0.1; touch "$1"; exit 1' TERM; touch "$0"; while :; do sleep 0.01; done`
	there := func(name string) bool { _, err := os.Stat(name); return err == nil }
	go func() {
		poll(ctx, func() bool { return there(began) })
		cancel()
	}()
	err := new(cluster).initdb(ctx, exec.Command("sh", "-c", script, began, ended))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted initdb says %v", err)
	}
	if !there(ended) {
		t.Error("initdb was killed before it could end in order")
	}
}

func TestKilledPostgresIsStartedAgain(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	p := startPostgres(t, t.TempDir())
	before := p.PID()
	check(t, syscall.Kill(before, syscall.SIGKILL))
	if !poll(ctx, func() bool { return p.PID() != before && answers(ctx, p) }) {
		t.Fatal("no answer after the kill")
	}
	p.Stop()
	<-p.Done()
}

func answers(ctx context.Context, p *Postgres) bool {
	conn, err := pgx.Connect(ctx, p.URL())
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

func TestPostgresOfAnotherVersion(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	check(t, os.Mkdir(filepath.Join(dir, "data"), 0o700))
	check(t, os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("9\n"), 0o600))
	_, err := StartPostgres(soon(t), dir, PostgresOptions{})
	if err == nil || !strings.Contains(err.Error(), "written by PostgreSQL 9, which is not installed") {
		t.Errorf("a cluster of version 9 says %v", err)
	}
}

func TestPostgresThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startPostgres(t, dir).Stop()
	check(t, os.RemoveAll(filepath.Join(dir, "data", "global")))
	_, err := StartPostgres(soon(t), dir, PostgresOptions{})
	if err == nil || !strings.Contains(err.Error(), "global/pg_control") {
		t.Errorf("a broken cluster says %v", err)
	}
}
