package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"testing"
)

// TestScenarios are what the platform does for people, in every shape.
func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, shape := range shapes {
		t.Run(shape.name, func(t *testing.T) {
			t.Parallel()
			p := shape.start(t)
			p.ready(t)
			t.Run("recording", func(t *testing.T) {
				if len(p.logs) < 2 { // of several nodes one is lost in the middle, which interrupts calls
					t.Parallel()
				}
				recording(t, p)
			})
			t.Run("refused", func(t *testing.T) {
				t.Parallel()
				refused(t, p)
			})
		})
	}
}

// recording goes from an upload in the page to a player, while others look on.
func recording(t *testing.T, p *platform) {
	browser := p.browser(t)
	live := browser.open(t)
	live.subscribe("streams")
	live.subscribe("jobs")
	for _, topic := range []string{"streams", "jobs"} {
		if m := live.next(topic); m.Type != "SNAPSHOT" {
			t.Errorf("%s begins with %s", topic, m.Type)
		}
	}

	made := uploadInParts(t, browser)
	until(live, "streams", func(struct{ Rev uint64 }) bool {
		return slices.ContainsFunc(all[stream](t, browser, "/api/streams", "cursor"), func(s stream) bool { return s.ID == made.StreamID })
	})
	live.subscribeOnceThere("clip/" + made.ID)
	until(live, "jobs", func(b board) bool { return b.has(made.ID, pipeline.moving) })
	if len(p.logs) > 1 {
		defer p.loseLeader(t, browser)()
	}
	packaged, _ := until(live, "clip/"+made.ID, clip.final)
	until(live, "jobs", func(b board) bool { return b.has(made.ID, pipeline.done) })
	if packaged.State != "packaged" || packaged.Duration < 3.9 || packaged.Duration > 4.2 || len(packaged.Renditions) == 0 {
		t.Fatalf("the clip: %+v", packaged)
	}
	stranger := p.stranger(t)
	played(t, p, browser, stranger, packaged)
	marked(t, p, browser, stranger, packaged.StreamID)
	renamed(t, browser, packaged.StreamID)

	browser.call(t, http.MethodDelete, "/api/sessions/current", nil, nil)
	browser.refused(t, "/api/me", http.StatusUnauthorized)
}

// uploadInParts takes in a recording that is so large that it comes in two parts.
func uploadInParts(t *testing.T, browser *client) clip {
	t.Helper()
	content, err := os.ReadFile(sample(t, 4))
	check(t, err)
	ballast := make([]byte, 17<<20) // a box that players pass over
	_, _ = rand.Read(ballast)       // never fails
	binary.BigEndian.PutUint32(ballast, uint32(len(ballast)))
	copy(ballast[4:], "free")
	content = append(content, ballast...)

	ctx := soon(t)
	up, err := browser.begin(ctx, "C:\\Videos\\2026-01-31 20-00-00.mp4", len(content))
	check(t, err)
	if len(up.Parts) != 2 {
		t.Fatalf("%d bytes come in %d parts", len(content), len(up.Parts))
	}
	early, err := browser.complete(ctx, up)
	if err == nil {
		t.Fatalf("an upload without its parts is complete: %+v", early)
	}
	check(t, browser.put(ctx, up, content))
	var arrived upload
	browser.call(t, http.MethodGet, "/api/uploads/"+up.ID, nil, &arrived)
	if len(arrived.Arrived) != 2 || arrived.Arrived[0].Size+arrived.Arrived[1].Size != int64(len(content)) {
		t.Errorf("arrived: %+v", arrived.Arrived)
	}
	made, err := browser.complete(ctx, up)
	check(t, err)
	if made.Name != "2026-01-31 20-00-00.mp4" || made.Size != int64(len(content)) {
		t.Errorf("the clip: %+v", made)
	}
	again, err := browser.complete(ctx, up)
	if err != nil || again.ID != made.ID {
		t.Errorf("completed again: %+v, %v", again, err)
	}
	return made
}

