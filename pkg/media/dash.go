package media

import (
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// mpd is a DASH manifest, as far as it is written.
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
	Timescale      int64    `xml:"timescale,attr"`
	Initialization string   `xml:"initialization,attr"`
	Media          string   `xml:"media,attr"`
	Timeline       []repeat `xml:"SegmentTimeline>S"`
}

// repeat is a segment, and as many more of its length as Repeat says.
type repeat struct {
	Start    *int64 `xml:"t,attr,omitempty"`
	Duration int64  `xml:"d,attr"`
	Repeat   int    `xml:"r,attr,omitempty"`
}

// DASH writes the manifest of one clip; URLs come from the tracks' Init and Media. A track without segments is
// left out, and so is a size that is not complete, as long as another one is. Its length is what there is.
func DASH(tracks []Track) ([]byte, error) {
	doc := mpd{
		Namespace: "urn:mpeg:dash:schema:mpd:2011", Profiles: "urn:mpeg:dash:profile:isoff-live:2011", Type: "static",
		Period: period{ID: "0", Start: "PT0S"},
	}
	video, audio := kinds(tracks)
	if slices.ContainsFunc(video, func(t *Track) bool { return t.Complete }) {
		video = slices.DeleteFunc(video, func(t *Track) bool { return !t.Complete })
	}
	if len(video) > 0 {
		set := adaptationSet{ContentType: "video", MimeType: "video/mp4", Aligned: true, StartsWithSAP: 1}
		for i, declared := range rates(video) {
			t := video[i]
			r := represent(t, declared)
			r.Width, r.Height, r.PixelShape, r.FrameRate = t.Width, t.Height, "1:1", fraction(t.FrameRate)
			set.Representations = append(set.Representations, r)
		}
		doc.Period.Sets = append(doc.Period.Sets, set)
	}
	for i, declared := range rates(audio) {
		t := audio[i]
		r := represent(t, declared)
		r.SampleRate = t.SampleRate
		r.Channels = &descriptor{"urn:mpeg:dash:23003:3:audio_channel_configuration:2011", strconv.Itoa(t.Channels)}
		role := "alternate"
		if i == 0 {
			role = "main"
		}
		doc.Period.Sets = append(doc.Period.Sets, adaptationSet{
			ContentType: "audio", MimeType: "audio/mp4", Aligned: true, StartsWithSAP: 1, Language: t.Language,
			Label: t.Name, Role: &descriptor{"urn:mpeg:dash:role:2011", role}, Representations: []representation{r},
		})
	}
	for i := range doc.Period.Sets {
		doc.Period.Sets[i].ID = i
	}
	longest, end := 0.0, 0.0
	for _, t := range append(video, audio...) {
		longest, end = max(longest, t.longest()), max(end, t.end())
	}
	doc.Duration, doc.MaxSegment, doc.MinBuffer = iso(end), iso(longest), iso(segmentSeconds)
	out, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the DASH manifest: %w", err)
	}
	return append([]byte(xml.Header), append(out, '\n')...), nil
}

// represent fills in what all kinds of tracks have.
func represent(t *Track, declared rate) representation {
	return representation{
		ID: t.ID, Codecs: t.Codecs, Bandwidth: declared.peak,
		Template: template{Timescale: t.Timescale, Initialization: t.Init, Media: t.Media, Timeline: collapse(t.Segments)},
	}
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

// collapse writes segments as runs.
func collapse(segments []Segment) []repeat {
	var runs []repeat
	next := int64(-1)
	for i := range segments {
		s := &segments[i]
		last := len(runs) - 1
		switch {
		case s.Start != next:
			runs = append(runs, repeat{Start: &s.Start, Duration: s.Duration})
		case runs[last].Duration == s.Duration:
			runs[last].Repeat++
		default:
			runs = append(runs, repeat{Duration: s.Duration})
		}
		next = s.Start + s.Duration
	}
	return runs
}
