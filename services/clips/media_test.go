package clips_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// shelf is the service with what the test says was made, and with objects that have a text for video.
type shelf struct {
	*testkit.System
	last es.Position
}

func newShelf(t *testing.T, change func(*run.Config)) *shelf {
	t.Helper()
	p := testkit.Platform(t)
	if change != nil {
		change(&p.Config)
	}
	return &shelf{System: testkit.Start(t, p, idle())}
}

// tell appends facts of the owner "ours".
func (s *shelf) tell(t *testing.T, list ...events.Event) {
	t.Helper()
	for _, e := range list {
		p, err := s.Logs.Append(t.Context(), "ours", e)
		if err != nil {
			t.Fatal(err)
		}
		s.last = p
	}
}

// store keeps a text as an object.
func (s *shelf) store(t *testing.T, key, text string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "object")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Blob.Upload(t.Context(), file, key); err != nil {
		t.Fatal(err)
	}
}

const second = 120_000 // units

// pieces stores segments of a track in one object, and tells of them. Each has a text of its own.
func (s *shelf) pieces(t *testing.T, object, track string, timescale, start int64, seconds ...int64) events.TrackRun {
	t.Helper()
	codecs := "avc1.64001f"
	if strings.HasPrefix(track, "audio") || track == "silence" {
		codecs = "mp4a.40.2"
	}
	text := "head of " + object
	r := events.TrackRun{
		Track: track, Object: object, InitBytes: int64(len(text)), Codecs: codecs, Timescale: timescale, Start: start, Offset: int64(len(text)),
	}
	for _, n := range seconds {
		segment := fmt.Sprintf("<%s at %d>", track, start)
		r.Segments = append(r.Segments, [2]int64{n * timescale, int64(len(segment))})
		text += segment
		start += n * timescale
	}
	s.store(t, object, text)
	return r
}

// get asks for a path as the gateway does.
func (s *shelf) get(t *testing.T, who api.Caller, path string) (api.File, error) {
	t.Helper()
	endpoint, words := "GET /media/{clip}/{file...}", strings.SplitN(strings.TrimPrefix(path, "/media/"), "/", 2)
	params := []string{"clip", words[0], "file", words[1]}
	switch words[0] {
	case "signed", "streams":
		name := map[string]string{"signed": "token", "streams": "stream"}[words[0]]
		words = strings.SplitN(words[1], "/", 2)
		endpoint, params = "GET /media/"+map[string]string{"token": "signed", "stream": "streams"}[name]+"/{"+name+"}/{file...}",
			[]string{name, words[0], "file", words[1]}
	}
	var f api.File
	_, err := s.Call(t, who, endpoint, testkit.Params(params...), &f, s.last)
	return f, err
}

// text is what the file at a path says.
func (s *shelf) text(t *testing.T, who api.Caller, path string) string {
	t.Helper()
	f, err := s.get(t, who, path)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return s.content(t, f)
}

