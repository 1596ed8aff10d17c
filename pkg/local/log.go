package local

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// openLog opens the log of a child; one that has grown over 16 MiB is put aside first.
func openLog(name string) (*os.File, error) {
	if info, err := os.Stat(name); err == nil && info.Size() > 16<<20 {
		if err := os.Rename(name, name+".1"); err != nil {
			return nil, fmt.Errorf("putting the log aside: %w", err)
		}
	}
	log, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the log: %w", err)
	}
	return log, nil
}

// endedEarly tells why a child ended before it was ready: how, and the last lines of its log.
func endedEarly(c *child, log *os.File) error {
	reason := c.failure()
	if reason == nil {
		reason = errors.New("it ended by itself")
	}
	text, _ := os.ReadFile(log.Name())
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	last := strings.Join(lines[max(0, len(lines)-10):], "\n")
	return tellFullDisk(fmt.Errorf("%w; the end of %s:\n%s", reason, log.Name(), last))
}

// tellFullDisk says it first when the words of a program in the error are those of a full disk.
func tellFullDisk(err error) error {
	if strings.Contains(err.Error(), "No space left on device") {
		return fmt.Errorf("the disk is full; make room and start again: %w", err)
	}
	return err
}
