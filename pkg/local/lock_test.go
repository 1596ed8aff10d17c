package local

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLockIsFreeAgainAfterRelease(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	for range 2 {
		release, err := Lock(dir)
		check(t, err)
		if _, err := Lock(dir); err == nil {
			t.Error("a second lock was given")
		}
		release()
	}
	info, err := os.Stat(dir)
	check(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the folder was made with mode %v", info.Mode())
	}
}

func TestLockSaysWhatIsWrongWithTheFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	check(t, os.WriteFile(file, nil, 0o600))
	for dir, want := range map[string]string{
		file:                        file + " is not a folder",
		filepath.Join(file, "data"): "is not a folder",
		"/sys/kernel":               "the folder /sys/kernel cannot be written: ", // no file can be made there, by root neither
		"/sys/kernel/data":          "the folder /sys/kernel/data cannot be made: ",
	} {
		if _, err := Lock(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("locking %s says %v, want %q", dir, err, want)
		}
	}
}
