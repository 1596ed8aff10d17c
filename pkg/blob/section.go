package blob

import (
	"context"
	"fmt"
	"io"

	"github.com/minio/minio-go/v7"
)

// Section reads a stretch of an object, and asks the store for no more than that; ErrNotFound when
// there is no such object. Length is in bytes and not zero.
func (s *Store) Section(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	var opts minio.GetObjectOptions
	if err := opts.SetRange(offset, offset+length-1); err != nil {
		return nil, fmt.Errorf("object %s: %w", key, err)
	}
	content, info, _, err := s.inside.GetObject(ctx, s.bucket, key, opts)
	if err != nil {
		return nil, explain(key, err)
	}
	if info.Size != length {
		_ = content.Close()
		return nil, fmt.Errorf("object %s: it has %d of the %d bytes from %d on", key, info.Size, length, offset)
	}
	return content, nil
}
