// Package local starts the parts an installation needs, privately and inside one folder: nats-server
// in this process, PostgreSQL and an S3 server as child processes. A laptop runs on it, and so does
// every test. It hides which programs these are, where they live, as which account they run, and what
// an earlier run that was killed may have left behind.
package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Lock takes dir, made if it is missing, for this process alone until release is called or the process
// ends, however it ends. The error of a second holder is a sentence for the person who started it.
func Lock(dir string) (release func(), err error) {
	if err := makeFolder(dir); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, "afterglow.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the folder %s cannot be written: %w", dir, reason(err))
	}
	switch err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		defer func() { _ = file.Close() }()
		holder, _ := os.ReadFile(file.Name())
		return nil, fmt.Errorf("another afterglow is running on this folder (process %s); stop it or choose another --data",
			strings.TrimSpace(string(holder)))
	case err != nil:
		_ = file.Close()
		return nil, fmt.Errorf("locking %s: %w", file.Name(), err)
	}
	if err := errors.Join(file.Truncate(0), writeAt(file, strconv.Itoa(os.Getpid())+"\n")); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("the folder %s cannot be written: %w", dir, reason(err))
	}
	return func() {
		_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) // a child that is being started just now may still have the file open
		_ = file.Close()
	}, nil
}

// makeFolder makes dir with its parents, for this account alone, unless it is there.
func makeFolder(dir string) error {
	err := os.MkdirAll(dir, 0o700)
	if errors.Is(err, syscall.ENOTDIR) {
		return fmt.Errorf("%s is not a folder", dir)
	}
	if err != nil {
		return fmt.Errorf("the folder %s cannot be made: %w", dir, reason(err))
	}
	return nil
}

func writeAt(file *os.File, text string) error {
	_, err := file.WriteAt([]byte(text), 0)
	return err
}

// reason leaves out the operation and path that a sentence already tells.
func reason(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}
