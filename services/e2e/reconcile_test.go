package e2e

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"testing"
)

// reconcile compares what was acknowledged, what is on the log, what the tables say, and what is
// stored. The log is folded again beside the tables, which have to be the same.
func (c *crowd) reconcile(t *testing.T) {
	t.Helper()
	// Row by row. What is on TICKS alone may have gone with a nats-server that was killed.
	c.command(t, "replay", "--all").want(t, 0)
	facts := c.facts(t)
	// What is shown is compared once it has come to where the log was read to.
	c.program.header.Set(minPosition, fmt.Sprintf("FACTS/%d", facts[len(facts)-1].Seq))
	c.reconcileMarkers(t, facts)
	c.reconcileChat(t, facts)
	c.reconcileClips(t, facts)
	c.reconcileParts(t, facts)
	c.reconcileJobs(t, facts)
	if dead := c.lines(t, "DEAD"); len(dead) > 0 {
		t.Errorf("on DEAD: %+v", dead)
	}
	listed := all[fact](t, c.program, "/api/events", "cursor")
	slices.Reverse(listed)
	listed = slices.DeleteFunc(listed, func(f fact) bool { return f.Seq > facts[len(facts)-1].Seq })
	if !slices.EqualFunc(listed, facts, fact.same) {
		t.Errorf("%d events are listed, %d are on the log", len(listed), len(facts))
	}
	ids := map[string]bool{}
	for _, f := range facts {
		if ids[f.ID] {
			t.Errorf("%s %s is on the log twice", f.Event, f.ID)
		}
		ids[f.ID] = true
	}
}

// reconcileMarkers wants every acknowledged marker once, and no other twice.
func (c *crowd) reconcileMarkers(t *testing.T, facts []fact) {
	t.Helper()
	written := markersOn(t, facts)
	for id := range c.markers {
		if written[id] != 1 {
			t.Errorf("the acknowledged marker %s is on the log %d times", id, written[id])
		}
	}
	labels, counted, total := map[string]bool{}, map[string]int{}, 0
	s := c.program.open(t)
	for _, id := range c.streams {
		var shown stream
		c.program.call(t, http.MethodGet, "/api/streams/"+id, nil, &shown)
		for _, m := range shown.Markers {
			acked, ok := c.markers[m.ID]
			if written[m.ID] != 1 || labels[m.Label] || ok && acked != m {
				t.Errorf("the marker %+v was acknowledged as %+v, and is on the log %d times", m, acked, written[m.ID])
			}
			labels[m.Label] = true
		}
		s.subscribeOnceThere("stream/" + id)
		until(s, "stream/"+id, func(live stream) bool { return reflect.DeepEqual(live.Markers, shown.Markers) })
		counted[id] = len(shown.Markers)
		total += len(shown.Markers)
	}
	if total != len(written) {
		t.Errorf("%d markers are shown, %d are on the log", total, len(written))
	}
	for _, listed := range all[stream](t, c.program, "/api/streams", "cursor") {
		if listed.MarkerCount != counted[listed.ID] {
			t.Errorf("%d markers of %s are counted, %d are shown", listed.MarkerCount, listed.ID, counted[listed.ID])
		}
	}
}

// reconcileClips wants every clip to have been refused or packaged once, and each file of it.
func (c *crowd) reconcileClips(t *testing.T, facts []fact) {
	t.Helper()
	registered, probed, packaged := named(facts, "clip.registered"), named(facts, "clip.probed"), named(facts, "clip.packaged")
	refused, streams := named(facts, "clip.refused"), named(facts, "stream.created")
	for id := range c.clips {
		if len(registered[id]) == 0 {
			t.Errorf("the acknowledged clip %s is not on the log", id)
		}
	}
	shown := all[clip](t, c.program, "/api/clips", "cursor")
	for _, made := range shown {
		counts := [4]int{len(registered[made.ID]), len(probed[made.ID]), len(packaged[made.ID]), len(refused[made.ID])}
		wanted := [4]int{1, 1, 1, 0}
		if made.Name == "talk.mp4" {
			wanted = [4]int{1, 0, 0, 1}
		}
		if counts != wanted || (made.State == "refused") != (wanted[3] == 1) || len(streams[made.StreamID]) != 1 {
			t.Errorf("%s is %s; on the log it was registered, probed, packaged, refused %v times, its stream made %d times",
				made.Name, made.State, counts, len(streams[made.StreamID]))
		}
		if made.State == "packaged" {
			c.program.whole(t, made)
		}
	}
	if len(shown) != len(registered) {
		t.Errorf("%d clips are shown, %d are on the log", len(shown), len(registered))
	}
	if listed := all[stream](t, c.program, "/api/streams", "cursor"); len(listed) != len(streams) {
		t.Errorf("%d streams are listed, %d are on the log", len(listed), len(streams))
	}
}

// reconcileJobs wants a finished job for every event that is worked on.
func (c *crowd) reconcileJobs(t *testing.T, facts []fact) {
	t.Helper()
	outcomes, again := map[string]int{}, 0
	for _, j := range all[job](t, c.program, "/api/jobs", "cursor") {
		outcomes[j.State+" "+j.Outcome]++
		if j.Attempt > 1 {
			again++
		}
	}
	t.Logf("the jobs ended %v; %d of them began more than once", outcomes, again)
	wanted := map[string]int{
		"done clip.probed":        len(named(facts, "clip.probed")),
		"done clip.planned":       len(named(facts, "clip.planned")),
		"done clip.pictured":      len(named(facts, "clip.pictured")),
		"done clip.part_packaged": count(facts, "clip.part_packaged"),
		"failed clip.refused":     len(named(facts, "clip.refused")),
	}
	if !reflect.DeepEqual(outcomes, wanted) {
		t.Errorf("the jobs ended %v, want %v", outcomes, wanted)
	}
}
