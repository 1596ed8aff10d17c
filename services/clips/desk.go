package clips

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// desk is the folder on this machine where the work on one clip is done. It is left behind by a
// crash, found by the next attempt, and cleared when the clip is done with.
type desk struct {
	dir    string
	source string
	out    string
}

func deskOf(d *run.Deps, clip string) desk {
	dir := filepath.Join(d.Work, "clips", clip)
	return desk{dir: dir, source: filepath.Join(dir, "source"), out: filepath.Join(dir, "out")}
}

// openDesk brings the stored file here, unless it is here already.
func openDesk(ctx context.Context, d *run.Deps, clip, object string) (desk, error) {
	k := deskOf(d, clip)
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return k, fmt.Errorf("a place to work: %w", err)
	}
	stored, err := d.Blob.Stat(ctx, object)
	if err != nil {
		return k, err
	}
	if info, err := os.Stat(k.source); err == nil && info.Size() == stored.Size {
		return k, nil
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return k, fmt.Errorf("a place to work: %w", err)
	}
	return k, d.Blob.Download(ctx, object, k.source)
}

// emptyOut makes the folder for the results, without what an earlier attempt left there.
func (k desk) emptyOut() error {
	if err := os.RemoveAll(k.out); err != nil {
		return fmt.Errorf("a place to work: %w", err)
	}
	if err := os.MkdirAll(k.out, 0o700); err != nil {
		return fmt.Errorf("a place to work: %w", err)
	}
	return nil
}

func (k desk) clear() error {
	if err := os.RemoveAll(k.dir); err != nil {
		return fmt.Errorf("clearing up: %w", err)
	}
	return nil
}

// sweep clears the desks of clips that are done with: another machine may have finished them.
func sweep(ctx context.Context, d *run.Deps) error {
	entries, err := os.ReadDir(filepath.Join(d.Work, "clips"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("a place to work: %w", err)
	}
	for _, entry := range entries {
		var busy bool
		err := d.DB.QueryRow(ctx, `select exists (select from clip where id = $1 and state in ('registered', 'probed'))`, entry.Name()).Scan(&busy)
		if err != nil {
			return err
		}
		if busy {
			continue
		}
		if err := deskOf(d, entry.Name()).clear(); err != nil {
			return err
		}
	}
	return nil
}
