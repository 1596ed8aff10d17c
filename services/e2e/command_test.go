package e2e

import (
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/services"
)

// TestCommandLine runs a platform as its owner does, from the first start to a later one.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	p, began := alone(t), time.Now()
	up := p.up(t)
	up.waitReady(t)
	t.Logf("first start: ready after %s", time.Since(began).Round(time.Millisecond))

	p.command(t, "up", "--listen", freeAddress(t)).want(t, 1, "another afterglow is running", "process "+strconv.Itoa(up.cmd.Process.Pid))
	command(t, p.env, "--data", shortFolder(t), "up", "--listen", p.listen).want(t, 1, p.listen, "--listen")
	command(t, p.env, "--data", shortFolder(t), "events").want(t, 1, "nothing runs on")
	command(t, p.env, "run").want(t, 2, "NATS_URL is not set")
	command(t, p.env, "run", "nonsense").want(t, 2, "nonsense", "streams")
	command(t, p.env, "nonsense").want(t, 2)
	command(t, p.env, "--help").want(t, 0)
	versions(t, p)
	catalogued(t, p)

	p.command(t, "token", "create", "--name", "n", "--role", "emperor").want(t, 2, "emperor")
	r := p.command(t, "token", "create", "--name", "remote control", "--role", "owner", "--json").want(t, 0)
	program := p.program(decode[struct{ Token string }](t, []byte(r.stdout)).Token)
	made := lastClip(t, p.command(t, "import", "--wait", "--json", "--title", "Kept", sample(t, 1)).want(t, 0).stdout)
	program.call(t, http.MethodPost, "/api/streams/"+made.StreamID+"/markers", map[string]string{"label": "kept"}, nil)
	if ticks := p.lines(t, "TICKS"); len(ticks) == 0 || ticks[0].Headers["Event-Type"][0] != "job.progressed" {
		t.Errorf("%d events on TICKS", len(ticks))
	}
	browser := p.browser(t)
	facts := p.facts(t)

	up.stop(t)
	wantNothingRuns(t, p.data)
	wantNoWork(t, p)
	p.command(t, "events").want(t, 1, "nothing runs on")
	began = time.Now()
	up = p.up(t)
	up.waitReady(t)
	t.Logf("second start: ready after %s", time.Since(began).Round(time.Millisecond))
	if again := p.facts(t); !slices.EqualFunc(again, facts, func(a, b fact) bool { return a.ID == b.ID && a.Seq == b.Seq }) {
		t.Errorf("before: %v\nafter: %v", facts, again)
	}
	for _, c := range []*client{browser, program} {
		var kept stream
		c.call(t, http.MethodGet, "/api/streams/"+made.StreamID, nil, &kept)
		if kept.Title != "Kept" || kept.State != "ready" || len(kept.Clips) != 1 || len(kept.Markers) != 1 {
			t.Errorf("kept: %+v", kept)
		}
	}
	var packaged clip
	browser.call(t, http.MethodGet, "/api/clips/"+made.ID, nil, &packaged)
	browser.whole(t, packaged)
	up.stop(t)
	wantNothingRuns(t, p.data)
}

func versions(t *testing.T, p *platform) {
	t.Helper()
	plain := command(t, p.env, "version").want(t, 0).stdout
	told := decode[struct{ Version string }](t, []byte(command(t, p.env, "version", "--json").want(t, 0).stdout))
	if told.Version == "" || plain != told.Version+"\n" {
		t.Errorf("the version is %q and %q", plain, told.Version)
	}
}

// catalogued wants list to tell of all services.
func catalogued(t *testing.T, p *platform) {
	t.Helper()
	command(t, p.env, "list").want(t, 0)
	var listed, known []string
	for _, s := range decode[[]struct{ Service string }](t, []byte(command(t, p.env, "list", "--json").want(t, 0).stdout)) {
		listed = append(listed, s.Service)
	}
	for _, s := range services.All() {
		known = append(known, s.Name)
	}
	if !slices.Equal(listed, known) {
		t.Errorf("listed are %v, there are %v", listed, known)
	}
}
