package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// written tells which of some files a process has open for writing, as far as /proc may be read.
func written(files []recording) map[string]bool {
	if len(files) == 0 {
		return nil
	}
	writing := map[string]bool{}
	for _, r := range files {
		writing[r.path] = false
	}
	open, _ := filepath.Glob("/proc/[0-9]*/fd/*")
	for _, name := range open {
		path, err := os.Readlink(name)
		if _, asked := writing[path]; err != nil || !asked {
			continue
		}
		folder, number := filepath.Split(name)
		info, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Clean(folder)), "fdinfo", number))
		if err == nil && mayWrite(string(info)) {
			writing[path] = true
		}
	}
	return writing
}

// mayWrite reads the flags that a file was opened with from /proc/<process>/fdinfo.
func mayWrite(info string) bool {
	for line := range strings.Lines(info) {
		if text, ok := strings.CutPrefix(line, "flags:"); ok {
			flags, err := strconv.ParseInt(strings.TrimSpace(text), 8, 64)
			return err == nil && int(flags)&(os.O_WRONLY|os.O_RDWR) != 0
		}
	}
	return false
}
