package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Passwords are hashed with argon2id: 19 MiB, two passes, one lane, as OWASP advises.
const (
	argonMemory = 19 * 1024 // KiB
	argonPasses = 2
	argonLanes  = 1
	saltBytes   = 16
	keyBytes    = 32

	// passwordMin is in characters, passwordMax in bytes.
	passwordMin, passwordMax = 12, 1024
)

// hashing bounds how much memory and how many processors are busy with passwords.
var hashing = make(chan struct{}, max(1, runtime.GOMAXPROCS(0)))

// checkPassword answers what is wrong with a new password, or nothing.
func checkPassword(password string) string {
	switch {
	case len(password) > passwordMax:
		return fmt.Sprintf("a password has at most %d bytes", passwordMax)
	case utf8.RuneCountInString(norm.NFKC.String(password)) < passwordMin:
		return fmt.Sprintf("a password has at least %d characters", passwordMin)
	}
	return ""
}

// parameters is how a hash begins that is made today.
var parameters = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, argonMemory, argonPasses, argonLanes)

// hashPassword makes what is stored of a password, in the PHC format.
func hashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	key, err := derive(ctx, password, salt, argonMemory, argonPasses, argonLanes, keyBytes)
	if err != nil {
		return "", err
	}
	return parameters + base64.RawStdEncoding.EncodeToString(salt) + "$" + base64.RawStdEncoding.EncodeToString(key), nil
}

// isOutdated tells whether a hash was made with other parameters than today's.
func isOutdated(hash string) bool { return !strings.HasPrefix(hash, parameters) }

// checkHash tells whether the password is the one that the hash was made from. It is never the one
// of an empty hash, which takes as long to say.
func checkHash(ctx context.Context, password, hash string) (bool, error) {
	if hash == "" {
		_, err := derive(ctx, password, make([]byte, saltBytes), argonMemory, argonPasses, argonLanes, keyBytes)
		return false, err
	}
	var version int
	var memory, passes uint32
	var lanes uint8
	var rest string
	if _, err := fmt.Sscanf(hash, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &memory, &passes, &lanes, &rest); err != nil {
		return false, fmt.Errorf("password hash: %w", err)
	}
	saltText, keyText, _ := strings.Cut(rest, "$")
	salt, _ := base64.RawStdEncoding.DecodeString(saltText)
	key, _ := base64.RawStdEncoding.DecodeString(keyText)
	if version != argon2.Version || len(salt) == 0 || len(key) == 0 {
		return false, fmt.Errorf("password hash: it is not one of argon2id version %d", argon2.Version)
	}
	given, err := derive(ctx, password, salt, memory, passes, lanes, uint32(len(key)))
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(given, key) == 1, nil
}

// derive waits for its turn. The same text typed on different keyboards gives the same key.
func derive(ctx context.Context, password string, salt []byte, memory, passes uint32, lanes uint8, size uint32) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "too many people sign in at this moment; try again")
	}
	defer func() { <-hashing }()
	return argon2.IDKey(norm.NFKC.Bytes([]byte(password)), salt, passes, memory, lanes, size), nil
}
