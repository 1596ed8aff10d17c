package media

import (
	"fmt"
	"math"
	"strings"
)

// growingTarget is the longest that a segment may be, in seconds, as declared while a playlist grows: the
// declaration may not change later.
const growingTarget = segmentSeconds + maxGap

// Master writes the HLS playlist that lists all others, the sizes of the picture in the order given, which
// is the largest first. A track without segments is left out.
func Master(tracks []Track) string {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n")
	video, audio := kinds(tracks)
	var sound rate
	group, codecs := "", ""
	if len(audio) > 0 && (len(video) > 0 || len(audio) > 1) {
		group, codecs = `,AUDIO="audio"`, ","+audio[0].Codecs
	}
	for i, r := range rates(audio) {
		t := audio[i]
		sound.peak, sound.average = max(sound.peak, r.peak), max(sound.average, r.average)
		if group == "" {
			break
		}
		fmt.Fprintf(&b, `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="%s"`, quoted(t.Name))
		if t.Language != "" {
			fmt.Fprintf(&b, `,LANGUAGE="%s"`, quoted(t.Language))
		}
		fmt.Fprintf(&b, ",DEFAULT=%s,AUTOSELECT=YES,CHANNELS=\"%d\",URI=\"%s.m3u8\"\n", yes(i == 0), t.Channels, t.ID)
	}
	if len(video) == 0 && len(audio) > 0 {
		fmt.Fprintf(&b, "#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,CODECS=\"%s\"%s\n%s.m3u8\n",
			sound.peak, sound.average, audio[0].Codecs, group, audio[0].ID)
	}
	for i, r := range rates(video) {
		t := video[i]
		fmt.Fprintf(&b, "#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,CODECS=\"%s%s\",RESOLUTION=%dx%d,FRAME-RATE=%.3f%s\n%s.m3u8\n",
			r.peak+sound.peak, r.average+sound.average, t.Codecs, codecs, t.Width, t.Height, t.FrameRate, group, t.ID)
	}
	return b.String()
}

// Playlist writes a track's own HLS playlist. One that is not complete has no end, so that players ask again
// for more, and begins at its beginning all the same.
func Playlist(t Track) string {
	var b strings.Builder
	kind, target := "VOD", int(math.Ceil(t.longest()))
	if !t.Complete {
		kind, target = "EVENT", max(target, growingTarget)
	}
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:%s\n"+
		"#EXT-X-INDEPENDENT-SEGMENTS\n", target, kind)
	if !t.Complete {
		b.WriteString("#EXT-X-START:TIME-OFFSET=0\n")
	}
	init := ""
	for i := range t.Segments {
		s := &t.Segments[i]
		if s.Discontinuity {
			b.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		if s.Discontinuity || s.Init != init {
			fmt.Fprintf(&b, "#EXT-X-MAP:URI=\"%s\"\n", s.Init)
			init = s.Init
		}
		fmt.Fprintf(&b, "#EXTINF:%.6f,\n%s\n", t.seconds(s.Duration), s.URI)
	}
	if t.Complete {
		b.WriteString("#EXT-X-ENDLIST\n")
	}
	return b.String()
}

// kinds parts the tracks that have segments.
func kinds(tracks []Track) (video, audio []*Track) {
	for i := range tracks {
		t := &tracks[i]
		switch {
		case len(t.Segments) == 0:
		case t.Audio:
			audio = append(audio, t)
		default:
			video = append(video, t)
		}
	}
	return video, audio
}

func yes(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}

// quoted makes text fit for an attribute, which can hold neither quotes nor line ends.
func quoted(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029:
			return ' '
		}
		return r
	}, s)
}
