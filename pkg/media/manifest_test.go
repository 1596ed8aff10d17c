package media

import (
	"encoding/xml"
	"reflect"
	"strings"
	"testing"
)

// sample is a copied 720p rung that needs less than the 480p one made of it, and two audio tracks.
func sample() []track {
	tracks := []track{
		{id: "720p", stream: 0, codecs: "avc1.64001f", width: 1280, height: 720, frameRate: 30000.0 / 1001, timescale: 1000, segments: []segment{
			{0, 4000, 100_000}, {4000, 4000, 100_000}, {8000, 500, 50_000},
		}},
		{id: "480p", stream: 1, codecs: "avc1.64001e", width: 854, height: 480, frameRate: 30000.0 / 1001, timescale: 1000, segments: []segment{
			{0, 4000, 150_000}, {4000, 4000, 90_000}, {8000, 500, 5_000},
		}},
		{id: "audio-1", stream: 2, audio: true, codecs: "mp4a.40.2", channels: 2, sampleRate: 48000, name: `The "Mix"`, language: "en", timescale: 48000, segments: []segment{
			{0, 192000, 64_000}, {192000, 216000, 72_000},
		}},
		{id: "audio-2", stream: 3, audio: true, codecs: "mp4a.40.2", channels: 1, sampleRate: 48000, name: "Mic & <me>", timescale: 48000, segments: []segment{
			{0, 408000, 68_000},
		}},
	}
	for i := range tracks {
		tracks[i].rate()
	}
	order(tracks)
	return tracks
}

func TestRates(t *testing.T) {
	t.Parallel()
	tracks := sample()
	for i, want := range [][2]int64{{300_001, 235_295}, {300_000, 230_589}, {128_000, 128_000}, {64_000, 64_000}} {
		if got := [2]int64{tracks[i].peak, tracks[i].average}; got != want {
			t.Errorf("%s: got %v, want %v", tracks[i].id, got, want)
		}
	}
}

func TestMaster(t *testing.T) {
	t.Parallel()
	want := `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="The 'Mix'",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio-1.m3u8"
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Mic & <me>",DEFAULT=NO,AUTOSELECT=YES,CHANNELS="1",URI="audio-2.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=428001,AVERAGE-BANDWIDTH=363295,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio"
720p.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=428000,AVERAGE-BANDWIDTH=358589,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=854x480,FRAME-RATE=29.970,AUDIO="audio"
480p.m3u8
`
	if got := master(sample()); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestMasterOfSound(t *testing.T) {
	t.Parallel()
	want := `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-STREAM-INF:BANDWIDTH=128000,AVERAGE-BANDWIDTH=128000,CODECS="mp4a.40.2"
audio-1.m3u8
`
	if got := master(sample()[2:3]); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := master(sample()[2:]); !strings.Contains(got, `CODECS="mp4a.40.2",AUDIO="audio"`) || strings.Count(got, "TYPE=AUDIO") != 2 {
		t.Errorf("got\n%s", got)
	}
}

func TestPlaylist(t *testing.T) {
	t.Parallel()
	want := `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:1
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="../cmaf/0-init.mp4"
#EXTINF:4.000000,
../cmaf/0-00001.m4s
#EXTINF:4.000000,
../cmaf/0-00002.m4s
#EXTINF:0.500000,
../cmaf/0-00003.m4s
#EXT-X-ENDLIST
`
	if got := playlist(&sample()[0], "../cmaf/"); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestDash(t *testing.T) {
	t.Parallel()
	raw, err := dash(sample(), "../cmaf/")
	if err != nil {
		t.Fatal(err)
	}
	var doc mpd
	if err := xml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Duration != "PT8.5S" || doc.Type != "static" || len(doc.Period.Sets) != 3 {
		t.Errorf("%s", raw)
	}
	video := doc.Period.Sets[0].Representations
	if len(video) != 2 || video[0].Bandwidth <= video[1].Bandwidth || video[0].FrameRate != "30000/1001" {
		t.Errorf("%+v", video)
	}
	if tpl := video[0].Template; tpl.Media != "../cmaf/0-$Number%05d$.m4s" || tpl.Initialization != "../cmaf/0-init.mp4" {
		t.Errorf("%+v", tpl)
	}
	if mic := doc.Period.Sets[2]; mic.Label != "Mic & <me>" || mic.Role.Value != "alternate" || mic.ContentType != "audio" {
		t.Errorf("%+v", mic)
	}
}

func TestTimelines(t *testing.T) {
	t.Parallel()
	segments := []segment{{start: 7, duration: 4}, {start: 11, duration: 4}, {start: 15, duration: 3}, {start: 30, duration: 3}, {start: 33, duration: 3}}
	runs := collapse(segments)
	if len(runs) != 3 || *runs[0].Start != 7 || runs[0].Repeat != 1 || runs[1].Start != nil || *runs[2].Start != 30 {
		t.Errorf("%+v", runs)
	}
	if got := expand(runs); !reflect.DeepEqual(got, segments) {
		t.Errorf("got %+v", got)
	}
}

func TestAligned(t *testing.T) {
	t.Parallel()
	tracks := sample()
	if !aligned(tracks) {
		t.Error("equal starts count as unequal")
	}
	tracks[1].segments[1].start += 20
	if aligned(tracks) {
		t.Error("20 ms apart at 30 frames per second counts as equal")
	}
	tracks[1].segments = tracks[1].segments[:2]
	if aligned(tracks) {
		t.Error("a different number counts as equal")
	}
}
