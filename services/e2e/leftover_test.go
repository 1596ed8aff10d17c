package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// running are the processes of this machine, each with its folder in /proc.
func running(t testing.TB) map[int]string {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	check(t, err)
	all := map[int]string{}
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			all[pid] = filepath.Join("/proc", entry.Name())
		}
	}
	return all
}

// wantNothingRuns fails the test when a process still works in or on the folder.
func wantNothingRuns(t testing.TB, dir string) {
	t.Helper()
	for pid, about := range running(t) {
		cwd, _ := os.Readlink(filepath.Join(about, "cwd")) // fails when it has just ended
		arguments, _ := os.ReadFile(filepath.Join(about, "cmdline"))
		if strings.HasPrefix(cwd, dir+"/") || strings.Contains(string(arguments), dir+"/") {
			t.Errorf("process %d still runs: %q in %s", pid, strings.ReplaceAll(string(arguments), "\x00", " "), cwd)
		}
	}
}

// wantNoWork waits until no folder of unfinished work is left.
func wantNoWork(t testing.TB, p *platform) {
	t.Helper()
	poll(t, "folders are left of work that is done", func() bool {
		alone, err := filepath.Glob(filepath.Join(p.home, "work", "clips", "*"))
		check(t, err)
		apart, err := filepath.Glob(filepath.Join(p.home, "clips*", "work", "clips", "*"))
		check(t, err)
		return len(alone)+len(apart) == 0
	})
}
