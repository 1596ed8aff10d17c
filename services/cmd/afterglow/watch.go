package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

type watchCmd struct {
	Folders  []string      `arg:"" help:"Folders that recordings come into, such as the one OBS records to; what is below them too." name:"dir"`
	Existing bool          `help:"Import what was there before, too; otherwise only what is new since a folder was watched first."`
	Settle   time.Duration `help:"How long a file must not have changed until it is taken for whole." default:"10s"`
	JSON     bool          `help:"Print JSON lines, one for each file." name:"json"`
}

// Run imports what comes until it is interrupted.
func (c *watchCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	if c.Settle <= 0 {
		return usageError{fmt.Errorf("--settle: %s is no time to wait; say for instance 10s", c.Settle)}
	}
	w := &watcher{watchCmd: *c, t: t, settling: settling{after: c.Settle}, connect: cli.here(t), known: filesAlone{}}
	for i, folder := range c.Folders {
		path, err := filepath.Abs(folder)
		if err != nil {
			return err
		}
		if info, err := os.Stat(path); err != nil {
			return usageError{err}
		} else if !info.IsDir() {
			return usageError{fmt.Errorf("%s is no folder; watch the one that it is in, or say: afterglow import %s", folder, folder)}
		}
		w.Folders[i] = path
	}
	var err error
	if w.taken, err = cli.taken("watch"); err != nil {
		return err
	}
	return w.run(ctx)
}

// watcher imports recordings that come into folders.
type watcher struct {
	watchCmd
	t        *terminal
	taken    *taken
	settling settling
	// connect gives access to the platform for one file.
	connect func(context.Context) (platform, func(), error)
	// known is what is known of recordings besides.
	known knowledge

	// unreadable are the folders and files that cannot be read, which is told once.
	unreadable map[string]bool
	// away is how often in a row the platform did not answer.
	away int
}

// knowledge is what somebody knows of recordings.
type knowledge interface {
	// written tells which of some files are still written to.
	written(files []recording) map[string]bool
	// leavesOut tells files that are not to be imported, and not to be decided about.
	leavesOut(r recording) bool
	// began is when a recording was begun; nil when only the file tells.
	began(r recording) *time.Time
}

// filesAlone knows what the machine tells of files.
type filesAlone struct{}

func (filesAlone) written(files []recording) map[string]bool { return written(files) }
func (filesAlone) leavesOut(recording) bool                  { return false }
func (filesAlone) began(recording) *time.Time                { return nil }

// seldom is how often folders are looked at that say nothing by themselves, such as those of other machines.
const seldom = time.Minute

