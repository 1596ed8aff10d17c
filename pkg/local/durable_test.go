package local

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/minio/minio-go/v7"
)

func TestObjectsOfEveryKindAreWritten(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	for name, sidecar := range map[string]bool{"attributes": false, "metadata folder": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if sidecar {
				check(t, os.Mkdir(filepath.Join(dir, "metadata"), 0o700))
			}
			s := startS3(t, dir, S3Options{})
			c, err := client(s)
			check(t, err)
			check(t, putObject(ctx, s, "a/b/whole", "kept"))
			_, err = c.CopyObject(ctx, minio.CopyDestOptions{Bucket: s.Bucket, Object: "c/copied"}, minio.CopySrcOptions{Bucket: s.Bucket, Object: "a/b/whole"})
			check(t, err)
			large := bytes.Repeat([]byte("in parts "), 1<<20)
			_, err = c.PutObject(ctx, s.Bucket, "d/parts", bytes.NewReader(large), int64(len(large)),
				minio.PutObjectOptions{PartSize: 5 << 20, DisableContentSha256: true, SendContentMd5: true})
			check(t, err)
			for key, want := range map[string]string{"a/b/whole": "kept", "c/copied": "kept", "d/parts": string(large)} {
				if text, err := object(ctx, s, key); err != nil || text != want {
					t.Errorf("%s has %d bytes, want %d: %v", key, len(text), len(want), err)
				}
			}
		})
	}
}

// What cannot be written to the disk is not acknowledged.
func TestObjectThatIsNotWritten(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	d := durable{folders: []string{root}}
	check(t, os.MkdirAll(filepath.Join(root, "bucket", "a"), 0o700))
	check(t, os.WriteFile(filepath.Join(root, "bucket", "a", "object"), nil, 0o600))
	check(t, d.written(nil, "bucket", "a/object"))
	check(t, d.written(nil, "bucket", "a/gone")) // removed by somebody else since
	failed := errors.New("no")
	if err := d.written(failed, "bucket", "a/object"); !errors.Is(err, failed) {
		t.Errorf("an object that was not stored says %v", err)
	}
	check(t, os.Symlink("/proc/self/mem", filepath.Join(root, "bucket", "a", "refuses"))) // fsync refuses it
	if err := d.written(nil, "bucket", "a/refuses"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an object that cannot be written says %v", err)
	}
}
