package media

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// Plan says how a source becomes tracks. It follows from the source alone.
type Plan struct {
	Duration  float64 // seconds
	FrameRate float64 // of the encoded pictures; of the source when its picture is copied
	CopyVideo bool    // the first size is the source's own picture
	Sizes     []Size  // largest first; none without video
	Sound     []Sound // at least one when there is video: silence when the source has no sound
	Parts     []Span  // of the picture, encoded one by one; none when nothing is encoded
}

// Size is one rung of the ladder.
type Size struct {
	ID      string // such as "720p", after the short side
	Width   int    // pixels
	Height  int    // pixels
	MaxRate int64  // bits per second
}

// Sound is one audio track of the result.
type Sound struct {
	ID         string // such as "audio-1"
	Index      int    // ffmpeg's stream index in the source
	Name       string // for people, another for each track
	Language   string // BCP 47; empty when unknown
	Channels   int
	SampleRate int  // Hz
	Copied     bool // the source's own sound, not encoded again
	Silent     bool // silence made for a source without sound
}

// Span is a stretch of a clip in seconds from its start.
type Span struct{ Start, End float64 }

const (
	segmentSeconds = 4 // a segment ends at the first keyframe about that far from its start
	groupSeconds   = 2 // time between keyframes where all is encoded
	maxGap         = 5 // longest time between keyframes of a source that is copied
	minGap         = 0.5
	maxOffset      = 0.1  // seconds a copied stream may start late, or be silent in between
	maxDrift       = 0.02 // seconds that copied sound may be longer or shorter than its timestamps say
	maxTracks      = 8    // audio tracks that are made
	partSeconds    = 60   // of a part, at least
	maxParts       = 500
)

// plan decides. It copies what is right already, unless all is to be encoded. refreshes is how many instant
// refreshes the picture has, and part the least length of a part in seconds.
func plan(info Info, streams map[int]*packets, refreshes int, encodeAll bool, part float64) Plan {
	p := Plan{Duration: info.Duration, Sound: sounds(info, streams, encodeAll)}
	v := info.Video
	if v == nil {
		return p
	}
	stream := streams[v.Index]
	p.FrameRate = steadyRate(v.FrameRate)
	p.CopyVideo = !encodeAll && v.ready() && stream.startable(info.origin()) && refreshes == len(stream.keys)
	if p.CopyVideo {
		p.FrameRate = v.FrameRate
	}
	p.Sizes = ladder(v.Width, v.Height, p.FrameRate)
	if p.CopyVideo {
		below(p.Sizes[0], v.BitRate, p.Sizes[1:])
	}
	if len(p.encoded()) > 0 {
		p.Parts = p.parts(stream, info.origin(), max(part, info.Duration/maxParts))
	}
	return p
}

// encoded are the sizes that are not copied.
func (p Plan) encoded() []Size {
	if p.CopyVideo {
		return p.Sizes[1:]
	}
	return p.Sizes
}

// parts cuts the picture at keyframes, at least that many seconds apart. Where nothing is copied the cuts lie on
// the grid of frames.
func (p Plan) parts(s *packets, start, shortest float64) []Span {
	snap := func(t float64) float64 {
		if !p.CopyVideo {
			t = math.Round(t*exact(p.FrameRate)) / exact(p.FrameRate)
		}
		return math.Round(t*1e6) / 1e6
	}
	end := max(snap(s.finish(p.FrameRate)-start), snap(1/p.FrameRate))
	parts := []Span{{Start: 0, End: end}}
	if p.CopyVideo {
		parts[0].Start = snap(s.keys[0] - start)
	}
	if s.jumped { // such a source can only be read from its beginning
		return parts
	}
	for _, key := range s.keys {
		last := &parts[len(parts)-1]
		if at := snap(key - start); at-last.Start >= shortest && end-at >= shortest {
			last.End = at
			parts = append(parts, Span{Start: at, End: end})
		}
	}
	return parts
}

// sounds lists the audio tracks, or makes up silence for a picture without any.
func sounds(info Info, streams map[int]*packets, encodeAll bool) []Sound {
	if len(info.Audio) == 0 {
		return []Sound{{ID: "audio-1", Index: -1, Name: "Silence", Channels: 2, SampleRate: 48000, Silent: true}}
	}
	var list []Sound
	names := map[string]bool{}
	for i, a := range info.Audio[:min(len(info.Audio), maxTracks)] {
		s := Sound{
			ID: fmt.Sprintf("audio-%d", i+1), Index: a.Index, Language: bcp47(a.Language),
			Channels: min(a.Channels, 2), SampleRate: 48000,
			Copied: !encodeAll && a.ready() && streams[a.Index].continuous(info.origin(), a.SampleRate),
		}
		if a.SampleRate == 44100 {
			s.SampleRate = 44100
		}
		for _, name := range []string{a.Title, s.Language, fmt.Sprintf("Track %d", i+1), s.ID} {
			if s.Name = strings.TrimSpace(quoted(name)); s.Name != "" && !names[s.Name] {
				break
			}
		}
		names[s.Name] = true
		list = append(list, s)
	}
	return list
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// bcp47 is the tag if it is one.
func bcp47(tag string) string {
	if !languageTag.MatchString(tag) {
		return ""
	}
	return tag
}

// ready tells whether every browser plays the stream as it is.
func (v *Video) ready() bool {
	return v.Codec == "h264" && v.PixelFormat == "yuv420p" && v.AsStored && !v.Interlaced && !v.HDR &&
		min(v.Width, v.Height) <= sides[0] && v.Width%2 == 0 && v.Height%2 == 0
}

// ready tells whether every browser plays the track as it is.
func (a *Audio) ready() bool {
	return a.Codec == "aac" && a.Profile == "LC" && a.Channels <= 2 && (a.SampleRate == 44100 || a.SampleRate == 48000)
}

// startable tells whether segments can be cut at the keyframes.
func (p *packets) startable(start float64) bool {
	return p != nil && p.opensKey && !p.hidden && !p.jumped && p.first-start <= maxOffset && p.gap <= maxGap &&
		p.seconds() >= float64(len(p.keys)-1)*minGap
}

// continuous tells whether the AAC has no hole. All its packets are keyframes.
func (p *packets) continuous(start float64, sampleRate int) bool {
	drift := p.seconds() - float64(p.count*aacFrame)/float64(sampleRate)
	return !p.jumped && p.first-start <= maxOffset && p.gap <= maxOffset && max(drift, -drift) <= maxDrift
}