func (s *shelf) content(t *testing.T, f api.File) string {
	t.Helper()
	var r io.ReadCloser
	var err error
	switch {
	case f.Key == "":
		r, err = gzip.NewReader(bytes.NewReader(f.Content))
	case f.Length > 0:
		r, err = s.Blob.Section(t.Context(), f.Key, f.Offset, f.Length)
	default:
		r, _, err = s.Blob.Open(t.Context(), f.Key)
	}
	if err != nil {
		t.Fatalf("%+v: %v", f, err)
	}
	defer func() { _ = r.Close() }()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var nobody api.Caller

func registered(clip, stream string, started *time.Time) events.ClipRegistered {
	return events.ClipRegistered{Clip: clip, Stream: stream, Name: clip + ".mkv", Size: 1000, Object: "ours/sources/" + clip, StartedAt: started}
}

// copied is a clip of 12 s whose own picture is played, and a smaller one that is encoded in two parts.
func (s *shelf) copied(t *testing.T, clip string) {
	t.Helper()
	base := "ours/clips/" + clip + "/p1"
	s.tell(t,
		events.ClipTrackPackaged{Clip: clip, Version: "p1", Run: s.pieces(t, base+"/720p.mp4", "720p", second, 0, 4, 4, 4)},
		events.ClipTrackPackaged{Clip: clip, Version: "p1", Run: s.pieces(t, base+"/audio-1.mp4", "audio-1", 48_000, 0, 4, 4, 4)},
		events.ClipPlanned{
			Clip: clip, Version: "p1", Base: base, Duration: 12, FrameRate: 30, CopyVideo: true,
			Sizes: []events.PictureSize{{ID: "720p", Width: 1280, Height: 720}, {ID: "360p", Width: 640, Height: 360}},
			Sound: []events.SoundTrack{{ID: "audio-1", Name: "Game", Channels: 2, SampleRate: 48_000, Copied: true}},
			Parts: []events.Span{{Start: 0, End: 8}, {Start: 8, End: 12}},
		})
}

// copiedPart tells of one of the two parts of a copied clip.
func (s *shelf) copiedPart(t *testing.T, clip string, part int) {
	t.Helper()
	start, seconds := int64(0), []int64{4, 4}
	if part == 1 {
		start, seconds = 8*second, []int64{4}
	}
	r := s.pieces(t, fmt.Sprintf("ours/clips/%s/p1/%04d-360p.mp4", clip, part), "360p", second, start, seconds...)
	s.tell(t, events.ClipPartPackaged{Clip: clip, Version: "p1", Part: part, Runs: []events.TrackRun{r}})
}

// A clip whose own picture is ready plays by that alone until all parts of the others are there.
func TestCopiedPicturePlaysFirst(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.tell(t, registered("c1", "s1", nil))
	for _, path := range []string{"/media/c1/hls/index.m3u8", "/media/c1/hls/720p.m3u8", "/media/c1/dash/manifest.mpd"} {
		_, err := s.get(t, ours, path)
		testkit.WantFault(t, err, fault.NotFound)
		if !strings.Contains(err.Error(), "nothing of this that can be played yet") {
			t.Errorf("%s: %v", path, err)
		}
	}
	s.copied(t, "c1")
	for _, part := range []int{1, 0} {
		for _, path := range []string{"/media/c1/hls/index.m3u8", "/media/c1/dash/manifest.mpd"} {
			if text := s.text(t, ours, path); !strings.Contains(text, "720p") || !strings.Contains(text, "audio-1") || strings.Contains(text, "360p") {
				t.Errorf("%s before part %d: %s", path, part, text)
			}
		}
		text := s.text(t, ours, "/media/c1/hls/720p.m3u8")
		if !strings.Contains(text, "#EXT-X-ENDLIST") || strings.Count(text, "#EXTINF:4.0") != 3 {
			t.Errorf("before part %d: %s", part, text)
		}
		_, err := s.get(t, ours, "/media/c1/hls/360p.m3u8")
		testkit.WantFault(t, err, fault.NotFound)
		s.copiedPart(t, "c1", part)
	}
	for _, path := range []string{"/media/c1/hls/index.m3u8", "/media/c1/dash/manifest.mpd"} {
		if text := s.text(t, ours, path); !strings.Contains(text, "720p") || !strings.Contains(text, "360p") {
			t.Errorf("%s: %s", path, text)
		}
	}
	if text := s.text(t, ours, "/media/c1/hls/360p.m3u8"); !strings.Contains(text, "#EXT-X-ENDLIST") || strings.Count(text, "#EXTINF") != 3 ||
		!strings.Contains(text, "\n../cmaf/p1/360p/960000.m4s\n") || strings.Count(text, "#EXT-X-MAP") != 1 {
		t.Errorf("all parts: %s", text)
	}
}

// A clip of which everything is encoded grows with the parts that are there from its start, and so does
// its sound.
func TestEncodedClipGrows(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.tell(t, registered("c1", "s1", nil),
		events.ClipTrackPackaged{Clip: "c1", Version: "p1", Run: s.pieces(t, "a", "audio-1", 44_100, 0, 4, 4, 4, 4, 4, 4)},
		events.ClipPlanned{
			Clip: "c1", Version: "p1", FrameRate: 30,
			Sizes: []events.PictureSize{{ID: "480p", Width: 854, Height: 480}, {ID: "240p", Width: 426, Height: 240}},
			Sound: []events.SoundTrack{{ID: "audio-1", Name: "Game", Channels: 2, SampleRate: 44_100}},
			Parts: []events.Span{{Start: 0, End: 8}, {Start: 8, End: 16}, {Start: 16, End: 24}},
		})
	for _, c := range []struct{ part, segments int }{{1, 0}, {0, 4}, {2, 6}} {
		var runs []events.TrackRun
		for _, size := range []string{"480p", "240p"} {
			runs = append(runs, s.pieces(t, fmt.Sprintf("%d-%s", c.part, size), size, second, int64(c.part)*8*second, 4, 4))
		}
		s.tell(t, events.ClipPartPackaged{Clip: "c1", Version: "p1", Part: c.part, Runs: runs})
		if c.segments == 0 {
			_, err := s.get(t, ours, "/media/c1/hls/index.m3u8")
			testkit.WantFault(t, err, fault.NotFound)
			_, err = s.get(t, ours, "/media/c1/cmaf/p1/480p/init.mp4")
			testkit.WantFault(t, err, fault.NotFound)
			continue
		}
		for _, track := range []string{"480p", "240p", "audio-1"} {
			text := s.text(t, ours, "/media/c1/hls/"+track+".m3u8")
			if grows := !strings.Contains(text, "#EXT-X-ENDLIST"); strings.Count(text, "#EXTINF") != c.segments || grows != (c.segments < 6) ||
				grows != strings.Contains(text, "PLAYLIST-TYPE:EVENT") {
				t.Errorf("%s after part %d: %s", track, c.part, text)
			}
		}
		if text := s.text(t, ours, "/media/c1/dash/manifest.mpd"); !strings.Contains(text, fmt.Sprintf(`mediaPresentationDuration="PT%dS"`, c.segments*4)) {
			t.Errorf("after part %d: %s", c.part, text)
		}
	}
	if text := s.text(t, ours, "/media/c1/cmaf/p1/480p/init.mp4"); text != "head of 0-480p" {
		t.Errorf("the head is %q", text)
	}
}

var link = regexp.MustCompile(`(?m)^[^#\s]\S*$|URI="([^"]*)"`)

// Whatever the playlists name is there, and it is the very bytes.
func TestEverySegmentIsThere(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.tell(t, registered("c1", "s1", nil))
	s.copied(t, "c1")
	s.copiedPart(t, "c1", 0)
	s.copiedPart(t, "c1", 1)
	seen := map[string]string{}
	var follow func(path string)
	follow = func(path string) {
		text := s.text(t, ours, path)
		seen[path] = text
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			to := match[0]
			if match[1] != "" {
				to = match[1]
			}
			if to = filepath.Join(filepath.Dir(path), to); seen[to] == "" && strings.HasSuffix(path, ".m3u8") {
				follow(to)
			}
		}
	}
	follow("/media/c1/hls/index.m3u8")
	if len(seen) != 1+3+3+9 {
		t.Errorf("%d files: %v", len(seen), seen)
	}
	for path, want := range map[string]string{
		"/media/c1/cmaf/p1/720p/init.mp4":      "head of ours/clips/c1/p1/720p.mp4",
		"/media/c1/cmaf/p1/720p/480000.m4s":    "<720p at 480000>",
		"/media/c1/cmaf/p1/360p/init.mp4":      "head of ours/clips/c1/p1/0000-360p.mp4",
		"/media/c1/cmaf/p1/360p/960000.m4s":    "<360p at 960000>",
		"/media/c1/cmaf/p1/audio-1/384000.m4s": "<audio-1 at 384000>",
		"/media/c1/cmaf/p1/audio-1/0.m4s":      "<audio-1 at 0>",
		"/media/c1/cmaf/p1/audio-1/192000.m4s": "<audio-1 at 192000>",
		"/media/c1/cmaf/p1/audio-1/init.mp4":   "head of ours/clips/c1/p1/audio-1.mp4",
		"/media/c1/cmaf/p1/360p/480000.m4s":    "<360p at 480000>",
		"/media/c1/cmaf/p1/360p/0.m4s":         "<360p at 0>",
		"/media/c1/cmaf/p1/720p/0.m4s":         "<720p at 0>",
		"/media/c1/cmaf/p1/720p/960000.m4s":    "<720p at 960000>",
	} {
		if seen[path] != want {
			t.Errorf("%s is %q", path, seen[path])
		}
	}
	for _, file := range []string{
		"", "hls", "hls/", "hls/index", "hls/none.m3u8", "hls/../hls/index.m3u8", "hls/x/index.m3u8", "dash", "dash/index.mpd", "cmaf/p1/720p",
		"cmaf/p2/720p/0.m4s", "cmaf//720p/0.m4s", "cmaf/p1/none/0.m4s", "cmaf/p1/720p/1.m4s", "cmaf/p1/720p/480001.m4s", "cmaf/p1/720p/00.m4s",
		"cmaf/p1/720p/+0.m4s", "cmaf/p1/720p/-1.m4s", "cmaf/p1/720p/1440000.m4s", "cmaf/p1/720p/99999999999999999999.m4s", "cmaf/p1/720p/0.mp4",
		"cmaf/p1/720p/0", "cmaf/p1/720p/.m4s", "cmaf/p1/720p/init.m4s", "cmaf/p1/720p/../720p/0.m4s", "../c1/hls/index.m3u8", "../../sources/c1",
		"poster.jpg", "sprites.vtt", "sprites-001.jpg", "/poster.jpg", "cmaf/p1/720p/0.m4s/", "p1/720p.mp4",
	} {
		if f, err := s.get(t, ours, "/media/c1/"+file); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %+v, %v", file, f, err)
		}
	}
}

