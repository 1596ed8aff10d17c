package media

import (
	"fmt"
	"math"
	"strings"
)

// master writes the HLS playlist that lists all others. Each track's own is named after its id.
func master(tracks []track) string {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n")
	var video, audio []*track
	for i := range tracks {
		if tracks[i].audio {
			audio = append(audio, &tracks[i])
		} else {
			video = append(video, &tracks[i])
		}
	}
	var peak, average int64
	group, codecs := "", ""
	if len(audio) > 0 && (len(video) > 0 || len(audio) > 1) {
		group = `,AUDIO="audio"`
		for i, t := range audio {
			peak, average = max(peak, t.peak), max(average, t.average)
			fmt.Fprintf(&b, `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="%s"`, quoted(t.name))
			if t.language != "" {
				fmt.Fprintf(&b, `,LANGUAGE="%s"`, quoted(t.language))
			}
			fmt.Fprintf(&b, ",DEFAULT=%s,AUTOSELECT=YES,CHANNELS=\"%d\",URI=\"%s.m3u8\"\n", yes(i == 0), t.channels, t.id)
		}
		codecs = "," + audio[0].codecs
	}
	if len(video) == 0 {
		t := audio[0]
		fmt.Fprintf(&b, "#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,CODECS=\"%s\"%s\n%s.m3u8\n",
			max(peak, t.peak), max(average, t.average), t.codecs, group, t.id)
	}
	for _, t := range video {
		fmt.Fprintf(&b, "#EXT-X-STREAM-INF:BANDWIDTH=%d,AVERAGE-BANDWIDTH=%d,CODECS=\"%s%s\",RESOLUTION=%dx%d,FRAME-RATE=%.3f%s\n%s.m3u8\n",
			t.peak+peak, t.average+average, t.codecs, codecs, t.width, t.height, t.frameRate, group, t.id)
	}
	return b.String()
}

// playlist writes a track's own HLS playlist; its files lie under base.
func playlist(t *track, base string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:1\n#EXT-X-PLAYLIST-TYPE:VOD\n"+
		"#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"%s%s\"\n", int(math.Ceil(t.longest())), base, t.init())
	for i, s := range t.segments {
		fmt.Fprintf(&b, "#EXTINF:%.6f,\n%s%s\n", t.seconds(s.duration), base, t.file(i))
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return b.String()
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
