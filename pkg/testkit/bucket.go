package testkit

import (
	"strings"
	"sync"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// buckets are where the stores of the platforms are, by *blob.Store.
var buckets sync.Map

// Bucket is where the platform's files are, for tests that put something in between.
func Bucket(t testing.TB, p run.Platform) blob.Config {
	t.Helper()
	cfg, ok := buckets.Load(p.Blob)
	if !ok {
		t.Fatal("the store is not that of a platform of the kit")
	}
	return cfg.(blob.Config)
}

// PutPlainly stores a file by a multipart put of minio-go and nothing else, to compare with.
func PutPlainly(t testing.TB, cfg blob.Config, file, key string) {
	t.Helper()
	_, err := plain(t, cfg).FPutObject(t.Context(), cfg.Bucket, key, file, minio.PutObjectOptions{DisableContentSha256: true})
	if err != nil {
		t.Fatal(err)
	}
}

// plain speaks to the bucket as any program would.
func plain(t testing.TB, cfg blob.Config) *minio.Client {
	t.Helper()
	client, err := minio.New(strings.TrimPrefix(cfg.Endpoint, "http://"), &minio.Options{
		Creds: credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""), Region: local.Region,
	})
	if err != nil {
		t.Fatal(err)
	}
	return client
}
