package e2e

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// refused imports what cannot be played, and what can be.
func refused(t *testing.T, p *platform) {
	text := write(t, "talk.mp4", []byte(strings.Repeat("This is no recording.\n", 200)))
	r := p.command(t, "import", "--wait", "--json", text).want(t, 1, "text")
	told := lastClip(t, r.stdout)
	if told.State != "refused" || !strings.Contains(r.stderr, told.Reason) {
		t.Errorf("the clip: %+v\n%s", told, r.stderr)
	}
	if n := len(named(p.facts(t), "clip.refused")[told.ID]); n != 1 {
		t.Errorf("the log refuses the clip %d times", n)
	}
	p.command(t, "import", "--wait", "--json", write(t, "empty.mp4", nil)).want(t, 1, "empty.mp4", "empty")
	p.command(t, "import", "missing.mp4").want(t, 1, "missing.mp4")

	recording, err := os.ReadFile(sample(t, 2))
	check(t, err)
	r = p.command(t, "import", "--wait", "--json", "--title", "Two names", write(t, "one.mp4", recording)).want(t, 0)
	one := lastClip(t, r.stdout)
	r = p.command(t, "import", "--wait", "--json", write(t, "other.mkv", recording)).want(t, 0)
	if other := lastClip(t, r.stdout); other != one || one.State != "packaged" {
		t.Errorf("one name: %+v\nother name: %+v", one, other)
	}
	var made struct {
		Title string
		Clips []struct{ ID string }
	}
	p.browser(t).call(t, http.MethodGet, "/api/streams/"+one.StreamID, nil, &made)
	if made.Title != "Two names" || len(made.Clips) != 1 || made.Clips[0].ID != one.ID {
		t.Errorf("the stream: %+v", made)
	}
	r = p.command(t, "import", "--wait", "--json", text, write(t, "one.mp4", recording)).want(t, 1, "talk.mp4")
	if lastClip(t, r.stdout) != one {
		t.Errorf("a bad file before a good one:\n%s", r.stdout)
	}
}

// imported is the clip that import tells of.
type imported struct{ ID, StreamID, State, Reason string }

// lastClip is the clip on the last line.
func lastClip(t testing.TB, stdout string) imported {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	return decode[imported](t, []byte(lines[len(lines)-1]))
}