// Pictures are there before the rest is; files of a clip that was packaged as such stay where they were.
func TestPicturesAndStoredFiles(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.store(t, "ours/clips/c1/pictures/poster.jpg", "a poster")
	s.store(t, "ours/clips/c2/v7/cmaf/0-init.mp4", "an old head")
	s.store(t, "ours/clips/c2/v7/hls/index.m3u8", "an old list")
	s.store(t, "ours/clips/c2/v7/poster.jpg", "an old poster")
	s.tell(t, registered("c1", "s1", nil), events.ClipPictured{Clip: "c1", Base: "ours/clips/c1/pictures", Poster: true, Sprites: true},
		registered("c2", "s1", nil), events.ClipPackaged{Clip: "c2", Base: "ours/clips/c2/v7"})
	for path, want := range map[string]string{
		"/media/c1/poster.jpg": "a poster", "/media/c2/cmaf/0-init.mp4": "an old head", "/media/c2/hls/index.m3u8": "an old list", "/media/c2/poster.jpg": "an old poster",
	} {
		if text := s.text(t, ours, path); text != want {
			t.Errorf("%s is %q", path, text)
		}
	}
	for path, want := range map[string]string{
		"sprites-012.jpg": "ours/clips/c1/pictures/sprites-012.jpg", "sprites.vtt": "ours/clips/c1/pictures/sprites.vtt",
	} {
		if f, err := s.get(t, ours, "/media/c1/"+path); err != nil || f.Key != want {
			t.Errorf("%s is %+v, %v", path, f, err)
		}
	}
	for _, path := range []string{"/media/c1/sprites-.jpg", "/media/c1/poster.jpg/x", "/media/c2/../v8/x", "/media/c2/hls//index.m3u8", "/media/c2/./poster.jpg"} {
		_, err := s.get(t, ours, path)
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// A silent track is for the whole stream alone.
func TestSilenceIsNotListed(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.tell(t, registered("c1", "s1", nil),
		events.ClipTrackPackaged{Clip: "c1", Version: "p1", Run: s.pieces(t, "v", "720p", second, 0, 4)},
		events.ClipTrackPackaged{Clip: "c1", Version: "p1", Run: s.pieces(t, "a", "silence", 48_000, 0, 4)},
		events.ClipPlanned{
			Clip: "c1", Version: "p1", CopyVideo: true, FrameRate: 30, Sizes: []events.PictureSize{{ID: "720p", Width: 1280, Height: 720}},
			Sound: []events.SoundTrack{{ID: "silence", Name: "Silence", Silent: true, Channels: 2, SampleRate: 48_000}},
		})
	for _, path := range []string{"/media/c1/hls/index.m3u8", "/media/c1/dash/manifest.mpd", "/media/streams/s1/hls/index.m3u8"} {
		if path == "/media/streams/s1/hls/index.m3u8" {
			s.tell(t, events.StreamCreated{Stream: "s1", Title: "One", StartedAt: time.Unix(0, 0)})
		}
		if text := s.text(t, ours, path); !strings.Contains(text, "720p") || strings.Contains(text, "ilence") || strings.Contains(text, "mp4a") {
			t.Errorf("%s: %s", path, text)
		}
	}
}

// A recording of days has playlists that are larger than what one message may be.
func TestLongPlaylist(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	const n = 30_000
	segments := make([][2]int64, n)
	for i := range segments {
		segments[i] = [2]int64{4*second + int64(i%3), 500_000}
	}
	s.tell(t, registered("c1", "s1", nil),
		events.ClipTrackPackaged{Clip: "c1", Version: "p1", Run: events.TrackRun{Track: "720p", Object: "o", InitBytes: 700, Codecs: "avc1.64001f", Timescale: second, Offset: 700, Segments: segments}},
		events.ClipPlanned{Clip: "c1", Version: "p1", CopyVideo: true, FrameRate: 30, Sizes: []events.PictureSize{{ID: "720p", Width: 1280, Height: 720}}})
	if text := s.text(t, ours, "/media/c1/hls/720p.m3u8"); len(text) < 1<<20 || strings.Count(text, "#EXTINF") != n {
		t.Errorf("%d bytes, %d segments", len(text), strings.Count(text, "#EXTINF"))
	}
}
