package events

import "time"

var clip = []Event{
	ClipRegistered{},
	ClipProbed{},
	ClipRefused{},
	ClipPlanned{},
	ClipPlanRejected{},
	ClipTrackPackaged{},
	ClipPartReleased{},
	ClipPartPackaged{},
	ClipPictured{},
	ClipPackaged{},
	ClipFailed{},
	ClipRetried{},
	ClipPaused{},
	ClipResumed{},
	ClipPrioritized{},
	ClipDeleted{},
	ClipSourceDropped{},
}

// ClipRegistered: a file arrived whole. The clip's id follows from the owner and the content, so
// the same content is one clip under any name.
type ClipRegistered struct {
	Clip   string `json:"clip"`
	Stream string `json:"stream"`
	// NewStream is set when the clip came without a stream: the stream to make for it.
	NewStream   *NewStream `json:"newStream,omitempty"`
	Name        string     `json:"name"`
	Size        int64      `json:"size"`
	ContentType string     `json:"contentType"`
	SHA256      string     `json:"sha256"`
	// Object is the key of the stored file.
	Object string `json:"object"`
	// StartedAt is when the recording began, when that is known.
	StartedAt *time.Time `json:"startedAt,omitempty"`
	// EndedAt is when the recording ended, when that is known.
	EndedAt *time.Time `json:"endedAt,omitempty"`
}

// NewStream says how to make the stream of a clip that came without one.
type NewStream struct {
	Title     string    `json:"title"`
	StartedAt time.Time `json:"startedAt"`
}

func (e ClipRegistered) Event() (name, id string) { return "clip.registered", e.Clip }

// ClipProbed: the file is media, and this is what is in it.
type ClipProbed struct {
	Clip string `json:"clip"`
	// Object is the key of the stored file.
	Object    string `json:"object"`
	Name      string `json:"name"`
	Container string `json:"container"`
	// Duration in seconds.
	Duration float64      `json:"duration"`
	Video    *VideoFacts  `json:"video,omitempty"`
	Audio    []AudioFacts `json:"audio,omitempty"`
}

// VideoFacts describe the picture as it is shown: rotated, with square pixels.
type VideoFacts struct {
	Codec  string `json:"codec"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	// FrameRate in frames per second.
	FrameRate float64 `json:"frameRate"`
	// BitRate in bits per second; zero when unknown.
	BitRate int64 `json:"bitRate,omitempty"`
	// Profile of the codec, such as "High".
	Profile string `json:"profile,omitempty"`
	// PixelFormat as ffmpeg calls it, such as "yuv420p10le".
	PixelFormat string `json:"pixelFormat,omitempty"`
	// Rotation in degrees clockwise that the stored picture is turned by: 0, 90, 180 or 270.
	Rotation   int  `json:"rotation,omitempty"`
	Interlaced bool `json:"interlaced,omitempty"`
	HDR        bool `json:"hdr,omitempty"`
}

// AudioFacts describe one audio track.
type AudioFacts struct {
	Codec    string `json:"codec"`
	Channels int    `json:"channels"`
	// SampleRate in Hz.
	SampleRate int    `json:"sampleRate"`
	Language   string `json:"language,omitempty"`
	Title      string `json:"title,omitempty"`
	// BitRate in bits per second; zero when unknown.
	BitRate int64 `json:"bitRate,omitempty"`
}

func (e ClipProbed) Event() (name, id string) { return "clip.probed", e.Clip }

// ClipRefused: the file is not something that can be played.
type ClipRefused struct {
	Clip   string `json:"clip"`
	Reason string `json:"reason"`
}

func (e ClipRefused) Event() (name, id string) { return "clip.refused", e.Clip }

// ClipPackaged: the clip can be played in every browser, as HLS and as DASH.
type ClipPackaged struct {
	Clip string `json:"clip"`
	// Base is the key prefix of everything that was made.
	Base string `json:"base"`
	// Version names the plan that it was made by; empty when playlists and segments are stored as files.
	Version string `json:"version,omitempty"`
	// Duration in seconds.
	Duration   float64     `json:"duration"`
	Renditions []Rendition `json:"renditions"`
	Poster     bool        `json:"poster"`
	Sprites    bool        `json:"sprites"`
}

// Rendition is one rung of the ladder.
type Rendition struct {
	Width  int `json:"width"`
	Height int `json:"height"`
	// FrameRate in frames per second.
	FrameRate float64 `json:"frameRate"`
	// BitRate is the mean in bits per second.
	BitRate int64  `json:"bitRate"`
	Codecs  string `json:"codecs"`
	// Copied is true when the source's own picture was used without encoding it again.
	Copied bool `json:"copied"`
}

func (e ClipPackaged) Event() (name, id string) { return "clip.packaged", e.Clip }

// ClipFailed: the work on the clip was given up.
type ClipFailed struct {
	Clip string `json:"clip"`
	// Stage is the work that failed: "probe" or "package".
	Stage string `json:"stage"`
	// Reason is a sentence for people; what exactly went wrong is in the dead letter.
	Reason string `json:"reason"`
}

func (e ClipFailed) Event() (name, id string) { return "clip.failed", e.Clip }

// ClipRetried: somebody wants the work on a clip that was given up done again, from its start.
type ClipRetried struct {
	Clip string `json:"clip"`
	// Object is the key of the stored file; another than before when the file was sent again.
	Object string `json:"object"`
	Name   string `json:"name"`
}

func (e ClipRetried) Event() (name, id string) { return "clip.retried", e.Clip }
