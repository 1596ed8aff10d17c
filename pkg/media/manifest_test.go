package media

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// sample is a copied 720p rung that needs less than the 480p one made of it, and two audio tracks.
func sample() []Track {
	tracks := []Track{
		{ID: "720p", Codecs: "avc1.64001f", Width: 1280, Height: 720, FrameRate: 30000.0 / 1001, Timescale: 1000, Segments: []Segment{
			{Start: 0, Duration: 4000, Bytes: 100_000}, {Start: 4000, Duration: 4000, Bytes: 100_000}, {Start: 8000, Duration: 500, Bytes: 50_000},
		}},
		{ID: "480p", Codecs: "avc1.64001e", Width: 854, Height: 480, FrameRate: 30000.0 / 1001, Timescale: 1000, Segments: []Segment{
			{Start: 0, Duration: 4000, Bytes: 150_000}, {Start: 4000, Duration: 4000, Bytes: 90_000}, {Start: 8000, Duration: 500, Bytes: 5_000},
		}},
		{ID: "audio-1", Audio: true, Codecs: "mp4a.40.2", Channels: 2, SampleRate: 48000, Name: `The "Mix"`, Language: "en", Timescale: 48000, Segments: []Segment{
			{Start: 0, Duration: 192000, Bytes: 64_000}, {Start: 192000, Duration: 216000, Bytes: 72_000},
		}},
		{ID: "audio-2", Audio: true, Codecs: "mp4a.40.2", Channels: 1, SampleRate: 48000, Name: "Mic & <me>", Timescale: 48000, Segments: []Segment{
			{Start: 0, Duration: 408000, Bytes: 68_000},
		}},
	}
	for i := range tracks {
		t := &tracks[i]
		t.Complete, t.Init, t.Media = true, t.ID+"/init.mp4", t.ID+"/$Time$.m4s"
		for n := range t.Segments {
			t.Segments[n].Init, t.Segments[n].URI = t.Init, fmt.Sprintf("%s/%d.m4s", t.ID, t.Segments[n].Start)
		}
	}
	return tracks
}

func TestRates(t *testing.T) {
	t.Parallel()
	var tracks []*Track
	for _, track := range sample() {
		tracks = append(tracks, &track)
	}
	got := rates(tracks)
	if want := []rate{{300_001, 235_295}, {300_000, 230_589}, {128_000, 128_000}, {64_000, 64_000}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
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
	if got := Master(sample()); got != want {
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
	if got := Master(sample()[2:3]); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := Master(sample()[2:]); !strings.Contains(got, `CODECS="mp4a.40.2",AUDIO="audio"`) || strings.Count(got, "TYPE=AUDIO") != 2 {
		t.Errorf("got\n%s", got)
	}
}

func TestMasterOfWhatIsThere(t *testing.T) {
	t.Parallel()
	tracks := sample()
	tracks[1].Segments, tracks[3].Segments = nil, nil
	if got := Master(tracks); strings.Contains(got, "480p") || strings.Contains(got, "audio-2") || !strings.Contains(got, "720p.m3u8") {
		t.Errorf("got\n%s", got)
	}
	if got := Master(nil); !strings.HasPrefix(got, "#EXTM3U\n") {
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
#EXT-X-MAP:URI="720p/init.mp4"
#EXTINF:4.000000,
720p/0.m4s
#EXTINF:4.000000,
720p/4000.m4s
#EXTINF:0.500000,
720p/8000.m4s
#EXT-X-ENDLIST
`
	if got := Playlist(sample()[0]); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestPlaylistThatGrows(t *testing.T) {
	t.Parallel()
	track := sample()[0]
	track.Complete = false
	got := Playlist(track)
	for tag, want := range map[string]bool{"TYPE:EVENT\n": true, "#EXT-X-START:TIME-OFFSET=0\n": true, "TARGETDURATION:9\n": true, "ENDLIST": false} {
		if strings.Contains(got, tag) != want {
			t.Errorf("%s is %v:\n%s", tag, !want, got)
		}
	}
	track.Segments = nil
	if got := Playlist(track); strings.Contains(got, "#EXT-X-MAP") {
		t.Errorf("got\n%s", got)
	}
}

func TestPlaylistOfSeveralClips(t *testing.T) {
	t.Parallel()
	track := sample()[0]
	track.Segments[1].Discontinuity = true
	track.Segments[2].Init = "other/init.mp4"
	want := `#EXT-X-MAP:URI="720p/init.mp4"
#EXTINF:4.000000,
720p/0.m4s
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="720p/init.mp4"
#EXTINF:4.000000,
720p/4000.m4s
#EXT-X-MAP:URI="other/init.mp4"
#EXTINF:0.500000,
720p/8000.m4s
`
	if got := Playlist(track); !strings.Contains(got, want) {
		t.Errorf("got\n%s", got)
	}
}

func TestDASH(t *testing.T) {
	t.Parallel()
	doc := readMPD(t, sample())
	if doc.Duration != "PT8.5S" || doc.Type != "static" || len(doc.Period.Sets) != 3 {
		t.Errorf("%+v", doc)
	}
	video := doc.Period.Sets[0].Representations
	if len(video) != 2 || video[0].Bandwidth <= video[1].Bandwidth || video[0].FrameRate != "30000/1001" {
		t.Errorf("%+v", video)
	}
	if tpl := video[0].Template; tpl.Media != "720p/$Time$.m4s" || tpl.Initialization != "720p/init.mp4" {
		t.Errorf("%+v", tpl)
	}
	if mic := doc.Period.Sets[2]; mic.Label != "Mic & <me>" || mic.Role.Value != "alternate" || mic.ContentType != "audio" {
		t.Errorf("%+v", mic)
	}
}

func TestDASHOfWhatIsThere(t *testing.T) {
	t.Parallel()
	tracks := sample()
	tracks[1].Complete = false
	if video := readMPD(t, tracks).Period.Sets[0].Representations; len(video) != 1 || video[0].ID != "720p" {
		t.Errorf("a size that grows is listed: %+v", video)
	}
	tracks[0].Complete = false
	if video := readMPD(t, tracks).Period.Sets[0].Representations; len(video) != 2 {
		t.Errorf("where all grow, some are not listed: %+v", video)
	}
}

func readMPD(t *testing.T, tracks []Track) mpd {
	t.Helper()
	raw, err := DASH(tracks)
	if err != nil {
		t.Fatal(err)
	}
	var doc mpd
	if err := xml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTimelines(t *testing.T) {
	t.Parallel()
	segments := []Segment{{Start: 7, Duration: 4}, {Start: 11, Duration: 4}, {Start: 15, Duration: 3}, {Start: 30, Duration: 3}, {Start: 33, Duration: 3}}
	runs := collapse(segments)
	if len(runs) != 3 || *runs[0].Start != 7 || runs[0].Repeat != 1 || runs[1].Start != nil || *runs[2].Start != 30 || runs[2].Repeat != 1 {
		t.Errorf("%+v", runs)
	}
}
