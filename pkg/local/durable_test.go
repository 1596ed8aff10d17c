package local

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
)

// eachLayout tests a folder where the attributes of objects are those of their files, and one where they are
// files of their own, beside them.
func eachLayout(t *testing.T, test func(t *testing.T, dir string, sidecar bool)) {
	t.Helper()
	for name, sidecar := range map[string]bool{"attributes": false, "metadata folder": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if sidecar {
				check(t, os.Mkdir(filepath.Join(dir, "metadata"), 0o700))
			}
			test(t, dir, sidecar)
		})
	}
}

func TestObjectsOfEveryKindAreWritten(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	eachLayout(t, func(t *testing.T, dir string, _ bool) {
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

// A part or an object whose connection breaks off has not arrived.
func TestWhatIsCutIsNotTaken(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	s := startS3(t, t.TempDir(), S3Options{})
	c, err := client(s)
	check(t, err)
	core := minio.Core{Client: c}
	id, err := core.NewMultipartUpload(ctx, s.Bucket, "parts", minio.PutObjectOptions{})
	check(t, err)
	part, err := c.Presign(ctx, "PUT", s.Bucket, "parts", time.Hour, url.Values{"partNumber": {"1"}, "uploadId": {id}})
	check(t, err)
	object, err := c.PresignedPutObject(ctx, s.Bucket, "object", time.Hour)
	check(t, err)
	for _, u := range []*url.URL{part, object} {
		conn, err := net.Dial("tcp", u.Host)
		check(t, err)
		_, err = fmt.Fprintf(conn, "PUT %s HTTP/1.1\r\nHost: %s\r\nContent-Length: 6000000\r\n\r\n%s", u.RequestURI(), u.Host, bytes.Repeat([]byte("half"), 750_000))
		check(t, err)
		check(t, conn.(*net.TCPConn).CloseWrite())
		answer, err := io.ReadAll(conn)
		check(t, err)
		check(t, conn.Close())
		if bytes.HasPrefix(answer, []byte("HTTP/1.1 200")) {
			t.Errorf("half of what was announced for %s was taken", u.Path)
		}
	}
	if arrived, err := core.ListObjectParts(ctx, s.Bucket, "parts", id, 0, 10); err != nil || len(arrived.ObjectParts) != 0 {
		t.Errorf("parts %+v, %v", arrived.ObjectParts, err)
	}
	if _, err := c.StatObject(ctx, s.Bucket, "object", minio.StatObjectOptions{}); err == nil {
		t.Error("the object is there")
	}
}

// An upload in parts that a crash met while it was made one object can be completed after it.
func TestUploadThatWasBeingCompleted(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	eachLayout(t, func(t *testing.T, dir string, sidecar bool) {
		s := startS3(t, dir, S3Options{})
		c, err := client(s)
		check(t, err)
		core := minio.Core{Client: c}
		id, err := core.NewMultipartUpload(ctx, s.Bucket, "parts", minio.PutObjectOptions{})
		check(t, err)
		part, err := core.PutObjectPart(ctx, s.Bucket, "parts", id, 1, strings.NewReader("all of it"), 9, minio.PutObjectPartOptions{DisableContentSha256: true})
		check(t, err)
		s.Stop()
		folders, err := filepath.Glob(filepath.Join(dir, "*", "*", ".sgwtmp", "multipart", "*", id))
		check(t, err)
		if len(folders) == 0 || sidecar != (len(folders) == 2) {
			t.Fatalf("the upload is in %v", folders)
		}
		for _, folder := range folders {
			check(t, os.Rename(folder, folder+".0123456789abcdef-1.inprogress"))
		}
		s = startS3(t, dir, S3Options{})
		c, err = client(s)
		check(t, err)
		core = minio.Core{Client: c}
		_, err = core.CompleteMultipartUpload(ctx, s.Bucket, "parts", id, []minio.CompletePart{{PartNumber: 1, ETag: part.ETag}}, minio.PutObjectOptions{})
		check(t, err)
		if text, err := object(ctx, s, "parts"); err != nil || text != "all of it" {
			t.Errorf("it has %q, %v", text, err)
		}
	})
}
