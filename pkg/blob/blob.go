// Package blob keeps files in an S3 bucket, through minio-go.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Config says where the bucket is.
type Config struct {
	// Endpoint is the URL the services reach, for instance "http://127.0.0.1:7070".
	Endpoint string
	// PublicEndpoint is the URL browsers reach; empty means Endpoint.
	PublicEndpoint       string
	Bucket               string
	AccessKey, SecretKey string
}

// Store is one bucket.
type Store struct {
	bucket string
	inside *minio.Core
	public *minio.Client
}

// Open gives access to the bucket, which has to be there.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	inside, err := client(cfg.Endpoint, cfg)
	if err != nil {
		return nil, fmt.Errorf("S3_ENDPOINT: %w", err)
	}
	public := inside
	if cfg.PublicEndpoint != "" {
		if public, err = client(cfg.PublicEndpoint, cfg); err != nil {
			return nil, fmt.Errorf("S3_PUBLIC_ENDPOINT: %w", err)
		}
	}
	ok, err := inside.BucketExists(ctx, cfg.Bucket)
	if err != nil {
		return nil, fmt.Errorf("S3 at %s: %w", cfg.Endpoint, err)
	}
	if !ok {
		return nil, fmt.Errorf("S3 at %s has no bucket %q: make it, or set S3_BUCKET", cfg.Endpoint, cfg.Bucket)
	}
	return &Store{bucket: cfg.Bucket, inside: &minio.Core{Client: inside}, public: public}, nil
}

func client(endpoint string, cfg Config) (*minio.Client, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is no URL such as http://127.0.0.1:7070", endpoint)
	}
	return minio.New(u.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""),
		Secure: u.Scheme == "https",
		Region: "us-east-1", // fixed, or every signature would first ask for it
	})
}

// Check tells whether the store answers.
func (s *Store) Check(ctx context.Context) error {
	if _, err := s.inside.BucketExists(ctx, s.bucket); err != nil {
		return fmt.Errorf("S3: %w", err)
	}
	return nil
}

// Object is what is known of a stored file.
type Object struct {
	Key  string
	Size int64
	ETag string
}

// ErrNotFound tells that there is no object under the key.
var ErrNotFound = errors.New("no such object")

// Stat looks an object up; ErrNotFound when there is none.
func (s *Store) Stat(ctx context.Context, key string) (Object, error) {
	info, err := s.inside.StatObject(ctx, s.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return Object{}, explain(key, err)
	}
	return Object{Key: key, Size: info.Size, ETag: info.ETag}, nil
}

func explain(key string, err error) error {
	switch minio.ToErrorResponse(err).Code {
	case minio.NoSuchKey, "NotFound":
		return fmt.Errorf("%s: %w", key, ErrNotFound)
	}
	return fmt.Errorf("object %s: %w", key, failed(err))
}

// failed marks an error as fault.Unavailable when it is the store's own trouble, which passes.
func failed(err error) error {
	if minio.ToErrorResponse(err).StatusCode < http.StatusInternalServerError {
		return err
	}
	return errors.Join(fault.New(fault.Unavailable, "the object store does not answer as it should; try again in a moment").After(time.Second), err)
}

// Reader is an open object: it can be read from anywhere, as an HTTP range needs.
type Reader interface {
	io.ReadSeekCloser
}

// Open reads an object; ErrNotFound when there is none.
func (s *Store) Open(ctx context.Context, key string) (Reader, Object, error) {
	object, err := s.inside.Client.GetObject(ctx, s.bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, Object{}, explain(key, err)
	}
	info, err := object.Stat()
	if err != nil {
		_ = object.Close()
		return nil, Object{}, explain(key, err)
	}
	return object, Object{Key: key, Size: info.Size, ETag: info.ETag}, nil
}

// Download writes an object to a file, which is complete or not there.
func (s *Store) Download(ctx context.Context, key, path string) error {
	if err := s.inside.FGetObject(ctx, s.bucket, key, path, minio.GetObjectOptions{}); err != nil {
		return explain(key, err)
	}
	return nil
}

// Upload stores a file under a key.
func (s *Store) Upload(ctx context.Context, path, key string) error {
	_, err := s.inside.FPutObject(ctx, s.bucket, key, path, minio.PutObjectOptions{
		ContentType: ContentType(key),
		// A streaming signature would be kept by some servers as the object's content encoding.
		DisableContentSha256: true, SendContentMd5: true,
	})
	if err != nil {
		return fmt.Errorf("storing %s: %w", key, failed(err))
	}
	return nil
}

// UploadDir stores every file of a folder under a key prefix.
func (s *Store) UploadDir(ctx context.Context, dir, prefix string) error {
	return filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return s.Upload(ctx, path, prefix+"/"+filepath.ToSlash(rel))
	})
}

// Remove deletes an object; one that is not there is no error.
func (s *Store) Remove(ctx context.Context, key string) error {
	if err := s.inside.RemoveObject(ctx, s.bucket, key, minio.RemoveObjectOptions{}); err != nil {
		return explain(key, err)
	}
	return nil
}

// List gives all objects under a prefix.
func (s *Store) List(ctx context.Context, prefix string) ([]Object, error) {
	var list []Object
	for info := range s.inside.Client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if info.Err != nil {
			return nil, fmt.Errorf("objects under %s: %w", prefix, failed(info.Err))
		}
		list = append(list, Object{Key: info.Key, Size: info.Size, ETag: info.ETag})
	}
	return list, nil
}

var contentTypes = map[string]string{
	".m3u8": "application/vnd.apple.mpegurl",
	".mpd":  "application/dash+xml",
	".m4s":  "video/iso.segment",
	".mp4":  "video/mp4",
	".vtt":  "text/vtt; charset=utf-8",
	".jpg":  "image/jpeg",
}

// ContentType is the media type of a file by its name.
func ContentType(name string) string {
	if t, ok := contentTypes[strings.ToLower(filepath.Ext(name))]; ok {
		return t
	}
	return "application/octet-stream"
}
