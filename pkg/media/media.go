// Package media turns a recording into what a browser can play: it looks at a file (Probe), decides how its
// tracks are made (Prepare), makes those that take little work at once and the others part by part
// (EncodePart), writes the manifests over them (Master, Playlist, DASH), and draws its pictures (Poster,
// Sprites).
//
// It hides ffmpeg and ffprobe: their arguments, their differences between 5.1 and 7.1, the limits they run
// under (no network, no playlists, no other files, bounded time and memory, death with the parent), and
// the timestamps and manifests they get wrong. Sources and results are files on the local disk.
package media

import "errors"

// Work names a source, what Probe found in it, and the folder that gets the results, which must exist.
type Work struct {
	Source   string
	Info     Info
	OutDir   string
	Progress func(Progress)    // hears how far it has come; may be nil
	Log      func(line string) // hears what ffmpeg complains of, line by line; may be nil
}

// Info is what Probe found in a file.
type Info struct {
	Container string  `json:"container"` // ffmpeg's short name, such as "matroska" or "mov"
	Duration  float64 `json:"duration"`  // seconds, measured from the packets, not read from the header
	StartTime float64 `json:"startTime"` // seconds, the first timestamp; every result of this package counts from there
	Size      int64   `json:"size"`      // bytes
	Video     *Video  `json:"video,omitempty"`
	Audio     []Audio `json:"audio,omitempty"`
}

// origin is the time of the source at which the clip starts, in seconds. What comes before 0 is only there for decoders
// to begin with.
func (i Info) origin() float64 { return max(i.StartTime, 0) }

// Video is the moving picture of a file. Cover art and stills are none.
type Video struct {
	Index       int     `json:"index"` // ffmpeg's stream index
	Codec       string  `json:"codec"`
	Profile     string  `json:"profile,omitempty"`
	Width       int     `json:"width"`    // pixels as displayed: rotation and pixel shape applied
	Height      int     `json:"height"`   // pixels as displayed
	Rotation    int     `json:"rotation"` // degrees clockwise that the stored picture is turned by: 0, 90, 180 or 270
	AsStored    bool    `json:"asStored"` // shown as it is stored: square pixels, not turned, not mirrored
	FrameRate   float64 `json:"frameRate"`
	PixelFormat string  `json:"pixelFormat"`
	BitRate     int64   `json:"bitRate"` // bits per second, measured
	Interlaced  bool    `json:"interlaced"`
	HDR         bool    `json:"hdr"`
	Transfer    string  `json:"transfer,omitempty"` // transfer characteristics, such as "bt709" or "smpte2084"
}

// Audio is one audio track of a file, in the file's order.
type Audio struct {
	Index      int    `json:"index"` // ffmpeg's stream index
	Codec      string `json:"codec"`
	Profile    string `json:"profile,omitempty"`
	Channels   int    `json:"channels"`
	SampleRate int    `json:"sampleRate"` // Hz
	BitRate    int64  `json:"bitRate"`    // bits per second, measured
	Language   string `json:"language,omitempty"`
	Title      string `json:"title,omitempty"`
}

// Refused says why a file is not taken, in a sentence for the person who offered it.
type Refused struct{ Reason string }

// Error is the reason.
func (r *Refused) Error() string { return r.Reason }

// ErrNoVideo is the answer of Poster and Sprites for a source that has sound only.
var ErrNoVideo = errors.New("the source has no video")
