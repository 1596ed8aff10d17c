package clips_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

const wholeStream = "/media/streams/s1/hls/"

// stream is a stream with clips that began at the minutes; a negative one is not known.
func (s *shelf) stream(t *testing.T, clips map[string]int) {
	t.Helper()
	s.tell(t, events.StreamCreated{Stream: "s1", Title: "One", StartedAt: time.Unix(0, 0)})
	for clip, minute := range clips {
		var at *time.Time
		if minute >= 0 {
			started := time.Unix(int64(minute)*60, 0)
			at = &started
		}
		s.tell(t, registered(clip, "s1", at))
	}
}

// whole makes a clip that is there in all its sizes, of 8 s each; each size is copied.
func (s *shelf) whole(t *testing.T, clip string, sizes []events.PictureSize, sound ...events.SoundTrack) {
	t.Helper()
	plan := events.ClipPlanned{Clip: clip, Version: "p1", Base: "ours/clips/" + clip, FrameRate: 30, CopyVideo: len(sizes) > 0, Sizes: sizes, Sound: sound}
	for _, size := range sizes {
		s.tell(t, events.ClipTrackPackaged{Clip: clip, Version: "p1", Run: s.pieces(t, plan.Base+"/"+size.ID, size.ID, second, 0, 4, 4)})
	}
	for _, track := range sound {
		s.tell(t, events.ClipTrackPackaged{Clip: clip, Version: "p1", Run: s.pieces(t, plan.Base+"/"+track.ID, track.ID, int64(track.SampleRate), 0, 4, 4)})
	}
	s.tell(t, plan)
}

func size(id string, width, height int) events.PictureSize {
	return events.PictureSize{ID: id, Width: width, Height: height}
}

func sound(id string, rate int) events.SoundTrack {
	return events.SoundTrack{ID: id, Name: "Track " + id, Channels: 2, SampleRate: rate}
}

var segment = regexp.MustCompile(`(?m)^#EXT-X-DISCONTINUITY$|^\.\./clips/(\S+)/cmaf/p1/(\S+)/(\d+)\.m4s$`)

