package main

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// remuxing is how long OBS may take until it begins to remux a recording that has stopped.
const remuxing = 30 * time.Second

// watchFolder imports what is recorded into the folder, from now on in place of the one before.
func (b *obsBridge) watchFolder(ctx context.Context, folder string) {
	if folder == "" || folder == b.watched {
		return
	}
	b.stopWatching()
	b.watched = folder
	b.leaveOlder(folder)
	ctx, b.unwatch = context.WithCancel(ctx)
	w := &watcher{
		watchCmd: watchCmd{Folders: []string{folder}, Settle: b.Settle, JSON: b.JSON},
		t:        b.t, taken: b.taken, settling: settling{after: b.Settle}, connect: b.connect, known: b,
	}
	b.watching.Go(func() {
		for failed := 1; ctx.Err() == nil; failed++ {
			if err := w.run(ctx); err != nil {
				b.warn("recordings in %s are not imported: %v; it is tried again", folder, err)
				_ = rest(ctx, b.pauseAfter(failed))
			}
		}
	})
}

// leaveOlder leaves out what was in a folder before it was watched first. One that OBS writes to is another
// file when it is whole.
func (b *obsBridge) leaveOlder(folder string) {
	root, err := filepath.EvalSymlinks(folder)
	if err != nil || b.taken.knows(folder) {
		return
	}
	files, _, err := recordingsIn(root)
	for _, r := range files {
		b.taken.note(r, "left out")
	}
	if err := errors.Join(err, b.taken.write()); err != nil {
		b.warn("%v", err)
	}
}

func (b *obsBridge) stopWatching() {
	if b.unwatch != nil {
		b.unwatch()
		b.watching.Wait()
	}
}

// written tells which files OBS still writes to, or is going to remux.
func (b *obsBridge) written(files []recording) map[string]bool {
	writing := written(files)
	current := ""
	b.journal.look(func(s obsState) {
		if s.Recording != nil {
			current = filepath.Base(s.Recording.File)
		}
	})
	for _, r := range files {
		switch {
		case filepath.Base(r.path) == current:
			writing[r.path] = true
		case b.remuxes.Load() && !remuxed(r) && time.Since(r.modified) < remuxing:
			copied := slices.ContainsFunc(files, func(other recording) bool { return stem(other) == stem(r) && remuxed(other) })
			writing[r.path] = writing[r.path] || !copied
		}
	}
	return writing
}

// leavesOut tells the files of the replay buffer: what is in them is in the recording too.
func (b *obsBridge) leavesOut(r recording) bool {
	prefix, _ := b.replays.Load().(string)
	return prefix != "" && strings.HasPrefix(filepath.Base(r.path), prefix+" ")
}

// began is when a recording was begun, as far as it was measured.
func (b *obsBridge) began(r recording) (at *time.Time) {
	b.journal.look(func(s obsState) {
		if measured, ok := s.Started[fileTitle(r.path)]; ok {
			at = &measured
		}
	})
	return at
}

// fileTitle is a recording's name without its folder and its end, which remuxing changes.
func fileTitle(path string) string {
	name := filepath.Base(path)
	return strings.TrimSuffix(name, filepath.Ext(name))
}

// growing is the newest recording in the folder that is written to; empty when none is.
func growing(folder string) string {
	root, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return ""
	}
	files, _, err := recordingsIn(root)
	if err != nil {
		return ""
	}
	writing := written(files)
	newest := recording{}
	for _, r := range files {
		if writing[r.path] && r.modified.After(newest.modified) {
			newest = r
		}
	}
	return newest.path
}
