package media

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// mpd is a DASH manifest, as far as ffmpeg's is read and ours is written.
type mpd struct {
	XMLName    xml.Name `xml:"MPD"`
	Namespace  string   `xml:"xmlns,attr"`
	Profiles   string   `xml:"profiles,attr"`
	Type       string   `xml:"type,attr"`
	Duration   string   `xml:"mediaPresentationDuration,attr"`
	MaxSegment string   `xml:"maxSegmentDuration,attr"`
	MinBuffer  string   `xml:"minBufferTime,attr"`
	Period     period   `xml:"Period"`
}

type period struct {
	ID    string          `xml:"id,attr"`
	Start string          `xml:"start,attr"`
	Sets  []adaptationSet `xml:"AdaptationSet"`
}

type adaptationSet struct {
	ID              int              `xml:"id,attr"`
	ContentType     string           `xml:"contentType,attr"`
	MimeType        string           `xml:"mimeType,attr,omitempty"`
	Language        string           `xml:"lang,attr,omitempty"`
	Aligned         bool             `xml:"segmentAlignment,attr"`
	StartsWithSAP   int              `xml:"startWithSAP,attr"`
	Label           string           `xml:"Label,omitempty"`
	Role            *descriptor      `xml:"Role"`
	Representations []representation `xml:"Representation"`
}

type representation struct {
	ID         string      `xml:"id,attr"`
	Codecs     string      `xml:"codecs,attr"`
	Bandwidth  int64       `xml:"bandwidth,attr"`
	Width      int         `xml:"width,attr,omitempty"`
	Height     int         `xml:"height,attr,omitempty"`
	FrameRate  string      `xml:"frameRate,attr,omitempty"`
	PixelShape string      `xml:"sar,attr,omitempty"`
	SampleRate int         `xml:"audioSamplingRate,attr,omitempty"`
	Channels   *descriptor `xml:"AudioChannelConfiguration"`
	Template   template    `xml:"SegmentTemplate"`
}

type descriptor struct {
	Scheme string `xml:"schemeIdUri,attr"`
	Value  string `xml:"value,attr"`
}

type template struct {
	Timescale      int64  `xml:"timescale,attr"`
	Initialization string `xml:"initialization,attr"`
	Media          string `xml:"media,attr"`
	StartNumber    int    `xml:"startNumber,attr"`
	Timeline       []run  `xml:"SegmentTimeline>S"`
}

// run is a number of segments of equal length, repeated Repeat more times.
type run struct {
	Start    *int64 `xml:"t,attr,omitempty"`
	Duration int64  `xml:"d,attr"`
	Repeat   int    `xml:"r,attr,omitempty"`
}

// dash writes the manifest for tracks whose files lie under base.
func dash(tracks []track, base string) ([]byte, error) {
	doc := mpd{
		Namespace: "urn:mpeg:dash:schema:mpd:2011", Profiles: "urn:mpeg:dash:profile:isoff-live:2011", Type: "static",
		Period: period{ID: "0", Start: "PT0S"},
	}
	video := adaptationSet{ContentType: "video", MimeType: "video/mp4", Aligned: true, StartsWithSAP: 1}
	var audio []adaptationSet
	longest := 0.0
	for i := range tracks {
		t := &tracks[i]
		longest = max(longest, t.longest())
		r := representation{
			ID: t.id, Codecs: t.codecs, Bandwidth: t.peak,
			Template: template{
				Timescale: t.timescale, Initialization: base + t.init(), StartNumber: 1,
				Media: fmt.Sprintf("%s%d-$Number%%05d$.m4s", base, t.stream), Timeline: collapse(t.segments),
			},
		}
		if !t.audio {
			r.Width, r.Height, r.PixelShape, r.FrameRate = t.width, t.height, "1:1", fraction(t.frameRate)
			video.Representations = append(video.Representations, r)
			continue
		}
		r.SampleRate = t.sampleRate
		r.Channels = &descriptor{"urn:mpeg:dash:23003:3:audio_channel_configuration:2011", strconv.Itoa(t.channels)}
		role := "alternate"
		if len(audio) == 0 {
			role = "main"
		}
		audio = append(audio, adaptationSet{
			ContentType: "audio", MimeType: "audio/mp4", Aligned: true, StartsWithSAP: 1, Language: t.language,
			Label: t.name, Role: &descriptor{"urn:mpeg:dash:role:2011", role}, Representations: []representation{r},
		})
	}
	if len(video.Representations) > 0 {
		doc.Period.Sets = append(doc.Period.Sets, video)
	}
	doc.Period.Sets = append(doc.Period.Sets, audio...)
	for i := range doc.Period.Sets {
		doc.Period.Sets[i].ID = i
	}
	doc.Duration, doc.MaxSegment, doc.MinBuffer = iso(length(tracks)), iso(longest), iso(segmentSeconds)
	out, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the DASH manifest: %w", err)
	}
	return append([]byte(xml.Header), append(out, '\n')...), nil
}

// fraction is a frame rate as DASH writes it: whole, or a fraction of whole numbers.
func fraction(frameRate float64) string {
	exact := rational(frameRate)
	if !strings.Contains(exact, ".") {
		return exact
	}
	return fmt.Sprintf("%d/1000", int(math.Round(frameRate*1000)))
}

// iso is a duration in seconds as XML Schema writes it.
func iso(seconds float64) string {
	return "PT" + strconv.FormatFloat(math.Round(seconds*1e6)/1e6, 'f', -1, 64) + "S"
}

// expand turns runs into segments, and collapse does the reverse.
func expand(runs []run) []segment {
	var segments []segment
	at := int64(0)
	for _, r := range runs {
		if r.Start != nil {
			at = *r.Start
		}
		for range r.Repeat + 1 {
			segments = append(segments, segment{start: at, duration: r.Duration})
			at += r.Duration
		}
	}
	return segments
}

func collapse(segments []segment) []run {
	var runs []run
	next := int64(-1)
	for _, s := range segments {
		last := len(runs) - 1
		switch {
		case s.start != next:
			runs = append(runs, run{Start: &s.start, Duration: s.duration})
		case runs[last].Duration == s.duration:
			runs[last].Repeat++
		default:
			runs = append(runs, run{Duration: s.duration})
		}
		next = s.start + s.duration
	}
	return runs
}
