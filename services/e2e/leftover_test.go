package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// wantNothingRuns fails the test when a process still works in or on the folder.
func wantNothingRuns(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	check(t, err)
	for _, entry := range entries {
		if _, err := strconv.Atoi(entry.Name()); err != nil {
			continue
		}
		about := filepath.Join("/proc", entry.Name())
		cwd, _ := os.Readlink(filepath.Join(about, "cwd")) // fails when it has just ended
		arguments, _ := os.ReadFile(filepath.Join(about, "cmdline"))
		if strings.HasPrefix(cwd, dir+"/") || strings.Contains(string(arguments), dir+"/") {
			t.Errorf("process %s still runs: %q in %s", entry.Name(), strings.ReplaceAll(string(arguments), "\x00", " "), cwd)
		}
	}
}

// wantNoWork fails the test when a folder of unfinished work is left.
func wantNoWork(t testing.TB, p *platform) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(p.data, "work", "clips", "*"))
	check(t, err)
	if len(left) > 0 {
		t.Errorf("left of work that is done: %v", left)
	}
}
