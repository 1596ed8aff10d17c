package local

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// process is another process of this machine, as /proc shows it.
type process int

// workingIn lists the processes whose working directory is dir and that match. Both servers stay in
// their own folder, so this finds what an earlier run left there, and cannot be fooled by a number in
// an old file that meanwhile belongs to another process.
func workingIn(dir string, match func(process) bool) []process {
	want, err := os.Stat(dir)
	if err != nil {
		return nil
	}
	entries, _ := os.ReadDir("/proc")
	var found []process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		cwd, err := os.Stat(process(pid).file("cwd"))
		if err == nil && os.SameFile(cwd, want) && match(process(pid)) {
			found = append(found, process(pid))
		}
	}
	return found
}

func (p process) file(name string) string {
	return filepath.Join("/proc", strconv.Itoa(int(p)), name)
}

// stopLeftovers ends what list finds, asking ever less kindly, and returns when list finds nothing.
// The soft signal goes to first alone, which takes the others along; zero means to all of them.
func stopLeftovers(ctx context.Context, name string, list func() []process, first process, soft, hard syscall.Signal) error {
	left := list()
	if len(left) == 0 {
		return nil
	}
	slog.Info("stopping what an earlier run left", "child", name, "processes", len(left))
	for _, signal := range []syscall.Signal{soft, hard, syscall.SIGKILL} {
		for _, p := range left {
			if signal != soft || first == 0 || p == first {
				_ = syscall.Kill(int(p), signal) // fails only when it is gone
			}
		}
		patience, cancel := context.WithTimeout(ctx, 10*time.Second)
		gone := poll(patience, func() bool {
			left = list()
			return len(left) == 0
		})
		cancel()
		if gone {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stopping the %s of an earlier run: %w", name, err)
		}
	}
	return fmt.Errorf("the %s of an earlier run (process %d) cannot be stopped", name, left[0])
}

// poll asks until it is true, or until ctx ends.
func poll(ctx context.Context, question func() bool) bool {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if question() {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
}
