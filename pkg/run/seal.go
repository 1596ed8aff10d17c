package run

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// keySize of AES-256, in bytes.
const keySize = 32

// secretKey is what AFTERGLOW_SECRET_KEY says.
func secretKey(otherwise []byte) ([]byte, error) {
	text, err := Env("AFTERGLOW_SECRET_KEY")
	if err != nil || text == "" {
		return otherwise, err
	}
	key, err := ParseKey(text)
	if err != nil {
		return nil, fmt.Errorf("AFTERGLOW_SECRET_KEY %w", err)
	}
	return key, nil
}

// ParseKey reads a key as people write it down: 32 bytes in base64.
func ParseKey(text string) ([]byte, error) {
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(text), "="))
	if err != nil || len(key) != keySize {
		return nil, fmt.Errorf("has to be %d random bytes in base64: make one with `openssl rand -base64 %d`", keySize, keySize)
	}
	return key, nil
}

// Seal encrypts a secret that is to be kept, with AES-256-GCM. It is bound to what it is for: only the
// same name opens it.
func (d *Deps) Seal(name string, secret []byte) ([]byte, error) {
	aead, err := d.aead()
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, secret, []byte(name)), nil
}

// Unseal gives back what Seal has made. Errors: fault.Unavailable when there is no key, or another one.
func (d *Deps) Unseal(name string, sealed []byte) ([]byte, error) {
	aead, err := d.aead()
	if err != nil {
		return nil, err
	}
	secret, err := aead.Open(nil, nil, sealed, []byte(name))
	if err != nil {
		return nil, fault.New(fault.Unavailable, "what is kept for %s was encrypted with another key than AFTERGLOW_SECRET_KEY: set the key that it was encrypted with, or connect again", name)
	}
	return secret, nil
}

func (d *Deps) aead() (cipher.AEAD, error) {
	if len(d.Config.SecretKey) == 0 {
		return nil, fault.New(fault.Unavailable, "there is no key to encrypt secrets with: set AFTERGLOW_SECRET_KEY, the same for every process")
	}
	block, err := aes.NewCipher(d.Config.SecretKey)
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("secret key: %w", err)
	}
	return aead, nil
}
