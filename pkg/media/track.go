package media

// Track is one size of the picture or one audio track, as manifests list it.
type Track struct {
	ID         string // its HLS playlist is <ID>.m3u8, beside the master playlist
	Codecs     string // RFC 6381
	Audio      bool
	Width      int // pixels
	Height     int // pixels
	FrameRate  float64
	Channels   int
	SampleRate int    // Hz
	Name       string // of an audio track, for people
	Language   string // BCP 47; empty when unknown
	Timescale  int64  // units per second
	Segments   []Segment
	Complete   bool   // no more segments will come
	Init       string // URL of the initialization segment for DASH, relative to the manifest
	Media      string // URL of the segments for DASH, with $Time$ for a segment's start
}

// Segment is one segment of a track; its times count in the track's timescale. URLs are for HLS, relative
// to the playlist or absolute.
type Segment struct {
	Start         int64
	Duration      int64
	Bytes         int64
	Discontinuity bool // what comes before is of another clip
	URI           string
	Init          string // URL of the initialization segment
}

// seconds turns the track's own time into seconds.
func (t *Track) seconds(units int64) float64 { return float64(units) / float64(t.Timescale) }

// end is when the last segment ends, in seconds.
func (t *Track) end() float64 {
	if len(t.Segments) == 0 {
		return 0
	}
	last := t.Segments[len(t.Segments)-1]
	return t.seconds(last.Start + last.Duration)
}

// longest is the duration of the longest segment, in seconds.
func (t *Track) longest() float64 {
	longest := int64(0)
	for i := range t.Segments {
		longest = max(longest, t.Segments[i].Duration)
	}
	return t.seconds(longest)
}
