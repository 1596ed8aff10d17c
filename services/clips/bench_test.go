package clips_test

import (
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

var uploadBytes = flag.Int64("upload", 2<<30, "how large the file is that BenchmarkUpload sends, in bytes")

// BenchmarkUpload sends a file as the page does: announced, three parts at a time, completed and with that
// hashed; and puts the same file into the same object store by minio-go alone.
func BenchmarkUpload(b *testing.B) {
	p := testkit.Platform(b)
	s := testkit.Start(b, p, idle())
	bucket := testkit.Bucket(b, p)
	file := filepath.Join(b.TempDir(), "recording.mkv")
	fill(b, file, *uploadBytes)
	var whole, plain, checking time.Duration
	for b.Loop() {
		began := time.Now()
		testkit.PutPlainly(b, bucket, file, "plain")
		plain += time.Since(began)
		remove(b, s, "plain")

		began = time.Now()
		up := sendParts(b, s, file)
		sent := time.Now()
		var c clips.Clip
		if _, err := s.Call(b, ours, "POST /api/uploads/{upload}/complete", testkit.Params("upload", up.ID), &c); err != nil {
			b.Fatal(err)
		}
		checking += time.Since(sent)
		whole += time.Since(began)
		remove(b, s, "ours/sources/"+up.ID+"/source")
		fill(b, file, 64) // another content
	}
	b.ReportMetric(plain.Seconds()/float64(b.N), "plain-s")
	b.ReportMetric(whole.Seconds()/float64(b.N), "ours-s")
	b.ReportMetric(checking.Seconds()/float64(b.N), "checking-s")
	b.ReportMetric(plain.Seconds()/whole.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}

// fill writes random bytes to the beginning of a file.
func fill(b *testing.B, name string, size int64) {
	b.Helper()
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.CopyN(f, rand.Reader, size); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

func remove(b *testing.B, s *testkit.System, key string) {
	b.Helper()
	if err := s.Blob.Remove(b.Context(), key); err != nil {
		b.Fatal(err)
	}
}

func sendParts(b *testing.B, s *testkit.System, file string) clips.Upload {
	b.Helper()
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var up clips.Upload
	if _, err := s.Call(b, ours, "POST /api/uploads", testkit.Body(map[string]any{"name": "a.mkv", "size": *uploadBytes}), &up); err != nil {
		b.Fatal(err)
	}
	var group errgroup.Group
	group.SetLimit(3)
	for _, part := range up.Parts {
		group.Go(func() error {
			from := int64(part.Number-1) * up.PartSize
			size := min(up.PartSize, up.Size-from)
			req, err := http.NewRequestWithContext(b.Context(), http.MethodPut, part.URL, io.NewSectionReader(f, from, size))
			if err != nil {
				return err
			}
			req.ContentLength = size
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return err
			}
			if res.StatusCode != http.StatusOK {
				return fmt.Errorf("part %d: %s", part.Number, res.Status)
			}
			return res.Body.Close()
		})
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	return up
}
