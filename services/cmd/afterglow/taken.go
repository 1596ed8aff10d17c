package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// taken is what watch has decided about files, in a file of its own, so that none is read twice. The
// platform would find that it knows the content, but only after all of it was sent.
type taken struct {
	path string
	// Folders are those that were watched before.
	Folders []string `json:"folders"`
	// Files by their path.
	Files map[string]fate `json:"files"`
}

// fate is what became of a file as it was then.
type fate struct {
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	// What is "imported", "left out", "copy" or "refused".
	What string `json:"what"`
}

// statePath is where something of that name is remembered for an installation.
func statePath(name, installation string) (string, error) {
	folder := os.Getenv("XDG_STATE_HOME")
	if folder == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("a place to remember files: %w", err)
		}
		folder = filepath.Join(home, ".local", "state")
	}
	sum := sha256.Sum256([]byte(installation))
	return filepath.Join(folder, "afterglow", name+"-"+hex.EncodeToString(sum[:6])+".json"), nil
}

// taken reads what was decided for the installation to speak to.
func (c *CLI) taken(name string) (*taken, error) {
	installation, err := run.Env("NATS_URL")
	if err != nil {
		return nil, err
	}
	path, err := statePath(name, cmp.Or(installation, c.Data))
	if err != nil {
		return nil, err
	}
	return readTaken(path)
}

// readTaken reads what was decided.
func readTaken(path string) (*taken, error) {
	t := &taken{path: path, Files: map[string]fate{}}
	text, err := os.ReadFile(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err == nil {
		err = json.Unmarshal(text, t)
	}
	if err != nil {
		return nil, fmt.Errorf("what was taken before, in %s: %w; remove that file to begin anew", t.path, err)
	}
	return t, nil
}

// of is what became of the file as it is now; empty when nothing has.
func (t *taken) of(r recording) string {
	f, ok := t.Files[r.path]
	if !ok || f.Size != r.size || !f.Modified.Equal(r.modified) {
		return ""
	}
	return f.What
}

func (t *taken) note(r recording, what string) {
	t.Files[r.path] = fate{Size: r.size, Modified: r.modified.UTC(), What: what}
}

// knows tells whether the folder was watched before, and notes that it is.
func (t *taken) knows(folder string) bool {
	if slices.Contains(t.Folders, folder) {
		return true
	}
	t.Folders = append(t.Folders, folder)
	return false
}

// write keeps what was decided, whole or as it was.
func (t *taken) write() error {
	text, err := json.MarshalIndent(t, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(t.path), 0o700); err != nil {
		return fmt.Errorf("remembering files: %w", err)
	}
	if err := os.WriteFile(t.path+".new", text, 0o600); err != nil {
		return fmt.Errorf("remembering files: %w", err)
	}
	if err := os.Rename(t.path+".new", t.path); err != nil {
		return fmt.Errorf("remembering files: %w", err)
	}
	return nil
}
