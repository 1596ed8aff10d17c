package media

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// judge looks at a clip with other eyes: ffmpeg's own readers of MP4, HLS and DASH.
func (c clip) judge(t *testing.T) {
	t.Helper()
	dir, tracks := c.published(t)
	var starts []int64
	for _, track := range tracks {
		c.judgeTrack(t, track)
		if track.Audio {
			continue
		}
		at := startsOf(track)
		if starts == nil {
			starts = at
		}
		half := int64(videoTimescale / c.plan.FrameRate / 2)
		if !slices.EqualFunc(at, starts, func(a, b int64) bool { return max(a-b, b-a) <= half }) {
			t.Errorf("%s begins its segments at %v, the first at %v", track.ID, at, starts)
		}
	}
	master := read(t, dir, "hls/index.m3u8")
	last := 1 << 60
	for _, bandwidth := range regexp.MustCompile(`[:,]BANDWIDTH=(\d+)`).FindAllStringSubmatch(master, -1) {
		n, _ := strconv.Atoi(bandwidth[1])
		if n >= last {
			t.Errorf("bandwidths don't fall with the size:\n%s", master)
		}
		last = n
	}
	if err := xml.Unmarshal([]byte(read(t, dir, "dash/manifest.mpd")), &mpd{}); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"hls/index.m3u8", "dash/manifest.mpd"} {
		c.judgeManifest(t, filepath.Join(dir, name))
	}
}

// judgeTrack looks whether the segments of a track follow each other without a hole, each from a keyframe that is
// shown first.
func (c clip) judgeTrack(t *testing.T, track Track) {
	t.Helper()
	runs := c.of(track.ID)
	next := runs[0].Start
	for i, r := range runs {
		if r.Start != next {
			t.Errorf("%s: run %d starts at %d, the one before ends at %d", track.ID, i, r.Start, next)
		}
		for _, s := range r.Segments {
			next += s[0]
			if s[0] <= 0 || s[1] <= 0 {
				t.Errorf("%s: run %d has the segments %v", track.ID, i, r.Segments)
			}
		}
		if r.Codecs != runs[0].Codecs || r.Timescale != runs[0].Timescale {
			t.Errorf("%s: run %d is %+v, the first %+v", track.ID, i, r, runs[0])
		}
		if head := read(t, c.work.OutDir, r.File)[:r.InitBytes]; head != read(t, c.work.OutDir, runs[0].File)[:runs[0].InitBytes] {
			t.Errorf("%s: run %d begins another way than the first", track.ID, i)
		}
	}
	if track.Audio {
		return
	}
	if track.Timescale != videoTimescale {
		t.Errorf("%s counts in 1/%d", track.ID, track.Timescale)
	}
	all := "\n" + tool(t, "ffprobe", "-show_entries", "packet=pts,flags", "-of", "csv=p=0", c.joined(t, track.ID))
	for _, s := range track.Segments {
		if !strings.Contains(all, fmt.Sprintf("\n%d,K", s.Start)) {
			t.Errorf("%s: no keyframe is shown first in %s", track.ID, s.URI)
		}
	}
}

// judgeManifest looks whether players find all tracks in a manifest, and whether all of them can be decoded.
func (c clip) judgeManifest(t *testing.T, path string) {
	t.Helper()
	streams := streamsOf(t, path)
	for _, s := range c.plan.Sizes {
		if want := fmt.Sprintf("video %dx%d", s.Width, s.Height); !slices.Contains(streams, want) {
			t.Errorf("%s has no %s: %v", path, want, streams)
		}
	}
	sounds := 0
	for _, s := range streams {
		if s == "audio 0x0" {
			sounds++
		}
	}
	if sounds < len(c.plan.Sound) {
		t.Errorf("%s has %d audio streams, want %d", path, sounds, len(c.plan.Sound))
	}
	// One kind at a time: ffmpeg's reader of DASH ends all with the shortest.
	seconds := 0.0
	for kind, there := range map[string]bool{"0:v": len(c.plan.Sizes) > 0, "0:a": len(c.plan.Sound) > 0} {
		if filepath.Ext(path) == ".mpd" { // the segments are the same: one of them will do
			kind += ":0"
		}
		if there {
			seconds = max(seconds, played(t, path, kind))
		}
	}
	late := 0.0 // as ffmpeg reads it; see readable
	if len(c.plan.Sizes) > 0 {
		late = 4 / c.plan.FrameRate
	}
	if !near(seconds, c.plan.Duration, 0.15+late) {
		t.Errorf("%s plays %v seconds, want %v", path, seconds, c.plan.Duration)
	}
}

func startsOf(track Track) []int64 {
	var all []int64
	for _, s := range track.Segments {
		all = append(all, s.Start)
	}
	return all
}

// played decodes the streams of a manifest that the map names, and says for how many seconds they last.
func played(t *testing.T, path, streams string) float64 {
	t.Helper()
	out := tool(t, "ffmpeg", "-nostdin", "-xerror", "-i", path, "-map", streams, "-f", "null", "-", "-progress", "pipe:1")
	times := regexp.MustCompile(`out_time_us=(\d+)`).FindAllStringSubmatch(out, -1)
	if len(times) == 0 {
		t.Fatalf("%s does not play", path)
	}
	us, _ := strconv.ParseFloat(times[len(times)-1][1], 64)
	return us / 1e6
}

// streamsOf lists what a player finds in a manifest.
func streamsOf(t *testing.T, path string) []string {
	t.Helper()
	var found struct {
		Streams []struct {
			Type   string `json:"codec_type"`
			Width  int    `json:"width"`
			Height int    `json:"height"`
		} `json:"streams"`
	}
	out := tool(t, "ffprobe", "-of", "json", "-show_entries", "stream=codec_type,width,height", path)
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		t.Fatal(err)
	}
	var streams []string
	for _, s := range found.Streams {
		streams = append(streams, fmt.Sprintf("%s %dx%d", s.Type, s.Width, s.Height))
	}
	return streams
}
