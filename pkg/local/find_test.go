package local

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestServersAreFound(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), strings.Repeat("long", 30))} {
		startPostgres(t, dir)
		address, err := PostgresURL(dir)
		check(t, err)
		conn, err := pgx.Connect(ctx, address)
		check(t, err)
		check(t, conn.Close(context.WithoutCancel(ctx)))
	}
	dir := t.TempDir()
	s := startS3(t, dir, S3Options{Listen: "0.0.0.0:0"})
	found, err := FindS3(dir)
	check(t, err)
	if want := (S3Access{s.Endpoint(), s.Bucket, s.AccessKey, s.SecretKey}); found != want {
		t.Errorf("found %+v, want %+v", found, want)
	}
	if _, err := PostgresURL(t.TempDir()); err == nil {
		t.Error("PostgreSQL was found where there is none")
	}
	if _, err := FindS3(t.TempDir()); err == nil {
		t.Error("S3 was found where there is none")
	}
	if version, vector, err := PostgresPrograms(); err != nil || !vector || !strings.Contains(version, "PostgreSQL") {
		t.Errorf("PostgreSQL is %q, with pgvector %v, %v", version, vector, err)
	}
}
