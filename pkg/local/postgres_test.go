package local

import (
	"context"
	"os"
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