// played is what a player gets of a clip, and nobody else.
func played(t *testing.T, p *platform, browser, stranger *client, made clip) {
	t.Helper()
	segment := browser.tracks(t, made.HLSURL)[0][1]
	whole := browser.fetch(t, segment)
	part := browser.call(t, http.MethodGet, segment, nil, nil, "Range", "bytes=100-299")
	if span := fmt.Sprintf("bytes 100-299/%d", len(whole)); part.status != http.StatusPartialContent ||
		part.header.Get("Content-Range") != span || !bytes.Equal(part.body, whole[100:300]) {
		t.Errorf("a range of %s: %d %s", segment, part.status, part.header.Get("Content-Range"))
	}
	for _, file := range append(browser.whole(t, made), "/api/clips/"+made.ID, "/api/streams/"+made.StreamID) {
		p.visitor().refused(t, file, http.StatusUnauthorized)
		stranger.refused(t, file, http.StatusNotFound)
	}
	browser.refused(t, "/media/"+made.ID+"/hls/none.m3u8", http.StatusNotFound)
	eavesdropper := stranger.open(t)
	for _, topic := range []string{"clip/" + made.ID, "stream/" + made.StreamID} {
		eavesdropper.subscribe(topic)
		if m := eavesdropper.next(topic); m.Type != "ERROR" || m.Code != "not_found" || m.Ref != "about "+topic {
			t.Errorf("a stranger hears of %s: %+v", topic, m)
		}
	}
}

// marked adds markers as a program does, and wants browsers to hear of each once, also across a lost
// connection.
func marked(t *testing.T, p *platform, browser, stranger *client, id string) {
	t.Helper()
	var created struct{ Token string }
	browser.call(t, http.MethodPost, "/api/tokens", map[string]string{"name": "remote control", "role": "moderator"}, &created)
	program := p.program(created.Token)
	topic, path := "stream/"+id, "/api/streams/"+id+"/markers"
	stranger.refused(t, "/api/streams/"+id, http.StatusNotFound)
	mark := func(label string) (marker, uint64) {
		t.Helper()
		var m marker
		res := program.call(t, http.MethodPost, path, map[string]any{"label": label, "at": 1.5}, &m)
		return m, sequence(t, res.header.Get(position))
	}
	markers := func(count int) func(stream) bool { return func(s stream) bool { return len(s.Markers) == count } }

	first, lost, control := browser.open(t), browser.open(t), browser.open(t)
	first.subscribe(topic)
	first.subscribe("events/facts", 0)
	lost.subscribe(topic)
	control.subscribe(topic)
	for _, s := range []*socket{first, lost, control} {
		until(s, topic, markers(0))
	}
	one, at := mark("one")
	now, m := until(first, topic, markers(1))
	if m.Type != "UPDATE" || now.Markers[0] != one {
		t.Errorf("after a marker came %s %+v", m.Type, now.Markers)
	}
	facts := first.events("events/facts", at)

	_, m = until(lost, topic, markers(1))
	lost.close()
	until(control, topic, markers(1))
	mark("two")
	_, newest := until(control, topic, markers(2))
	resumed := browser.open(t)
	resumed.subscribe(topic, m.Rev)
	if m := resumed.next(topic); m.Type != "SNAPSHOT" || m.Rev != newest.Rev || !bytes.Equal(m.Value, newest.Value) {
		t.Errorf("resumed with %s %d, want version %d", m.Type, m.Rev, newest.Rev)
	}
	current := browser.open(t)
	current.subscribe(topic, newest.Rev)
	_, at = mark("three")
	for _, s := range []*socket{resumed, current} {
		m := s.next(topic)
		begins := s == current && m.Type == "SNAPSHOT" // it was answered only after the marker
		if m.Type != "UPDATE" && !begins || !markers(3)(decode[stream](t, m.Value)) {
			t.Errorf("after a third marker came %s %s", m.Type, m.Value)
		}
	}

	first.close()
	rest := browser.open(t)
	rest.subscribe("events/facts", facts[len(facts)-1].Seq)
	facts = append(facts, rest.events("events/facts", at)...)
	written := p.facts(t)
	written = slices.DeleteFunc(written, func(f fact) bool { return f.Seq > at })
	if !slices.EqualFunc(facts, written, fact.same) {
		t.Errorf("the feed told %v\nthe log has %v", facts, written)
	}
}

// renamed wants every service to answer with what was just written.
func renamed(t *testing.T, browser *client, id string) {
	t.Helper()
	title := "Renamed " + id
	res := browser.call(t, http.MethodPatch, "/api/streams/"+id, map[string]string{"title": title}, nil)
	at := res.header.Get(position)
	var streams struct{ Items []stream }
	browser.call(t, http.MethodGet, "/api/streams?q="+url.QueryEscape(title), nil, &streams, minPosition, at)
	if len(streams.Items) != 1 || streams.Items[0].ID != id || streams.Items[0].MarkerCount != 3 {
		t.Errorf("the streams of that title: %+v", streams.Items)
	}
	var events struct{ Items []fact }
	browser.call(t, http.MethodGet, "/api/events?aggregateId="+id, nil, &events, minPosition, at)
	if len(events.Items) == 0 || events.Items[0].Seq != sequence(t, at) || events.Items[0].Event != "stream.renamed" {
		t.Errorf("the newest events of the stream: %+v", events.Items)
	}
}
