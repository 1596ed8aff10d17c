package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/afterglow-live/afterglow/pkg/blob"
)

// objectFolder is where a backup has the objects, each in a file of its key's name.
const objectFolder = "objects/"

// copyObjects copies all objects that the backup does not have yet. known has the ETags of those that
// it has.
func (m *manifest) copyObjects(ctx context.Context, store *blob.Store, dir string, known map[string]string, progress func(done, total uint64)) error {
	list, err := store.List(ctx, "")
	if err != nil {
		return err
	}
	var done, total uint64
	for _, object := range list {
		total += uint64(object.Size)
	}
	for _, object := range list {
		name := objectFolder + object.Key
		if !filepath.IsLocal(name) || strings.HasSuffix(name, "/") {
			return fmt.Errorf("the object %q cannot be kept as a file", object.Key)
		}
		if etag, copied := known[object.Key]; !copied || etag != object.ETag {
			if err := m.copyObject(ctx, store, dir, object.Key); err != nil {
				return err
			}
			known[object.Key] = object.ETag
		}
		done += uint64(object.Size)
		progress(done, total)
	}
	m.Objects = len(known)
	return nil
}

func (m *manifest) copyObject(ctx context.Context, store *blob.Store, dir, key string) error {
	object, _, err := store.Open(ctx, key)
	if err != nil {
		return err
	}
	defer func() { _ = object.Close() }()
	return m.writeFile(dir, objectFolder+key, func(w io.Writer) error {
		_, err := io.Copy(w, object)
		return err
	})
}

// putObjects stores all objects of a backup.
func (m *manifest) putObjects(ctx context.Context, store *blob.Store, dir string, progress func(done, total uint64)) error {
	var done uint64
	for name := range m.Files {
		key, isObject := strings.CutPrefix(name, objectFolder)
		if !isObject {
			continue
		}
		if err := store.Upload(ctx, filepath.Join(dir, filepath.FromSlash(name)), key); err != nil {
			return err
		}
		done++
		progress(done, uint64(m.Objects))
	}
	return nil
}
