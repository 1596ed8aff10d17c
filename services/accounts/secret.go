package accounts

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// newSecret makes 32 random bytes in text that fits into a link, a cookie and a header.
func newSecret() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return base64.RawURLEncoding.EncodeToString(secret)
}

// secretHash is what is stored of a secret. Secrets are random, so a fast hash is enough.
func secretHash(secret string) []byte {
	sum := sha256.Sum256([]byte(strings.TrimSpace(secret)))
	return sum[:]
}

// link leads to a page with a secret, in the part of the address that browsers send to nobody.
func link(d *run.Deps, page, secret string) string {
	return d.Config.URL() + "/" + page + "#token=" + secret
}
