package local

import (
	"crypto/rand"
	"encoding/base64"
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

// SecretKey reads the key of 32 bytes kept in the file in base64, which is made with a new one when it is
// missing.
func SecretKey(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, 32)
		_, _ = rand.Read(key) // never fails
		if err := replaceFile(file, base64.StdEncoding.EncodeToString(key)+"\n"); err != nil {
			return nil, fmt.Errorf("keeping the secret key: %w", err)
		}
		return key, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the secret key: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%s holds no key of 32 bytes in base64: bring back the one that was there, or remove the file and connect everything again", file)
	}
	return key, nil
}
