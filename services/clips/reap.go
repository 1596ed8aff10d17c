package clips

import (
	"context"
	"path"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// reap throws away parts in the object store that nothing will be made of: those of uploads that are
// gone, and what a crash cut short while a file was stored.
func reap(ctx context.Context, d *run.Deps) error {
	begun, err := d.Blob.Multiparts(ctx)
	if err != nil {
		return err
	}
	for _, m := range begun {
		left := time.Since(m.At) > lapsesAfter
		if id, ok := uploadOf(m.Key); ok {
			// An upload's row is there before its parts are, and the parts were listed before.
			err := d.DB.QueryRow(ctx, `select not exists (select from vault.uploads where id = $1 and clip = '' and multipart in ('', $2))`, id, m.Upload).Scan(&left)
			if err != nil {
				return err
			}
		}
		if !left {
			continue
		}
		if err := d.Blob.Abort(ctx, m.Key, m.Upload); err != nil {
			return err
		}
	}
	return nil
}

// uploadOf is the upload whose file is stored under a key: "<owner>/sources/<upload>/source".
func uploadOf(key string) (id string, ok bool) {
	dir, file := path.Split(key)
	parts := strings.Split(strings.TrimSuffix(dir, "/"), "/")
	if file != "source" || len(parts) != 3 || parts[1] != "sources" {
		return "", false
	}
	return parts[2], true
}
