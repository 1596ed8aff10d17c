package clips

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/afterglow-live/afterglow/pkg/media"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// desk is the folder on this machine where the work on one clip is done. All who work on the clip here
// share it and its copy of the stored file. It is left behind by a crash, found by the next attempt, and
// cleared when the clip is done with: by whoever leaves it last, or when that becomes known (see keepClear).
type desk struct {
	dir    string
	source string
	lock   *os.File
}

func deskDir(d *run.Deps, clip string) string { return filepath.Join(d.Work, "clips", clip) }

// openDesk brings the stored file here, unless it is here already. Whoever has the desk open keeps it
// from being cleared; it has to be left.
func openDesk(ctx context.Context, d *run.Deps, clip, object string) (*desk, error) {
	k, err := takeDesk(deskDir(d, clip), unix.LOCK_SH)
	if err != nil {
		return nil, err
	}
	if err := k.alone(func() error { return k.fetch(ctx, d, object) }); err != nil {
		k.leave(ctx, d)
		return nil, err
	}
	return k, nil
}

// alone does something that only one of those who share the desk may do at a time.
func (k *desk) alone(do func() error) error {
	f, err := os.OpenFile(filepath.Join(k.dir, "fetching"), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		defer func() { _ = f.Close() }()
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		return fmt.Errorf("a place to work: %w", err)
	}
	return do()
}

// takeDesk locks a desk, which is made when it is not there.
func takeDesk(dir string, how int) (*desk, error) {
	for {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("a place to work: %w", err)
		}
		lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
		if errors.Is(err, os.ErrNotExist) { // it was cleared just now
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("a place to work: %w", err)
		}
		if err := unix.Flock(int(lock.Fd()), how); err != nil {
			_ = lock.Close()
			return nil, fmt.Errorf("a place to work: %w", err)
		}
		if still, err := os.Stat(lock.Name()); err == nil {
			if locked, err := lock.Stat(); err == nil && os.SameFile(still, locked) {
				return &desk{dir: dir, source: filepath.Join(dir, "source"), lock: lock}, nil
			}
		}
		_ = lock.Close() // it was cleared while this waited for the lock
	}
}

// fetch brings the stored file here. A file that was sent again takes the place of the one before.
func (k *desk) fetch(ctx context.Context, d *run.Deps, object string) error {
	stored, err := d.Blob.Stat(ctx, object)
	if err != nil {
		return err
	}
	name := filepath.Join(k.dir, "object")
	here, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("a place to work: %w", err)
	}
	if info, err := os.Stat(k.source); err == nil && info.Size() == stored.Size && string(here) == object {
		return nil
	}
	for _, old := range []string{name, k.source, k.infoFile()} {
		if err := os.RemoveAll(old); err != nil {
			return fmt.Errorf("a place to work: %w", err)
		}
	}
	if err := d.Blob.Download(ctx, object, k.source); err != nil {
		return err
	}
	if err := os.WriteFile(name, []byte(object), 0o600); err != nil {
		return fmt.Errorf("a place to work: %w", err)
	}
	return nil
}

func (k *desk) infoFile() string { return filepath.Join(k.dir, "info.json") }

// info is what is in the file. It is found out once.
func (k *desk) info(ctx context.Context) (info media.Info, err error) {
	err = k.alone(func() error {
		if data, err := os.ReadFile(k.infoFile()); err == nil && json.Unmarshal(data, &info) == nil {
			return nil
		}
		if info, err = media.Probe(ctx, k.source); err != nil {
			return err
		}
		data, err := json.Marshal(info)
		if err != nil {
			return err
		}
		if err := os.WriteFile(k.infoFile(), data, 0o600); err != nil {
			return fmt.Errorf("a place to work: %w", err)
		}
		return nil
	})
	return info, err
}

// out makes an empty folder for results.
func (k *desk) out(name string) (string, error) {
	dir := filepath.Join(k.dir, name)
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("a place to work: %w", err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", fmt.Errorf("a place to work: %w", err)
	}
	return dir, nil
}

// close lets others clear the desk.
func (k *desk) close() {
	_ = unix.Flock(int(k.lock.Fd()), unix.LOCK_UN) // a program that is being started just now may still have the file open
	_ = k.lock.Close()
}

// leave closes the desk after a job. If the clip was done with meanwhile, the desk kept itself from being
// cleared until now; so it is also after a job that was cancelled.
func (k *desk) leave(ctx context.Context, d *run.Deps) {
	k.close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := sweep(ctx, d); err != nil {
		d.Logger.Warn("a place to work was not cleared", "err", err)
	}
}
