package run_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/run"
)

func TestProviderFromEnv(t *testing.T) { // not parallel: it sets the environment
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AFTERGLOW_OIDC_ISSUER", "https://id.example/realm")
	if _, err := (run.Config{}).FromEnv(); err == nil || !strings.Contains(err.Error(), "AFTERGLOW_OIDC_CLIENT_ID") {
		t.Errorf("got %v, want an error that names what is missing", err)
	}
	t.Setenv("AFTERGLOW_OIDC_CLIENT_ID", "afterglow")
	t.Setenv("AFTERGLOW_OIDC_CLIENT_SECRET_FILE", secret)
	c, err := (run.Config{}).FromEnv()
	if err != nil || c.OIDCIssuer != "https://id.example/realm" || c.OIDCClientSecret != "s3cret" || c.OIDCName != "single sign-on" {
		t.Errorf("the configuration is %+v: %v", c, err)
	}
	t.Setenv("AFTERGLOW_OIDC_ISSUER", "id.example")
	if _, err := (run.Config{}).FromEnv(); err == nil || !strings.Contains(err.Error(), "AFTERGLOW_OIDC_ISSUER") {
		t.Errorf("got %v, want an error that names what is wrong", err)
	}
}
