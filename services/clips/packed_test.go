package clips_test

import (
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
)

// packed is a clip whose playlists and segments are stored as files.
func (s *shelf) packed(t *testing.T, clip, master string, tracks ...string) {
	t.Helper()
	base := "ours/clips/" + clip + "/v7/"
	s.store(t, base+"hls/index.m3u8", "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"+master)
	for i, track := range tracks {
		n := string(rune('0' + i))
		s.store(t, base+"hls/"+track+".m3u8", "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n"+
			"#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"../cmaf/"+n+"-init.mp4\"\n#EXTINF:4.000000,\n../cmaf/"+n+"-00001.m4s\n#EXTINF:2.500000,\n../cmaf/"+n+"-00002.m4s\n#EXT-X-ENDLIST\n")
	}
	s.tell(t, events.ClipPackaged{Clip: clip, Base: strings.TrimSuffix(base, "/")})
}

// Clips that are stored as files play among the others.
func TestWholeStreamOfStoredFiles(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.stream(t, map[string]int{"old": 1, "new": 2, "mute": 3, "gone": 4})
	s.packed(t, "old", `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Mic, mine",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="1",URI="audio-1.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=800000,AVERAGE-BANDWIDTH=600000,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080,FRAME-RATE=29.970,AUDIO="audio"
1080p.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=300000,AVERAGE-BANDWIDTH=200000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=29.970,AUDIO="audio"
360p.m3u8
`, "1080p", "360p", "audio-1")
	s.packed(t, "mute", "#EXT-X-STREAM-INF:BANDWIDTH=300000,AVERAGE-BANDWIDTH=200000,CODECS=\"avc1.64001f\",RESOLUTION=640x360,FRAME-RATE=30.000\n360p.m3u8\n", "360p")
	s.tell(t, events.ClipPackaged{Clip: "gone", Base: "ours/clips/gone/v7"})
	s.copied(t, "new")
	s.copiedPart(t, "new", 0)
	s.copiedPart(t, "new", 1)
	for track, want := range map[string][]string{
		"1080p":   {"../clips/old/cmaf/0-init.mp4", "../clips/old/cmaf/0-00002.m4s", "../clips/new/cmaf/p1/720p/960000.m4s"},
		"720p":    {"../clips/old/cmaf/1-init.mp4", "../clips/old/cmaf/1-00001.m4s", "../clips/new/cmaf/p1/720p/0.m4s"},
		"audio-1": {"../clips/old/cmaf/2-init.mp4", "../clips/old/cmaf/2-00001.m4s", "../clips/new/cmaf/p1/audio-1/0.m4s"},
	} {
		text := s.text(t, ours, wholeStream+track+".m3u8")
		for _, url := range want {
			if !strings.Contains(text, url) {
				t.Errorf("%s has no %s: %s", track, url, text)
			}
		}
		if strings.Count(text, "#EXTINF") != 5 || !strings.Contains(text, "#EXTINF:2.500000,") || strings.Count(text, "DISCONTINUITY\n") != 1 || !strings.Contains(text, "#EXT-X-ENDLIST") {
			t.Errorf("%s: %s", track, text)
		}
	}
	text := s.text(t, ours, wholeStream+"index.m3u8")
	for _, want := range []string{
		"RESOLUTION=1920x1080,FRAME-RATE=29.970", `CODECS="avc1.640028,mp4a.40.2"`, `CHANNELS="2"`, `NAME="Mic, mine",LANGUAGE="en"`, "BANDWIDTH=800", "360p.m3u8",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s: %s", want, text)
		}
	}
}

// One sound track of a clip without pictures has no line of its own.
func TestWholeStreamOfStoredSound(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.tell(t, events.StreamCreated{Stream: "s1", Title: "One", StartedAt: time.Unix(0, 0)}, registered("old", "s1", nil))
	s.packed(t, "old", "#EXT-X-STREAM-INF:BANDWIDTH=130000,AVERAGE-BANDWIDTH=128000,CODECS=\"mp4a.40.2\"\naudio-1.m3u8\n", "audio-1")
	text := s.text(t, ours, wholeStream+"audio-1.m3u8")
	if strings.Count(text, "#EXTINF") != 2 || !strings.Contains(text, "../clips/old/cmaf/0-00002.m4s") {
		t.Errorf("it plays %s", text)
	}
	if text := s.text(t, ours, wholeStream+"index.m3u8"); !strings.Contains(text, "CODECS=\"mp4a.40.2\"\naudio-1.m3u8") {
		t.Errorf("the list of all: %s", text)
	}
}
