package main

import (
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// settling are the files that are not decided about, and since when each is as it is.
type settling struct {
	after time.Duration
	since map[string]seen
}

type seen struct {
	recording
	at time.Time
}

// see takes in what is there now, and answers what is whole, oldest first: files that have stayed as they
// are for long enough, together with all others of the same stem; and when to look again, zero if
// nothing settles. busy tells which of some files a process still writes to.
func (s *settling) see(now time.Time, there []recording, busy func([]recording) map[string]bool) (whole [][]recording, again time.Time) {
	before := s.since
	s.since = map[string]seen{}
	stems := map[string][]recording{}
	var still []recording
	for _, r := range there {
		was, known := before[r.path]
		if !known || was.size != r.size || !was.modified.Equal(r.modified) {
			was = seen{r, now}
		}
		s.since[r.path] = was
		stems[stem(r)] = append(stems[stem(r)], r)
		if now.Sub(was.at) >= s.after {
			still = append(still, r)
		}
	}
	writing := busy(still)
	for _, group := range stems {
		ready := true
		for _, r := range group {
			at := s.since[r.path].at.Add(s.after)
			if writing[r.path] {
				at = now.Add(s.after)
			}
			if at.After(now) {
				ready = false
				if again.IsZero() || at.Before(again) {
					again = at
				}
			}
		}
		if ready {
			slices.SortFunc(group, bestFirst)
			whole = append(whole, group)
		}
	}
	slices.SortFunc(whole, func(a, b []recording) int { return byTime(a[0], b[0]) })
	return whole, again
}

// stem is what a recording and its remuxed copy have in common: their path without what says the format.
func stem(r recording) string { return strings.TrimSuffix(r.path, filepath.Ext(r.path)) }

// remuxed tells formats that other recordings are copied into.
func remuxed(r recording) bool {
	switch strings.ToLower(filepath.Ext(r.path)) {
	case ".mp4", ".mov", ".m4v":
		return true
	}
	return false
}

// bestFirst puts remuxed copies first: they say where each picture is.
func bestFirst(a, b recording) int {
	switch {
	case remuxed(a) && !remuxed(b):
		return -1
	case remuxed(b) && !remuxed(a):
		return 1
	}
	return strings.Compare(a.path, b.path)
}