// order is what a playlist plays: the clips and tracks, and a bar where it is not continuous.
func order(text string) string {
	var words []string
	for _, match := range segment.FindAllStringSubmatch(text, -1) {
		word := "|"
		if match[1] != "" {
			word = match[1] + ":" + match[2] + ":" + match[3]
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// The clips play one after the other, each in the size and with the sound that fits best.
func TestWholeStream(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.stream(t, map[string]int{"late": 20, "early": 10, "undated": -1, "heard": 15})
	s.whole(t, "late", []events.PictureSize{size("720p", 1280, 720)}, sound("audio-1", 48_000), sound("audio-2", 48_000))
	s.whole(t, "early", []events.PictureSize{size("1080p", 1920, 1080), size("360p", 640, 360)}, sound("audio-1", 44_100))
	s.whole(t, "undated", []events.PictureSize{size("480p", 480, 854)}, events.SoundTrack{ID: "silence", Name: "Silence", Silent: true, Channels: 2, SampleRate: 48_000})
	s.whole(t, "heard", nil, sound("audio-1", 48_000))
	for track, want := range map[string]string{
		"1080p":   "early:1080p:0 early:1080p:480000 | late:720p:0 late:720p:480000 | undated:480p:0 undated:480p:480000",
		"720p":    "early:360p:0 early:360p:480000 | late:720p:0 late:720p:480000 | undated:480p:0 undated:480p:480000",
		"480p":    "early:360p:0 early:360p:480000 | late:720p:0 late:720p:480000 | undated:480p:0 undated:480p:480000",
		"360p":    "early:360p:0 early:360p:480000 | late:720p:0 late:720p:480000 | undated:480p:0 undated:480p:480000",
		"audio-1": "early:audio-1:0 early:audio-1:176400 | late:audio-1:0 late:audio-1:192000 | undated:silence:0 undated:silence:192000",
		"audio-2": "early:audio-1:0 early:audio-1:176400 | late:audio-2:0 late:audio-2:192000 | undated:silence:0 undated:silence:192000",
	} {
		text := s.text(t, ours, wholeStream+track+".m3u8")
		if got := order(text); got != want {
			t.Errorf("%s plays %s", track, got)
		}
		if strings.Count(text, "#EXTINF:4.000000,") != 6 || !strings.Contains(text, "#EXT-X-ENDLIST") || strings.Count(text, "#EXT-X-MAP") != 3 ||
			!strings.Contains(text, `URI="../clips/late/cmaf/p1/`) {
			t.Errorf("%s: %s", track, text)
		}
	}
	text := s.text(t, ours, wholeStream+"index.m3u8")
	if strings.Count(text, "#EXT-X-STREAM-INF") != 4 || strings.Count(text, "RESOLUTION=1920x1080") != 1 || strings.Count(text, "RESOLUTION=1280x720") != 3 || strings.Count(text, "TYPE=AUDIO") != 2 ||
		strings.Contains(text, "ilence") || strings.Contains(text, "heard") {
		t.Errorf("the list of all: %s", text)
	}
	f, err := s.get(t, ours, "/media/streams/s1/clips/undated/cmaf/p1/480p/480000.m4s")
	if err != nil {
		t.Fatal(err)
	}
	if text := s.content(t, f); text != "<480p at 480000>" {
		t.Errorf("the segment is %q", text)
	}
	for _, path := range []string{"hls/240p.m3u8", "hls/silence.m3u8", "dash/manifest.mpd", "clips", "clips/", "clips/late", "clips/none/cmaf/p1/720p/0.m4s", "clips/late/cmaf/p1/1080p/0.m4s", "poster.jpg"} {
		_, err := s.get(t, ours, "/media/streams/s1/"+path)
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Recordings without pictures play as sound.
func TestWholeStreamOfSound(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.stream(t, map[string]int{"a": 1, "b": 2})
	s.whole(t, "a", nil, sound("audio-1", 48_000))
	s.whole(t, "b", nil, sound("audio-1", 44_100))
	s.tell(t, events.ClipPackaged{Clip: "a", Version: "p1"}, events.ClipPackaged{Clip: "b", Version: "p1"})
	text := s.text(t, ours, wholeStream+"audio-1.m3u8")
	if got := order(text); got != "a:audio-1:0 a:audio-1:192000 | b:audio-1:0 b:audio-1:176400" || !strings.Contains(text, "#EXT-X-ENDLIST") {
		t.Errorf("it plays %s: %s", got, text)
	}
}

// A stream whose last clip is still encoded grows at its end. What is missing before something that can
// be played is left out, and the playlist ends: it may not grow in its middle.
func TestWholeStreamGrows(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.stream(t, map[string]int{"a": 1, "b": 2, "c": 3})
	const first, second8, third = "a:480p:0 a:480p:480000", "b:480p:0 b:480p:480000", "c:480p:0 c:480p:480000"
	check := func(what, want string, grows bool) {
		t.Helper()
		if want == "" {
			_, err := s.get(t, ours, wholeStream+"index.m3u8")
			testkit.WantFault(t, err, fault.NotFound)
			return
		}
		text := s.text(t, ours, wholeStream+"480p.m3u8")
		if got := order(text); got != want || strings.Contains(text, "#EXT-X-ENDLIST") == grows {
			t.Errorf("%s: it plays %s: %s", what, got, text)
		}
		heard := s.text(t, ours, wholeStream+"audio-1.m3u8")
		if strings.Count(heard, "#EXT-X-DISCONTINUITY\n") != strings.Count(text, "#EXT-X-DISCONTINUITY\n") || strings.Count(heard, "#EXTINF") != strings.Count(text, "#EXTINF") ||
			strings.Contains(heard, "#EXT-X-ENDLIST") == grows {
			t.Errorf("%s: the sound: %s", what, heard)
		}
	}
	encode := func(clip string, parts ...int) {
		t.Helper()
		for _, part := range parts {
			r := s.pieces(t, clip+"/480p/"+string(rune('0'+part)), "480p", second, int64(part)*4*second, 4)
			s.tell(t, events.ClipPartPackaged{Clip: clip, Version: "p1", Part: part, Runs: []events.TrackRun{r}})
		}
	}
	plan := func(clip string) {
		t.Helper()
		s.tell(t, events.ClipTrackPackaged{Clip: clip, Version: "p1", Run: s.pieces(t, clip+"/audio", "audio-1", 48_000, 0, 4, 4)},
			events.ClipPlanned{
				Clip: clip, Version: "p1", FrameRate: 30, Sizes: []events.PictureSize{size("480p", 854, 480)},
				Sound: []events.SoundTrack{sound("audio-1", 48_000)}, Parts: []events.Span{{Start: 0, End: 4}, {Start: 4, End: 8}},
			})
	}
	check("nothing is planned", "", true)
	plan("a")
	plan("b")
	check("nothing is encoded", "", true)
	encode("a", 0)
	check("half of the first", "a:480p:0", true)
	encode("a", 1)
	check("the first", first, true)
	encode("b", 0)
	check("half of the second", first+" | b:480p:0", true)
	plan("c")
	encode("c", 0, 1)
	check("the third before the second", first+" | "+third, false)
	encode("b", 1)
	check("all", first+" | "+second8+" | "+third, false)
	s.tell(t, registered("d", "s1", nil))
	check("another one", first+" | "+second8+" | "+third, true)
	s.tell(t, events.ClipRefused{Clip: "d", Reason: "no media"})
	check("which is refused", first+" | "+second8+" | "+third, false)
	s.tell(t, registered("e", "s1", nil))
	plan("e")
	encode("e", 0)
	check("a fifth", first+" | "+second8+" | "+third+" | e:480p:0", true)
	s.tell(t, events.ClipFailed{Clip: "e", Stage: "package", Reason: "given up"})
	check("which is given up", first+" | "+second8+" | "+third, false)
	s.tell(t, events.ClipDeleted{Clip: "b"})
	check("one is deleted", first+" | "+third, false)
}
