package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/Eyevinn/mp4ff/mp4"
)

// clip is a source made playable, all of it.
type clip struct {
	work Work
	plan Plan
	runs []Run // in the order of time for each track
}

// prepared makes all tracks of the source, in parts of that many seconds.
func prepared(t *testing.T, source string, part float64, encodeAll bool) clip {
	t.Helper()
	c := clip{work: Work{Source: source, Info: probe(t, source), OutDir: t.TempDir()}}
	last := Progress{}
	rising := func(now Progress) {
		if now.Percent < last.Percent {
			t.Errorf("progress fell from %v to %v", last.Percent, now.Percent)
		}
		last = now
	}
	c.work.Progress = rising
	var err error
	if c.plan, c.runs, err = prepare(context.Background(), c.work, encodeAll, part); err != nil {
		t.Fatal(err)
	}
	for i := range c.plan.Parts {
		last = Progress{}
		runs, err := EncodePart(context.Background(), c.work, c.plan, i)
		if errors.Is(err, ErrMisaligned) && !encodeAll {
			t.Log(err)
			return prepared(t, source, part, true)
		}
		if err != nil {
			t.Fatal(err)
		}
		if last.Percent != 100 {
			t.Errorf("part %d ends at %v %%", i, last.Percent)
		}
		c.runs = append(c.runs, runs...)
	}
	return c
}

// sizes writes the sizes of the plan, a copied one with a star.
func (c clip) sizes() string {
	var all []string
	for i, s := range c.plan.Sizes {
		size := fmt.Sprintf("%dx%d", s.Width, s.Height)
		if i == 0 && c.plan.CopyVideo {
			size += "*"
		}
		all = append(all, size)
	}
	return strings.Join(all, " ")
}

// of gives the runs of a track.
func (c clip) of(track string) []Run {
	var runs []Run
	for _, r := range c.runs {
		if r.Track == track {
			runs = append(runs, r)
		}
	}
	return runs
}

// joined writes one file with all of a track: the first initialization segment, and all segments.
func (c clip) joined(t *testing.T, track string) string {
	t.Helper()
	var all []byte
	for i, r := range c.of(track) {
		raw := read(t, c.work.OutDir, r.File)
		if i == 0 {
			all = append(all, raw[:r.InitBytes]...)
		}
		all = append(all, raw[r.Offset:]...)
	}
	path := filepath.Join(t.TempDir(), track+".mp4")
	if err := os.WriteFile(path, readable(t, all), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readable tells ffmpeg what browsers know: it shows every picture later by the largest negative composition
// offset, unless an edit list takes that off.
func readable(t *testing.T, track []byte) []byte {
	t.Helper()
	file, err := mp4.DecodeFile(bytes.NewReader(track))
	if err != nil {
		t.Fatal(err)
	}
	least := int32(0)
	for _, segment := range file.Segments {
		for _, fragment := range segment.Fragments {
			for _, sample := range fragment.Moof.Traf.Trun.Samples {
				least = min(least, sample.CompositionTimeOffset)
			}
		}
	}
	if least == 0 {
		return track
	}
	edit := &mp4.EdtsBox{}
	edit.AddChild(&mp4.ElstBox{Entries: []mp4.ElstEntry{{MediaTime: int64(-least), MediaRateInteger: 1}}})
	file.Init.Moov.Trak.AddChild(edit)
	var out bytes.Buffer
	if err := file.Encode(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// published writes the clip as it is served: playlists in hls, the manifest in dash, segments in cmaf.
func (c clip) published(t *testing.T) (dir string, tracks []Track) {
	t.Helper()
	dir = t.TempDir()
	for _, s := range c.plan.Sizes {
		tracks = append(tracks, Track{ID: s.ID, Width: s.Width, Height: s.Height, FrameRate: c.plan.FrameRate})
	}
	for _, s := range c.plan.Sound {
		tracks = append(tracks, Track{ID: s.ID, Audio: true, Channels: s.Channels, SampleRate: s.SampleRate, Name: s.Name, Language: s.Language})
	}
	for i := range tracks {
		track := &tracks[i]
		base := "../cmaf/" + track.ID + "/"
		track.Complete, track.Init, track.Media = true, base+"init.mp4", base+"$Time$.m4s"
		for _, r := range c.of(track.ID) {
			track.Codecs, track.Timescale = r.Codecs, r.Timescale
			raw := read(t, c.work.OutDir, r.File)
			write(t, dir, "cmaf/"+track.ID+"/init.mp4", raw[:r.InitBytes])
			start, at := r.Start, r.Offset
			for _, s := range r.Segments {
				name := strconv.FormatInt(start, 10) + ".m4s"
				write(t, dir, "cmaf/"+track.ID+"/"+name, raw[at:at+s[1]])
				track.Segments = append(track.Segments, Segment{Start: start, Duration: s[0], Bytes: s[1], URI: base + name, Init: base + "init.mp4"})
				start, at = start+s[0], at+s[1]
			}
			if int(at) != len(raw) {
				t.Errorf("%s has %d bytes, its segments end at %d", r.File, len(raw), at)
			}
		}
		write(t, dir, "hls/"+track.ID+".m3u8", Playlist(*track))
	}
	write(t, dir, "hls/index.m3u8", Master(tracks))
	manifest, err := DASH(tracks)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "dash/manifest.mpd", string(manifest))
	return dir, tracks
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
