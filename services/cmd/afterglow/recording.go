package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/afterglow-live/afterglow/services/clips"
)

// recording is a file to import, as it was when it was looked at.
type recording struct {
	path     string
	size     int64 // bytes
	modified time.Time
}

// recordingAt finds a file; what is no file is an error.
func recordingAt(path string) (recording, error) {
	info, err := os.Stat(path)
	if err != nil {
		return recording{}, err
	}
	if !info.Mode().IsRegular() {
		return recording{}, fmt.Errorf("%s is not a file", path)
	}
	return recordingOf(path, info), nil
}

func recordingOf(path string, info fs.FileInfo) recording {
	return recording{path: path, size: info.Size(), modified: info.ModTime().Truncate(time.Millisecond)}
}

// fastest is at how many bytes a second a recording is written at most; a copy of one is written faster.
const fastest = 50 << 20

// started is when it was begun: as its name says, else when its file was made, unless it is a copy.
func (r recording) started() (time.Time, bool) {
	if at, ok := clips.StartInName(filepath.Base(r.path), time.Local); ok {
		return at, true
	}
	var stat unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, r.path, 0, unix.STATX_BTIME, &stat); err != nil || stat.Mask&unix.STATX_BTIME == 0 {
		return time.Time{}, false
	}
	made := time.Unix(stat.Btime.Sec, int64(stat.Btime.Nsec))
	took := r.modified.Sub(made).Seconds()
	return made, took > 0 && float64(r.size)/took <= fastest
}

// ended is when it was written last; false when that is not to be believed.
func (r recording) ended() (time.Time, bool) {
	return r.modified, r.modified.Year() >= 1990 && !r.modified.After(time.Now())
}

// byTime puts recordings in the order in which they were made, so that those of one session find each other.
func byTime(a, b recording) int {
	time := func(r recording) time.Time {
		if at, ok := r.started(); ok {
			return at
		}
		return r.modified
	}
	return cmp.Or(time(a).Compare(time(b)), strings.Compare(a.path, b.path))
}

// kinds are how the names of recordings end.
var kinds = []string{
	".mkv", ".mp4", ".mov", ".m4v", ".webm", ".flv", ".ts", ".m2ts", ".mts", ".avi", ".wmv", ".mpg", ".mpeg", ".3gp",
	".mka", ".mp3", ".m4a", ".aac", ".wav", ".flac", ".ogg", ".opus",
}

// isRecording tells by its name whether a file in a folder is a recording: hidden ones and those that are
// not finished are not.
func isRecording(name string) bool {
	return !strings.HasPrefix(name, ".") && slices.Contains(kinds, strings.ToLower(filepath.Ext(name)))
}

// recordingsIn finds all recordings below a folder, hidden folders left out, and all folders that they may
// be in.
func recordingsIn(root string) (files []recording, folders []string, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case path != root && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission)):
			return nil // it has just gone, or is somebody else's
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir():
			folders = append(folders, path)
			return nil
		case !entry.Type().IsRegular() || !isRecording(entry.Name()):
			return nil
		}
		info, err := entry.Info()
		if err == nil {
			files = append(files, recordingOf(path, info))
		}
		return nil
	})
	return files, folders, err
}

// recordingsOf are the files that are named, and those in the folders that are named, in order. What cannot
// be read is told beside the others.
func recordingsOf(names []string) ([]recording, error) {
	var all []recording
	var failed []error
	for _, name := range names {
		found, err := recordingsAt(name)
		all = append(all, found...)
		failed = append(failed, err)
	}
	return all, errors.Join(failed...)
}

func recordingsAt(name string) ([]recording, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		r, err := recordingAt(name)
		if err != nil {
			return nil, err
		}
		return []recording{r}, nil
	}
	root, err := filepath.EvalSymlinks(name)
	if err != nil {
		return nil, err
	}
	found, _, err := recordingsIn(root)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("there is no recording in %s", name)
	}
	slices.SortFunc(found, byTime)
	return found, err
}
