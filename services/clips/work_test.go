package clips_test

import (
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

// The service says of every event that settles a clip, and of no other, that the work on it has ended.
func TestWorkOnClip(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), idle())
	work := clips.Service.Work
	means := map[string]string{}
	for state, list := range map[string][]events.Event{"begun": work.Begins, "done": work.Done, "failed": work.Failed, "cancelled": work.Cancelled} {
		for _, e := range list {
			means[events.Name(e)] = state
		}
	}
	for clip, last := range map[string]events.Event{
		"registered": nil,
		"probed":     events.ClipProbed{Clip: "probed"},
		"refused":    events.ClipRefused{Clip: "refused", Reason: "it is a text"},
		"packaged":   events.ClipPackaged{Clip: "packaged"},
		"failed":     events.ClipFailed{Clip: "failed", Reason: "it broke"},
	} {
		at := happened(t, s, events.ClipRegistered{Clip: clip, Stream: "s1"})
		if last != nil {
			at = happened(t, s, last)
		}
		var c clips.Clip
		if _, err := s.Call(t, ours, "GET /api/clips/{clip}", testkit.Params("clip", clip), &c, at); err != nil || c.State != clip {
			t.Fatalf("%+v, %v", c, err)
		}
		_, busy := s.Call(t, ours, "POST /api/clips/{clip}/pause", testkit.Params("clip", clip), nil)
		switch ended := last != nil && means[events.Name(last)] != ""; {
		case ended:
			testkit.WantFault(t, busy, fault.Conflict)
		case busy != nil:
			t.Errorf("%s: %v", clip, busy)
		}
	}
	// Whoever tries it again begins it, and whoever cancels it tells that it has failed, as a person.
	for _, command := range []struct{ name, state string }{{"retry", "begun"}, {"cancel", "failed"}} {
		at, err := s.Call(t, ours, "POST /api/clips/{clip}/"+command.name, testkit.Params("clip", "failed"), nil)
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Logs.Read(t.Context(), at)
		if err != nil || means[e.Name] != command.state || e.Actor != ours.Account {
			t.Errorf("%s: %s by %q, %v", command.name, e.Name, e.Actor, err)
		}
	}
	at, err := s.Call(t, ours, "DELETE /api/clips/{clip}", testkit.Params("clip", "probed"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var e es.Event
	if e, err = s.Logs.Read(t.Context(), at); err != nil || means[e.Name] != "cancelled" {
		t.Errorf("deleted: %s, %v", e.Name, err)
	}
}
