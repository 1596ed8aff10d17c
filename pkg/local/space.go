package local

import (
	"context"
	"fmt"
	"log/slog"
	"syscall"
	"time"
)

// LeastSpace is how many bytes of the disk have to be free for an installation to start, and to go on
// after the disk was full: PostgreSQL and JetStream write files of 8 and 16 MiB.
const LeastSpace = 48 << 20

// Space is what there is of the disk that a folder is on.
type Space struct {
	// Free and Total are bytes, as this account may use them.
	Free, Total uint64
	// FreeFiles and Files are how many files it can have; both are zero where there is no limit.
	FreeFiles, Files uint64
}

// SpaceOf asks the disk that the folder is on.
func SpaceOf(dir string) (Space, error) {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return Space{}, fmt.Errorf("asking for the space in %s: %w", dir, err)
	}
	size := uint64(disk.Bsize)
	return Space{Free: disk.Bavail * size, Total: disk.Blocks * size, FreeFiles: disk.Ffree, Files: disk.Files}, nil
}

// Full tells whether nothing can be written any more, or soon.
func (s Space) Full() bool { return s.Free < LeastSpace || s.Files > 0 && s.FreeFiles < 100 }

// CheckSpace refuses a folder whose disk is full, in a sentence that says what to do.
func CheckSpace(dir string) error {
	space, err := SpaceOf(dir)
	if err == nil && space.Full() {
		err = fmt.Errorf("the disk that %s is on is full: %d MiB and %d files are free; make room for at least %d MiB",
			dir, space.Free>>20, space.FreeFiles, LeastSpace>>20)
	}
	return err
}

// WatchSpace tells when the disk of the folder becomes full, and when it has room again, until the
// context ends. No system tells when, so it asks every second.
func WatchSpace(ctx context.Context, dir string) {
	full := false
	for {
		err := CheckSpace(dir)
		switch {
		case err != nil && !full:
			slog.Error("disk is full, nothing new can be kept", "err", err)
		case err == nil && full:
			slog.Info("disk has room again", "folder", dir)
		}
		full = err != nil
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

// waitForSpace returns true once the disk of the folder is not full, and false when stop is closed
// before.
func waitForSpace(stop <-chan struct{}, part, dir string) bool {
	for told := false; ; told = true {
		err := CheckSpace(dir)
		if err == nil {
			return true
		}
		if !told {
			slog.Error("no room on the disk, waiting for it", "part", part, "err", err)
		}
		select {
		case <-stop:
			return false
		case <-time.After(time.Second):
		}
	}
}
