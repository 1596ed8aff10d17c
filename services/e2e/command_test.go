package e2e

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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
	maintained(t, p, browser, made)
	watched(t, p, program, made)
	facts := p.facts(t)

	wantNoWork(t, p)
	up.stop(t)
	wantNothingRuns(t, p.data)
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

// maintained builds tables anew and replays them while the platform runs, and looks into the past.
func maintained(t *testing.T, p *platform, browser *client, made imported) {
	t.Helper()
	before := browser.call(t, http.MethodGet, "/api/streams/"+made.StreamID, nil, nil)
	var names []string
	for text := range strings.Lines(p.command(t, "rebuild", "--all", "--json").want(t, 0).stdout) {
		names = append(names, decode[struct{ Projection string }](t, []byte(text)).Projection)
	}
	var known []string
	for _, s := range services.All() {
		for _, projection := range s.Projections {
			known = append(known, projection.Name)
		}
	}
	if !slices.Equal(names, known) {
		t.Errorf("built anew are %v, there are %v", names, known)
	}
	if after := browser.call(t, http.MethodGet, "/api/streams/"+made.StreamID, nil, nil); !bytes.Equal(before.body, after.body) {
		t.Errorf("the stream was %s\nand is %s", before.body, after.body)
	}
	p.command(t, "replay", "--all", "--strict").want(t, 0)
	meddled(t, p, "streams_library", "stream", "title")
	r := p.command(t, "replay", "streams_library", "--json").want(t, 1, "afterglow rebuild streams_library")
	told := decode[struct {
		Same        bool
		Differences []struct{ Table, Live, Replayed string }
	}](t, []byte(r.stdout))
	if told.Same || len(told.Differences) != 2 || !strings.Contains(r.stdout, "Meddled with") || !strings.Contains(r.stdout, "Kept") {
		t.Errorf("of a table that was meddled with it is told: %s", r.stdout)
	}
	p.command(t, "rebuild", "streams_library").want(t, 0)
	p.command(t, "replay", "streams_library").want(t, 0)

	meddled(t, p, "jobs_board", "job", "stage")
	const remark = "TICKS, nor DEAD no longer keeps everything"
	if r := p.command(t, "replay", "jobs_board").want(t, 0, remark); !strings.Contains(r.stdout, "Meddled with") {
		t.Errorf("of a table that may differ is told: %s", r.stdout)
	}
	p.command(t, "replay", "jobs_board", "--strict").want(t, 1, remark)
	p.command(t, "rebuild", "jobs_board").want(t, 0)

	var created, marked fact
	for _, f := range p.facts(t) {
		switch {
		case f.Event == "stream.created" && f.AggregateID == made.StreamID:
			created = f
		case f.Event == "stream.marker_added":
			marked = f
		}
	}
	for seq, markers := range map[uint64]int{created.Seq: 0, marked.Seq: 1} {
		at := "FACTS/" + strconv.FormatUint(seq, 10)
		past := decode[struct{ Value stream }](t, []byte(p.command(t, "replay", "--topic", "stream/"+made.StreamID, "--at", at, "--json").want(t, 0).stdout))
		if past.Value.Title != "Kept" || len(past.Value.Markers) != markers {
			t.Errorf("at %s the stream was %+v", at, past.Value)
		}
	}
	p.command(t, "replay", "--topic", "stream/"+made.StreamID, "--at", "FACTS/999999").want(t, 1, "there is no event FACTS/999999")
	p.command(t, "replay", "--topic", "stream/nope", "--at", "FACTS/1", "--json").want(t, 1, "there was no live document stream/nope at FACTS/1")
	p.command(t, "dead").want(t, 0)
	p.command(t, "dead", "show", "nothing").want(t, 1, "there is no letter nothing")
	p.command(t, "dead", "retry", "nothing").want(t, 1, "there is no letter nothing")
	p.command(t, "dead", "retry", "--all").want(t, 0)
}

// meddled writes into a projection's table what no event says.
func meddled(t *testing.T, p *platform, projection, table, column string) {
	t.Helper()
	ctx := soon(t)
	db, err := pgx.Connect(ctx, p.database)
	check(t, err)
	defer func() { _ = db.Close(ctx) }()
	var schema string
	check(t, db.QueryRow(ctx, "select schema from es.projection where name = $1", projection).Scan(&schema))
	_, err = db.Exec(ctx, "update "+pgx.Identifier{schema, table}.Sanitize()+" set "+column+" = 'Meddled with'")
	check(t, err)
}

// watched follows a stream and a feed while a marker is added.
func watched(t *testing.T, p *platform, program *client, made imported) {
	t.Helper()
	watching := launch(t, "afterglow follow", p.env, afterglow, "--data", p.data, "follow", "stream/"+made.StreamID, "events/facts")
	topics := func(word string) bool { return strings.Contains(watching.output(), word) }
	poll(t, "the stream is not shown", func() bool { return topics(`"label":"kept"`) })
	added := 0
	poll(t, "what comes is not shown", func() bool { // the feed begins when it begins
		added++
		program.call(t, http.MethodPost, "/api/streams/"+made.StreamID+"/markers", map[string]string{"label": "watched " + strconv.Itoa(added)}, nil)
		return topics(`"label":"watched 1"`) && topics(`"event":"stream.marker_added"`)
	})
	watching.stop(t)
	p.command(t, "follow", "weather").want(t, 2, "weather", "live documents", "and the feeds chat/{channel}", "events/facts")
	var shown stream
	program.call(t, http.MethodGet, "/api/streams/"+made.StreamID, nil, &shown)
	for _, m := range shown.Markers {
		if m.Label != "kept" {
			program.call(t, http.MethodDelete, "/api/streams/"+made.StreamID+"/markers/"+m.ID, nil, nil)
		}
	}
}