// run looks at the folders whenever something in them changes, and when a file may have settled.
func (w *watcher) run(ctx context.Context) error {
	notes, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watching folders: %w", err)
	}
	defer func() { _ = notes.Close() }()
	changed := make(chan struct{}, 1)
	go func() {
		defer close(changed)
		for {
			var open bool
			select {
			case _, open = <-notes.Events:
			case _, open = <-notes.Errors: // too much at once: the next look finds it
			}
			if !open {
				return
			}
			select {
			case changed <- struct{}{}:
			default:
			}
		}
	}()
	w.unreadable = map[string]bool{}
	for ctx.Err() == nil {
		again, err := w.look(ctx, notes)
		if err != nil {
			return err
		}
		timer := time.NewTimer(min(seldom, max(again, 0)))
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// look takes what is whole, and answers in what time to look again.
func (w *watcher) look(ctx context.Context, notes *fsnotify.Watcher) (time.Duration, error) {
	var there []recording
	for _, folder := range w.Folders {
		found, err := w.find(folder, notes)
		if err != nil {
			return 0, err
		}
		there = append(there, found...)
	}
	whole, at := w.settling.see(time.Now(), there, w.known.written)
	again := seldom
	if len(w.unreadable) > 0 {
		again = w.Settle
	}
	if !at.IsZero() {
		again = min(again, time.Until(at))
	}
	for _, group := range whole {
		err := w.take(ctx, group)
		if ctx.Err() != nil {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		if w.away > 0 {
			return min(again, min(seldom, time.Second<<min(w.away, 6))), nil
		}
	}
	return again, nil
}

// find is what is in a folder and not decided about.
func (w *watcher) find(folder string, notes *fsnotify.Watcher) ([]recording, error) {
	root, err := filepath.EvalSymlinks(folder)
	var files []recording
	var folders []string
	if err == nil {
		files, folders, err = recordingsIn(root)
	}
	if err != nil {
		w.cannotRead(folder, err)
		return nil, nil
	}
	if w.unreadable[folder] {
		w.warn("%s is back", folder)
		delete(w.unreadable, folder)
	}
	for _, f := range folders {
		if err := notes.Add(f); err != nil {
			w.t.log.Debug("a folder tells nothing by itself", "folder", f, "error", err)
		}
	}
	before := !w.taken.knows(folder)
	var open []recording
	left := 0
	for _, r := range files {
		switch what := w.taken.of(r); {
		case w.known.leavesOut(r):
		case before && what == "" && !w.Existing:
			w.taken.note(r, "left out")
			left++
		case what == "", what == "left out" && w.Existing:
			open = append(open, r)
		}
	}
	if left > 0 {
		w.warn("%d older recordings in %s are left out; take them with: afterglow watch --existing %q", left, folder, folder)
	}
	if before {
		return open, w.taken.write()
	}
	return open, nil
}

// take imports the best of the files that are one recording, and leaves the others out. One that failed
// for want of the platform stays where it is, to be tried again.
func (w *watcher) take(ctx context.Context, group []recording) error {
	best, others := group[0], group[1:]
	if remuxed(best) && len(others) == 0 && w.isCopy(best) {
		w.taken.note(best, "copy")
		return errors.Join(w.tell(best, "copy", nil, nil), w.taken.write())
	}
	raw, made, err := w.send(ctx, best)
	var told *fault.Error
	var unreadable *fs.PathError
	switch {
	case ctx.Err() != nil, errors.Is(err, errChanged), errors.Is(err, os.ErrNotExist):
		return nil // it settles anew, or is gone
	case errors.As(err, &unreadable):
		w.cannotRead(best.path, err)
		return nil
	case errors.As(err, &told) && (told.Code == fault.Invalid || told.Code == fault.TooLarge):
		w.away = 0
		w.taken.note(best, "refused")
		return errors.Join(w.tell(best, "refused", nil, err), w.taken.write())
	case err != nil:
		if w.away++; w.away == 1 {
			w.warn("%s: %v; it is tried again", filepath.Base(best.path), err)
		}
		return nil
	}
	w.away = 0
	delete(w.unreadable, best.path)
	w.taken.note(best, "imported")
	failed := w.tell(best, "imported", raw, nil, made)
	for _, other := range others {
		w.taken.note(other, "copy")
		failed = errors.Join(failed, w.tell(other, "copy", nil, nil))
	}
	return errors.Join(failed, w.taken.write())
}

// isCopy tells whether a file was remuxed from one beside it that is decided about.
func (w *watcher) isCopy(r recording) bool {
	for _, kind := range kinds {
		source, err := recordingAt(stem(r) + kind)
		if err == nil && !remuxed(source) && slices.Contains([]string{"imported", "left out"}, w.taken.of(source)) {
			return true
		}
	}
	return false
}

func (w *watcher) send(ctx context.Context, r recording) (json.RawMessage, clip, error) {
	p, stop, err := w.connect(ctx)
	if err != nil {
		return nil, clip{}, err
	}
	defer stop()
	bar := newBar(w.t.err, "sending "+filepath.Base(r.path))
	defer bar.end()
	im := &importer{platform: p, t: w.t, startedAt: w.known.began(r)}
	return im.take(ctx, r, bar)
}

// watched is what became of a file, as watch prints it.
type watched struct {
	File string `json:"file"`
	// What is "imported", "copy" of a file beside it that is imported, or "refused".
	What   string          `json:"what"`
	Reason string          `json:"reason,omitempty"`
	Clip   json.RawMessage `json:"clip,omitempty"`
}

// tell prints what became of a file.
func (w *watcher) tell(r recording, what string, raw json.RawMessage, reason error, made ...clip) error {
	line := watched{File: r.path, What: what, Clip: raw}
	text := map[string]string{"copy": "left out, it is a copy of the recording beside it", "refused": "refused"}[what]
	if reason != nil {
		line.Reason = reason.Error()
		text += ": " + line.Reason
	}
	for _, c := range made {
		text = fmt.Sprintf("imported: clip %s of stream %s", c.ID, c.Stream)
	}
	if w.JSON {
		return printJSON(w.t.out, line)
	}
	_, err := fmt.Fprintf(w.t.out, "%s: %s\n", filepath.Base(r.path), text)
	return err
}

// cannotRead tells once that a folder or a file cannot be read now.
func (w *watcher) cannotRead(path string, err error) {
	if !w.unreadable[path] {
		w.warn("%s cannot be read: %v; it is tried again", path, err)
	}
	w.unreadable[path] = true
}

// warn tells what people should know, beside what is printed for programs.
func (w *watcher) warn(format string, args ...any) {
	fmt.Fprintf(w.t.err, format+"\n", args...)
}
