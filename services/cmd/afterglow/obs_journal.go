package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	bridges "github.com/afterglow-live/afterglow/services/obs"
)

// journal is what a bridge knows and still has to tell, in a file of its own. What it knows and what it
// tells because of that become true together, and outlive a crash.
type journal struct {
	path string
	lock *os.File
	// more is signalled when there is something to tell.
	more chan struct{}

	mu      sync.Mutex
	file    *os.File
	known   obsState
	waiting []item
	// torn is true when the file may end in the middle of a line.
	torn bool
}

// item is one thing to tell: an event, or a marker.
type item struct {
	Event  *bridges.BridgeEvent `json:"event,omitempty"`
	Marker *flagged             `json:"marker,omitempty"`
}

// flagged is a moment that somebody flagged in OBS.
type flagged struct {
	ID    string    `json:"id"`
	Label string    `json:"label"`
	At    time.Time `json:"at"`
}

// obsState is what a bridge knows of OBS.
type obsState struct {
	// Folder that it records into.
	Folder string `json:"folder,omitempty"`
	// Stream is when the stream's timecode was zero; nil while there is none.
	Stream *time.Time `json:"stream,omitempty"`
	// Recording is nil while there is none.
	Recording *recordingState `json:"recording,omitempty"`
	// Started is when recordings began, by the name of their file without its end.
	Started map[string]time.Time `json:"started,omitempty"`
}

// recordingState is how the recording stands.
type recordingState struct {
	// File is the path of the newest file.
	File string `json:"file"`
	// Zero is when the timecode was zero, with all pauses until now taken out.
	Zero time.Time `json:"zero"`
	// PausedAt is since when it waits; nil when it does not.
	PausedAt *time.Time `json:"pausedAt,omitempty"`
}

// step is one step of the journal: what is known after it, and what is to be told because of it.
type step struct {
	State obsState `json:"state"`
	Items []item   `json:"items,omitempty"`
}

// openJournal reads the journal, made if it is not there, and keeps it from others.
func openJournal(path string) (*journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("remembering what happens in OBS: %w", err)
	}
	lock, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("remembering what happens in OBS: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, errors.New("another afterglow obs of that name is running; stop it, or give this one another --name")
	}
	j := &journal{path: path, lock: lock, more: make(chan struct{}, 1)}
	if err := j.read(); err != nil {
		_ = lock.Close()
		return nil, err
	}
	if err := j.rewrite(); err != nil {
		_ = lock.Close()
		return nil, err
	}
	return j, nil
}

// read takes in what was written. A crash may have cut off the last line: then it was never told.
func (j *journal) read() error {
	text, err := os.ReadFile(j.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remembering what happens in OBS: %w", err)
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	lines := bufio.NewScanner(bytes.NewReader(whole))
	lines.Buffer(nil, len(whole)+1)
	for lines.Scan() {
		var l step
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return fmt.Errorf("what happened in OBS before, in %s: %w; remove that file to begin anew", j.path, err)
		}
		j.known = l.State
		j.waiting = append(j.waiting, l.Items...)
	}
	j.wake()
	return nil
}

// change changes what is known, and puts down what is to be told because of that. When it cannot be
// written it is told all the same, unless the process ends before.
func (j *journal) change(f func(s *obsState) []item) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	items := f(&j.known)
	j.waiting = append(j.waiting, items...)
	j.wake()
	text, err := json.Marshal(step{j.known, items})
	if err != nil {
		return err
	}
	if j.torn {
		return j.rewrite()
	}
	if _, err := j.file.Write(append(text, '\n')); err != nil {
		j.torn = true
		return errors.Join(fmt.Errorf("remembering what happens in OBS: %w", err), j.rewrite())
	}
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("remembering what happens in OBS: %w", err)
	}
	return nil
}

// look shows what is known.
func (j *journal) look(f func(s obsState)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(j.known)
}

// next waits until there is something to tell; nothing when the context ends.
func (j *journal) next(ctx context.Context) []item {
	for {
		if items := j.left(); len(items) > 0 {
			return items
		}
		select {
		case <-ctx.Done():
			return nil
		case <-j.more:
		}
	}
}

// left is what is still to be told, oldest first.
func (j *journal) left() []item {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]item(nil), j.waiting...)
}

// told forgets the first items: they are told.
func (j *journal) told(n int) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.waiting = j.waiting[n:]
	return j.rewrite()
}

// rewrite writes what is left, whole or as it was. Callers hold the lock, or are alone.
func (j *journal) rewrite() error {
	text, err := json.Marshal(step{j.known, j.waiting})
	if err != nil {
		return err
	}
	file, err := os.OpenFile(j.path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err == nil {
		_, err = file.Write(append(text, '\n'))
		err = errors.Join(err, file.Sync())
	}
	if err == nil {
		err = os.Rename(j.path+".new", j.path)
	}
	if err != nil {
		if file != nil {
			_ = file.Close()
		}
		return fmt.Errorf("remembering what happens in OBS: %w", err)
	}
	if j.file != nil {
		_ = j.file.Close()
	}
	j.file, j.torn = file, false
	return nil
}

func (j *journal) wake() {
	select {
	case j.more <- struct{}{}:
	default:
	}
}

func (j *journal) close() {
	_ = j.file.Close()
	_ = unix.Flock(int(j.lock.Fd()), unix.LOCK_UN) // a program that is being started just now may still have the file open
	_ = j.lock.Close()
}
