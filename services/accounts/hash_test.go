package accounts

import (
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func TestPasswords(t *testing.T) {
	t.Parallel()
	hash, err := hashPassword(t.Context(), "p\u00e4ssword of mine") // one character
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{"p\u00e4ssword of mine": true, "pa\u0308ssword of mine": true, "password of mine": false} {
		if ok, err := checkHash(t.Context(), password, hash); ok != want || err != nil {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
	if ok, err := checkHash(t.Context(), "", ""); ok || err != nil {
		t.Errorf("no password: %v, %v", ok, err)
	}
	for _, broken := range []string{"x", "$argon2id$v=19$m=1,t=1,p=1$$", hash[:20], "$argon2id$v=18" + hash[len("$argon2id$v=19"):]} {
		if ok, err := checkHash(t.Context(), "", broken); ok || err == nil {
			t.Errorf("%q: %v, %v", broken, ok, err)
		}
	}
}

func TestPasswordLengths(t *testing.T) {
	t.Parallel()
	for password, ok := range map[string]bool{
		strings.Repeat("x", passwordMin-1):      false,
		strings.Repeat("x", passwordMin):        true,
		strings.Repeat("\u00e4", passwordMin-1): false, // 22 bytes
		strings.Repeat("x", passwordMax):        true,
		strings.Repeat("x", passwordMax+1):      false,
	} {
		if wrong := checkPassword(password); (wrong == "") != ok {
			t.Errorf("%d bytes: %q", len(password), wrong)
		}
	}
	s, email := system(t)
	err := try(t, s, email, strings.Repeat("x", 700<<10), "192.0.2.1")
	testkit.WantFault(t, err, fault.Invalid)
}

func TestOldHashesAreMadeAnewAtSignIn(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	salt := []byte("0123456789abcdef")
	old := "$argon2id$v=19$m=8192,t=1,p=1$" + base64.RawStdEncoding.EncodeToString(salt) + "$" +
		base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte(password), salt, 1, 8192, 1, 32))
	exec(t, s, "update vault.accounts set password_hash = $1", old)
	stored := func() (hash string) {
		if err := database(t, s).QueryRow(t.Context(), "select password_hash from vault.accounts").Scan(&hash); err != nil {
			t.Fatal(err)
		}
		return hash
	}
	testkit.WantFault(t, try(t, s, email, "wrong horse battery", "192.0.2.1"), fault.Unauthenticated)
	if stored() != old {
		t.Error("a wrong password changed the hash")
	}
	signIn(t, s, email, "192.0.2.1")
	if hash := stored(); !strings.HasPrefix(hash, parameters) {
		t.Errorf("the hash is %s", hash)
	}
	signIn(t, s, email, "192.0.2.1")
	var me Account
	caller, _ := signIn(t, s, email, "192.0.2.1")
	if _, err := call(t, s, caller, "GET /api/me", api.Input{}, &me); err != nil || !me.HasPassword {
		t.Errorf("me is %+v: %v", me, err)
	}
}
