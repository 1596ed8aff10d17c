package clips_test

import (
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

// What is stored is counted by kind, in all and per stream.
func TestStorage(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	for i, id := range []string{"s1", "s2", "s3"} {
		s.tell(t, events.StreamCreated{Stream: id, Title: "Title of " + id, StartedAt: time.Unix(int64(i)*3600, 0)})
	}
	s.tell(t, registered("c1", "s1", nil), registered("c2", "s1", nil), registered("c3", "s2", nil), events.StreamDeleted{Stream: "s3"})
	run := func(clip, object, track string, start, size int64) {
		s.tell(t, events.ClipTrackPackaged{Clip: clip, Version: "p1", Run: events.TrackRun{
			Track: track, Object: object, InitBytes: 7, Timescale: 1, Start: start, Offset: 7, Segments: [][2]int64{{1, size}, {1, size}},
		}})
	}
	run("c1", "a", "720p", 0, 100)
	run("c1", "a", "720p", 2, 100) // goes on in the same object
	run("c2", "b", "720p", 0, 10)
	run("c3", "c", "audio-1", 0, 1)
	s.tell(t, events.ClipPictured{Clip: "c1", Base: "p", Size: 50}, events.ClipSourceDropped{Clip: "c2", Object: "ours/sources/c2"})
	want := map[string]clips.Used{
		"s1": {Sources: 1000, Video: 407 + 27, Pictures: 50}, "s2": {Sources: 1000, Video: 9}, "": {Sources: 2000, Video: 443, Pictures: 50},
	}
	got, cursor, order := map[string]clips.Used{}, "", ""
	for range 2 {
		var page clips.Storage
		if _, err := s.Call(t, ours, "GET /api/storage", testkit.Params("limit", "1", "cursor", cursor), &page, s.last); err != nil || len(page.Items) != 1 {
			t.Fatalf("%+v, %v", page, err)
		}
		i := page.Items[0]
		if i.Title != "Title of "+i.StreamID || i.StartedAt.IsZero() {
			t.Errorf("stream %+v", i)
		}
		got[i.StreamID], got[""], cursor, order = i.Used, page.Total, page.Next, order+i.StreamID
	}
	if order != "s2s1" || cursor != "" {
		t.Errorf("the order is %s, and then %q", order, cursor)
	}
	for id, used := range want {
		if got[id] != used {
			t.Errorf("%q uses %+v, want %+v", id, got[id], used)
		}
	}
	var page clips.Storage
	if _, err := s.Call(t, testkit.Owner("theirs"), "GET /api/storage", testkit.Params(), &page); err != nil || page.Total != (clips.Used{}) || page.Items == nil || len(page.Items) > 0 {
		t.Errorf("theirs: %+v, %v", page, err)
	}
	_, err := s.Call(t, ours, "GET /api/storage", testkit.Params("cursor", "x"), nil)
	testkit.WantFault(t, err, fault.Invalid)
	_, err = s.Call(t, nobody, "GET /api/storage", testkit.Params(), nil)
	testkit.WantFault(t, err, fault.Unauthenticated)
}
