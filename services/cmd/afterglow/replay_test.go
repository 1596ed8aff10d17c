package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/es"
)

// TestReplayOfWhatExpires wants differences to end with 1 only when the logs should have everything.
func TestReplayOfWhatExpires(t *testing.T) {
	t.Parallel()
	differs := []es.Difference{{Table: "job", Live: "{}"}}
	for name, c := range map[string]struct {
		told     replayed
		strict   bool
		fails    bool
		out, err string
	}{
		"same":             {told: replayed{Same: true, Events: 1}, out: "p is the same, row by row, after 1 event\n"},
		"parked":           {told: replayed{Same: true, Parked: 2, ReplayParked: 2}, out: "after 0 events; 2 events parked in both\n"},
		"parked otherwise": {told: replayed{Same: true, Parked: 1}, out: "; 1 event parked in the tables, 0 in the replay\n"},
		"differs":          {told: replayed{Differences: differs}, fails: true, out: "(no such row)", err: "in at least 1 row; `afterglow rebuild p`"},
		"expires":          {told: replayed{Differences: differs, Expiring: []string{"TICKS"}}, out: "(no such row)", err: "TICKS no longer keeps everything"},
		"strict":           {told: replayed{Differences: differs, Expiring: []string{"TICKS"}}, strict: true, fails: true, err: "TICKS no longer keeps everything"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			c.told.Projection = "p"
			err := (&replayCmd{Strict: c.strict}).print(&terminal{out: &stdout, err: &stderr}, c.told)
			if (err != nil) != c.fails || !strings.Contains(stdout.String(), c.out) || !strings.Contains(fmt.Sprint(err)+stderr.String(), c.err) {
				t.Errorf("it says %s%s%v", &stdout, &stderr, err)
			}
		})
	}
}
