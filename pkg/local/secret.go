package local

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// secret reads the secret kept in the file, which is made with a new one when it is missing.
func secret(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err == nil && len(strings.TrimSpace(string(text))) > 0 {
		return strings.TrimSpace(string(text)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	made := rand.Text()
	if err := replaceFile(file, made+"\n"); err != nil {
		return "", fmt.Errorf("keeping a secret: %w", err)
	}
	return made, nil
}

// replaceFile writes a small private file in one step: it is there whole or not at all.
func replaceFile(file, text string) error {
	if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
