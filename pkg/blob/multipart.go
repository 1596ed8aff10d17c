package blob

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/minio/minio-go/v7"
)

// Part is one part of a multipart upload that has arrived.
type Part struct {
	Number int
	Size   int64
	ETag   string
	// At is when it arrived.
	At time.Time
}

// Multipart is an upload in parts that has begun and is not over.
type Multipart struct {
	Key, Upload string
	// At is when it began.
	At time.Time
}

// NewMultipart begins an upload in parts and answers its id.
func (s *Store) NewMultipart(ctx context.Context, key, contentType string) (string, error) {
	id, err := s.inside.NewMultipartUpload(ctx, s.bucket, key, minio.PutObjectOptions{ContentType: contentType})
	if err != nil {
		return "", fmt.Errorf("upload %s: %w", key, err)
	}
	return id, nil
}

// PartURL is where a browser puts one part, for as long as it is valid.
func (s *Store) PartURL(ctx context.Context, key, upload string, number int, valid time.Duration) (string, error) {
	query := url.Values{"partNumber": {strconv.Itoa(number)}, "uploadId": {upload}}
	u, err := s.public.Presign(ctx, "PUT", s.bucket, key, valid, query)
	if err != nil {
		return "", fmt.Errorf("upload %s: %w", key, err)
	}
	return u.String(), nil
}

// Parts lists what has arrived; ErrNotFound when the upload is over or never was.
func (s *Store) Parts(ctx context.Context, key, upload string) ([]Part, error) {
	var parts []Part
	for marker := 0; ; {
		page, err := s.inside.ListObjectParts(ctx, s.bucket, key, upload, marker, 1000)
		if err != nil {
			return nil, explainUpload(key, err)
		}
		for _, p := range page.ObjectParts {
			parts = append(parts, Part{Number: p.PartNumber, Size: p.Size, ETag: p.ETag, At: p.LastModified})
		}
		if !page.IsTruncated {
			return parts, nil
		}
		marker = page.NextPartNumberMarker
	}
}

// Complete makes the object of its parts; ErrNotFound when the upload is over or never was.
func (s *Store) Complete(ctx context.Context, key, upload string, parts []Part) error {
	parts = slices.Clone(parts)
	slices.SortFunc(parts, func(a, b Part) int { return a.Number - b.Number })
	var list []minio.CompletePart
	for _, p := range parts {
		list = append(list, minio.CompletePart{PartNumber: p.Number, ETag: p.ETag})
	}
	if _, err := s.inside.CompleteMultipartUpload(ctx, s.bucket, key, upload, list, minio.PutObjectOptions{}); err != nil {
		return explainUpload(key, err)
	}
	return nil
}

// Multiparts lists all uploads in parts that are not over. Some object stores list none.
func (s *Store) Multiparts(ctx context.Context) ([]Multipart, error) {
	var list []Multipart
	for key, upload := "", ""; ; {
		page, err := s.inside.ListMultipartUploads(ctx, s.bucket, "", key, upload, "", 1000)
		if err != nil {
			return nil, fmt.Errorf("uploads in parts: %w", err)
		}
		for _, m := range page.Uploads {
			list = append(list, Multipart{Key: m.Key, Upload: m.UploadID, At: m.Initiated})
		}
		if !page.IsTruncated {
			return list, nil
		}
		key, upload = page.NextKeyMarker, page.NextUploadIDMarker
	}
}

// Abort throws the parts of an upload away; one that is over is no error.
func (s *Store) Abort(ctx context.Context, key, upload string) error {
	if err := s.inside.AbortMultipartUpload(ctx, s.bucket, key, upload); err != nil && minio.ToErrorResponse(err).Code != minio.NoSuchUpload {
		return fmt.Errorf("upload %s: %w", key, err)
	}
	return nil
}

func explainUpload(key string, err error) error {
	if minio.ToErrorResponse(err).Code == minio.NoSuchUpload {
		return fmt.Errorf("upload %s: %w", key, ErrNotFound)
	}
	return fmt.Errorf("upload %s: %w", key, err)
}
