package e2e

import (
	"os"
	"os/exec"
	"testing"
)

// The pages work in a real browser. The scenarios are web/e2e; this gives them a platform whose owner
// has one of everything, a dead letter too.
func TestPages(t *testing.T) {
	p := apart(t, 1)
	ours := furnish(t, p)
	letter := latest[struct{ Reason string }](t, ours.owner, "/api/letters")
	browser := exec.CommandContext(t.Context(), "npm", "run", "e2e")
	browser.Dir = "../../web"
	browser.Env = append(os.Environ(), "AFTERGLOW_URL="+p.url(), "AFTERGLOW_OWNER_EMAIL="+email,
		"AFTERGLOW_OWNER_PASSWORD="+password, "AFTERGLOW_SAMPLE="+sample(t, 6), "AFTERGLOW_DATA="+p.home,
		"AFTERGLOW_LETTER="+letter.Reason)
	if said, err := browser.CombinedOutput(); err != nil {
		t.Fatalf("npm run e2e: %v\n%s", err, said)
	}
}
