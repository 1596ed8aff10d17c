package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	manifestFile = "manifest.json"
	// backupFormat is raised when a backup is laid out in another way.
	backupFormat = 1
)

// manifest is what a backup says of itself. It is written last: a folder without it is no backup.
type manifest struct {
	Format  int       `json:"format"`
	Version string    `json:"version"`
	MadeAt  time.Time `json:"madeAt"`
	Logs    []logCopy `json:"logs"`
	// Migrations is which migration each service's vault tables had come to.
	Migrations map[string]int64 `json:"migrations"`
	Tables     []tableCopy      `json:"tables"`
	Objects    int              `json:"objects"`
	// Files are all other files of the backup, by their paths in it.
	Files map[string]fileSum `json:"files"`
}

// logCopy is a log in a backup.
type logCopy struct {
	Name string `json:"name"`
	snapshotted
}

// tableCopy is a table of the vault in a backup.
type tableCopy struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
}

// fileSum is the size of a file in bytes, and its SHA-256 in hex.
type fileSum struct {
	Size int64  `json:"size"`
	Sum  string `json:"sha256"`
}

// newBackupFolder takes a folder for a backup, which has to be empty or not there.
func newBackupFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(dir, 0o700)
	}
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%s is not empty; name a folder that is, or that is not there yet", dir)
	}
	return err
}

// writeFile writes a file of the backup and notes its sum, once it is on the disk.
func (m *manifest) writeFile(dir, name string, write func(io.Writer) error) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	counted := &counter{hash: sha256.New()}
	err = write(io.MultiWriter(file, counted))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	m.Files[name] = counted.sum()
	return nil
}

// write makes the folder a backup.
func (m *manifest) write(dir string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	unfinished := filepath.Join(dir, manifestFile+".new")
	if err := os.WriteFile(unfinished, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(unfinished, filepath.Join(dir, manifestFile))
}

// readManifest reads a backup's manifest and checks every file against it.
func readManifest(dir string, progress func(done, total uint64)) (manifest, error) {
	var m manifest
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("%s is no finished backup: it has no %s", dir, manifestFile)
	}
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("%s: %w", filepath.Join(dir, manifestFile), err)
	}
	if m.Format != backupFormat {
		return m, fmt.Errorf("the backup is of format %d, this version reads %d; restore it with afterglow %s", m.Format, backupFormat, m.Version)
	}
	var done, total uint64
	for _, sum := range m.Files {
		total += uint64(sum.Size)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Files)) {
		if !filepath.IsLocal(name) {
			return m, fmt.Errorf("the backup names the file %q, which is outside of it", name)
		}
		found, err := sumOf(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			return m, fmt.Errorf("the backup is not whole: %w", err)
		}
		if found != m.Files[name] {
			return m, fmt.Errorf("the backup is damaged: %s has %d bytes with SHA-256 %s, not %d with %s; take another backup",
				name, found.Size, found.Sum, m.Files[name].Size, m.Files[name].Sum)
		}
		done += uint64(found.Size)
		progress(done, total)
	}
	return m, nil
}

func sumOf(path string) (fileSum, error) {
	file, err := os.Open(path)
	if err != nil {
		return fileSum{}, err
	}
	defer func() { _ = file.Close() }()
	counted := &counter{hash: sha256.New()}
	_, err = io.Copy(counted, file)
	return counted.sum(), err
}

// counter counts and hashes what is written to it.
type counter struct {
	hash hash.Hash
	size int64
}

func (c *counter) Write(data []byte) (int, error) {
	c.size += int64(len(data))
	return c.hash.Write(data)
}

func (c *counter) sum() fileSum { return fileSum{c.size, hex.EncodeToString(c.hash.Sum(nil))} }
