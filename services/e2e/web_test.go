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
		"AFTERGLOW_LETTER="+letter.Reason, "AFTERGLOW_TWITCH="+p.twitch.URL, "AFTERGLOW_FIRST="+numbered(t, "first.mkv", "0x2d3a6e", 40, "Game", "Microphone"),
		"AFTERGLOW_SECOND="+numbered(t, "second.mkv", "0x6e2d3a", 12, "Game"))
	if said, err := browser.CombinedOutput(); err != nil {
		t.Fatalf("npm run e2e: %v\n%s", err, said)
	}
}
