package local

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/versity/versitygw/backend"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// durable is versitygw's backend over plain files that acknowledges what is put only once all of it is
// on the disk: versitygw itself leaves it to the system when to write, and takes what a connection that
// broke off has brought for the whole.
type durable struct {
	backend.Backend
	folders []string // of the objects and, if it is a folder of its own, of the metadata
}

// PutObject stores an object, and writes it to the disk.
func (d durable) PutObject(ctx context.Context, in s3response.PutObjectInput) (s3response.PutObjectOutput, error) {
	in.Body = whole(in.Body, in.ContentLength)
	out, err := d.Backend.PutObject(ctx, in)
	return out, d.written(err, *in.Bucket, *in.Key)
}

// CopyObject stores an object that is a copy, and writes it to the disk.
func (d durable) CopyObject(ctx context.Context, in s3response.CopyObjectInput) (s3response.CopyObjectOutput, error) {
	out, err := d.Backend.CopyObject(ctx, in)
	return out, d.written(err, *in.Bucket, *in.Key)
}

// UploadPart stores a part of an object, and writes it to the disk.
func (d durable) UploadPart(ctx context.Context, in *s3.UploadPartInput) (*s3.UploadPartOutput, error) {
	in.Body = whole(in.Body, in.ContentLength)
	out, err := d.Backend.UploadPart(ctx, in)
	if err != nil {
		return out, err
	}
	folder := fmt.Sprintf("%x", sha256.Sum256([]byte(*in.Key)))
	return out, d.written(nil, *in.Bucket, filepath.Join(posix.MetaTmpMultipartDir, folder, *in.UploadId, strconv.Itoa(int(*in.PartNumber))))
}

// whole has a body end with an error that ends too early.
func whole(body io.Reader, length *int64) io.Reader {
	if body == nil || length == nil {
		return body
	}
	c := &counted{body, *length}
	if sums, ok := body.(middlewares.ChecksumReader); ok { // the backend asks it for more than bytes
		return &struct {
			*counted
			checksums
		}{c, sums}
	}
	return c
}

// counted is a body that should have so many bytes.
type counted struct {
	io.Reader
	left int64
}

// checksums is what a body may know besides its bytes.
type checksums interface {
	Algorithm() string
	Checksum() string
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.left -= int64(n)
	if errors.Is(err, io.EOF) && c.left > 0 {
		err = s3err.GetAPIError(s3err.ErrIncompleteBody) // any other is taken for the end
	}
	return n, err
}

// goBack has uploads in parts that a crash met while they were made one object wait for that again.
// versitygw would neither go on with them nor list them.
func (d durable) goBack() error {
	for _, folder := range d.folders {
		met, err := filepath.Glob(filepath.Join(folder, "*", posix.MetaTmpMultipartDir, "*", "*.inprogress"))
		if err != nil {
			return err
		}
		for _, name := range met {
			upload, _, _ := strings.Cut(filepath.Base(name), ".")
			if err := os.Rename(name, filepath.Join(filepath.Dir(name), upload)); err != nil {
				return fmt.Errorf("an upload that was not finished: %w", err)
			}
		}
	}
	return nil
}

// CompleteMultipartUpload makes an object of its parts, and writes it to the disk.
func (d durable) CompleteMultipartUpload(ctx context.Context, in *s3.CompleteMultipartUploadInput) (s3response.CompleteMultipartUploadResult, string, error) {
	out, version, err := d.Backend.CompleteMultipartUpload(ctx, in)
	return out, version, d.written(err, *in.Bucket, *in.Key)
}

// written passes an error on, or writes the file under a name in a bucket, its metadata, and the
// folders that lead to them.
func (d durable) written(err error, bucket, name string) error {
	if err != nil {
		return err
	}
	for _, folder := range d.folders {
		file := filepath.Join(folder, bucket, name)
		err := filepath.WalkDir(file, func(path string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return syncFile(path)
		})
		for ; err == nil && file != folder; file = filepath.Dir(file) {
			err = syncFile(filepath.Dir(file))
		}
		// Gone already: somebody has removed or replaced it since.
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("writing %s to the disk: %w", name, err)
		}
	}
	return nil
}

// syncFile has a file or a folder written to the disk.
func syncFile(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	return file.Sync()
}
