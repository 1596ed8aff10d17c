package clips_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

// filmed is a recording that ffmpeg makes of a test picture and a tone.
func filmed(t testing.TB, name string, more ...string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	args := append([]string{"-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25", "-f", "lavfi", "-i", "sine=frequency=440"}, more...)
	if said, err := exec.CommandContext(t.Context(), "ffmpeg", append(args, file)...).CombinedOutput(); err != nil {
		t.Fatalf("making a recording: %v: %s", err, said)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func ended(c clips.Clip) bool {
	return c.State == "packaged" || c.State == "refused" || c.State == "failed"
}

// Two machines share the parts of one recording, each of which is encoded once. Nothing stays on the desk
// of either.
func TestMachinesShareTheParts(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, clips.Service)
	second := p
	second.Work = t.TempDir()
	testkit.Start(t, second, clips.Service)
	c := send(t, s, "long.mkv", filmed(t, "long.mkv", "-t", "250", "-c:v", "mpeg4", "-g", "50", "-c:a", "aac"), nil)
	doc := testkit.WaitDocument(t, s, "ours", "clip/"+c.ID, ended)
	if doc.State != "packaged" || doc.PartsTotal < 3 || doc.PartsDone != doc.PartsTotal {
		t.Fatalf("clip %+v", doc)
	}
	made := told[events.ClipPartPackaged](t, s, doc.PartsTotal, nil)
	slices.SortFunc(made, func(a, b events.ClipPartPackaged) int { return a.Part - b.Part })
	for i, part := range made {
		if part.Part != i || len(part.Runs) == 0 {
			t.Errorf("part %d: %+v", i, part)
		}
	}
	var f api.File
	if _, err := s.Call(t, ours, "GET /media/{clip}/{file...}", testkit.Params("clip", c.ID, "file", "hls/240p.m3u8"), &f); err != nil {
		t.Fatal(err)
	}
	if list := (&shelf{System: s}).content(t, f); strings.Count(list, "#EXTINF") < 60 || !strings.Contains(list, "#EXT-X-ENDLIST") || strings.Contains(list, "DISCONTINUITY") {
		t.Errorf("the playlist:\n%s", list)
	}
	wantClear(t, p)
	wantClear(t, second)
}

// A plan that copies and is rejected gives way to one that encodes everything.
func TestRejectedPlan(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, only("clips-probe", "clips-prepare", "clips-pictures", "clips-schedule", "clips-clean"))
	c := send(t, s, "a.mp4", filmed(t, "a.mp4", "-t", "6", "-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-vf", "scale=640:480,format=yuv420p"), nil)
	first := told[events.ClipPlanned](t, s, 1, nil)[0]
	if !first.CopyVideo || len(first.Sizes) < 2 {
		t.Fatalf("the plan: %+v", first)
	}
	happened(t, s, events.ClipPlanRejected{Clip: c.ID, Version: first.Version, Object: first.Object, Name: first.Name, Reason: "a test"})
	second := told[events.ClipPlanned](t, s, 2, nil)[1]
	if second.CopyVideo || second.Version == first.Version || len(second.Parts) == 0 {
		t.Fatalf("the plan after it was rejected: %+v", second)
	}
	for _, r := range told(t, s, len(second.Parts), func(e events.ClipPartReleased) bool { return e.Version == second.Version }) {
		var runs []events.TrackRun
		for _, size := range second.Sizes {
			object := second.Base + "/0000-" + size.ID + ".mp4"
			if err := p.Blob.Upload(t.Context(), os.Args[0], object); err != nil {
				t.Fatal(err)
			}
			runs = append(runs, events.TrackRun{Track: size.ID, Object: object, InitBytes: 700, Codecs: "avc1.640015", Timescale: 120000, Offset: 700, Segments: [][2]int64{{720000, 1000}}})
		}
		happened(t, s, events.ClipPartPackaged{Clip: c.ID, Version: second.Version, Part: r.Part, Runs: runs})
	}
	testkit.WaitDocument(t, s, "ours", "clip/"+c.ID, ended)
	told[events.ClipPackaged](t, s, 1, func(e events.ClipPackaged) bool { return e.Version == second.Version })
	var clip clips.Clip
	if _, err := s.Call(t, ours, "GET /api/clips/{clip}", testkit.Params("clip", c.ID), &clip); err != nil || !clip.SourceKept {
		t.Fatalf("%+v, %v", clip, err)
	}
	wantGone(t, p.Blob, first.Base)
}

// The file that was sent is removed once it is not needed, if that is wanted.
func TestSourceIsDropped(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	p.Config.DropSources = true
	s := testkit.Start(t, p, clips.Service)
	c := send(t, s, "a.wav", filmed(t, "a.wav", "-map", "1:a", "-t", "3"), nil)
	doc := testkit.WaitDocument(t, s, "ours", "clip/"+c.ID, func(c clips.Clip) bool { return c.State == "packaged" && !c.SourceKept })
	if !doc.Playable || doc.Video != nil {
		text, _ := json.Marshal(doc)
		t.Errorf("clip %s", text)
	}
	wantGone(t, p.Blob, "ours/sources")
}

// wantGone waits until nothing is stored under a prefix, for as long as the test may take.
func wantGone(t *testing.T, store *blob.Store, prefix string) {
	t.Helper()
	for t.Context().Err() == nil {
		list, err := store.List(t.Context(), prefix+"/")
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return
		}
	}
	t.Fatalf("objects are left under %s", prefix)
}
