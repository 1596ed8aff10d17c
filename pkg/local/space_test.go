package local

import (
	"strings"
	"testing"
)

func TestSpace(t *testing.T) {
	t.Parallel()
	space, err := SpaceOf(t.TempDir())
	check(t, err)
	if space.Free == 0 || space.Total < space.Free || space.Full() {
		t.Errorf("the disk of the tests has %+v", space)
	}
	check(t, CheckSpace(t.TempDir()))
	if _, err := SpaceOf("/nothing/here"); err == nil {
		t.Error("what is not there has space")
	}
	for what, space := range map[string]Space{
		"no bytes": {Free: LeastSpace - 1, Total: 1 << 40},
		"no files": {Free: 1 << 39, Total: 1 << 40, FreeFiles: 3, Files: 1 << 20},
	} {
		if !space.Full() {
			t.Errorf("a disk with %s is not full", what)
		}
	}
	if (Space{Free: LeastSpace, Total: 1 << 40}).Full() {
		t.Error("a disk that counts no files is full")
	}
	// Nothing can be stored in /sys, which says so by having no blocks.
	if err := CheckSpace("/sys"); err == nil || !strings.Contains(err.Error(), "the disk that /sys is on is full") {
		t.Errorf("a full disk says %v", err)
	}
}

func TestWaitingForSpaceEnds(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	close(stop)
	if waitForSpace(stop, "nothing", "/sys") {
		t.Error("/sys has room")
	}
	if !waitForSpace(nil, "nothing", t.TempDir()) {
		t.Error("the disk of the tests has no room")
	}
}
