// Package testkit gives every test real parts of its own: a nats-server, a PostgreSQL database and
// an S3 bucket. A part that is missing on the machine fails the test; nothing is skipped.
package testkit

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"

	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// shared are the servers that all tests of one process use, each with a part of its own there.
type shared struct {
	dir      string
	postgres *local.Postgres
	s3       *local.S3
}

var (
	tests  atomic.Int64
	folder string
	start  = sync.OnceValues(func() (*shared, error) {
		s := &shared{dir: folder}
		var err error
		ctx := context.Background()
		if s.postgres, err = local.StartPostgres(ctx, filepath.Join(folder, "postgres"), local.PostgresOptions{}); err != nil {
			return nil, err
		}
		if s.s3, err = local.StartS3(ctx, filepath.Join(folder, "s3"), local.S3Options{}); err != nil {
			return nil, err
		}
		return s, nil
	})
)

// Main is the TestMain of every package that uses the kit: it runs the tests, stops and removes what
// they started, and fails when a goroutine is left.
func Main(m *testing.M) {
	local.ServeS3IfAsked()
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	if folder, err = os.MkdirTemp("", "afterglow-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	code := m.Run()
	if tests.Load() > 0 {
		if s, err := start(); err == nil {
			s.postgres.Stop()
			s.s3.Stop()
		}
	}
	if err := leaked(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// Platform is everything that services run on, private to the test.
func Platform(t testing.TB) run.Platform {
	t.Helper()
	if folder == "" {
		t.Fatal("the package has no TestMain that calls testkit.Main")
	}
	number := tests.Add(1)
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	logger := Logger(t)
	name := fmt.Sprintf("test%d", number)
	p := run.Platform{DatabaseURL: s.database(t, name), Work: t.TempDir(), Logger: logger, Version: "v0.0.0"}
	p.Config = run.Config{SecretKey: []byte("thirty-two bytes for every test."), ChatRetention: 30 * 24 * time.Hour}
	bucket := s.bucket(t, name)
	p.Blob, err = blob.Open(ctx, bucket)
	if err != nil {
		t.Fatal(err)
	}
	buckets.Store(p.Blob, bucket)
	p.Logs = logs(t, local.NATSOptions{Dir: t.TempDir()})
	return p
}

// logs are those of a nats-server of their own.
func logs(t testing.TB, o local.NATSOptions) *es.Conn {
	t.Helper()
	server, err := local.StartNATS(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	nc, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	logs, err := es.Open(t.Context(), nc, Logger(t))
	if err != nil {
		t.Fatal(err)
	}
	return logs
}

// database makes a database from a template that has the extensions.
func (s *shared) database(t testing.TB, name string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), strings.Replace(s.postgres.URL(), "/afterglow?", "/postgres?", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), "create database "+name+" template afterglow"); err != nil {
		t.Fatal(err)
	}
	return strings.Replace(s.postgres.URL(), "/afterglow?", "/"+name+"?", 1)
}

func (s *shared) bucket(t testing.TB, name string) blob.Config {
	t.Helper()
	cfg := blob.Config{Endpoint: "http://" + s.s3.Endpoint(), Bucket: name, AccessKey: s.s3.AccessKey, SecretKey: s.s3.SecretKey}
	if err := plain(t, cfg).MakeBucket(t.Context(), name, minio.MakeBucketOptions{Region: local.Region}); err != nil {
		t.Fatal(err)
	}
	return cfg
}

// Logger writes to the test's own output.
func Logger(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelInfo}))
}
