package e2e

import (
	"os"
	"os/exec"
	"testing"
)

// The pages work in a real browser. The scenarios are web/e2e; this gives them a platform.
func TestPages(t *testing.T) {
	p := alone(t)
	p.up(t).waitReady(t)
	browser := exec.CommandContext(t.Context(), "npm", "run", "e2e")
	browser.Dir = "../../web"
	browser.Env = append(os.Environ(), "AFTERGLOW_URL="+p.url(), "AFTERGLOW_OWNER_EMAIL="+email,
		"AFTERGLOW_OWNER_PASSWORD="+password, "AFTERGLOW_SAMPLE="+sample(t, 6))
	if said, err := browser.CombinedOutput(); err != nil {
		t.Fatalf("npm run e2e: %v\n%s", err, said)
	}
}
