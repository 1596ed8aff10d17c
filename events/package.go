package events

// ClipPlanned: it is settled how the clip is made playable. What needs no encoding is ready by now, each
// track told by clip.track_packaged; the picture that has to be encoded is cut into parts.
type ClipPlanned struct {
	Clip string `json:"clip"`
	// Version follows from the stored file and the plan: the same plan again finds what was made of it.
	Version string `json:"version"`
	// Object is the key of the stored file.
	Object string `json:"object"`
	// Name of the file, for people.
	Name string `json:"name"`
	// Base is the key prefix of everything that is made by this plan.
	Base string `json:"base"`
	// Duration in seconds.
	Duration float64 `json:"duration"`
	// FrameRate of the pictures in frames per second.
	FrameRate float64 `json:"frameRate,omitempty"`
	// CopyVideo is true when the first of the sizes is the source's own picture, not encoded again.
	CopyVideo bool `json:"copyVideo,omitempty"`
	// Sizes of the picture, the largest first.
	Sizes []PictureSize `json:"sizes"`
	// Sound is the audio tracks, in the source's order.
	Sound []SoundTrack `json:"sound"`
	// Parts of the picture that are encoded one by one, in order; empty when nothing is.
	Parts []Span `json:"parts"`
}

// PictureSize is one rung of the ladder before it is made.
type PictureSize struct {
	// ID is the track's, such as "720p", after the short side.
	ID     string `json:"id"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	// MaxRate in bits per second.
	MaxRate int64 `json:"maxRate"`
}

// SoundTrack is one audio track of what can be played.
type SoundTrack struct {
	// ID is the track's, such as "audio-1".
	ID string `json:"id"`
	// Index of the stream in the source.
	Index int `json:"index"`
	// Name is for people, and another for each track.
	Name string `json:"name"`
	// Language as a BCP 47 tag; empty when unknown.
	Language string `json:"language,omitempty"`
	Channels int    `json:"channels"`
	// SampleRate in Hz.
	SampleRate int `json:"sampleRate"`
	// Copied is true when the source's own sound was used without encoding it again.
	Copied bool `json:"copied,omitempty"`
	// Silent is true when the source has no sound, and silence was made for whole-stream playback.
	Silent bool `json:"silent,omitempty"`
}

// Span is a stretch of a clip, in seconds from its start.
type Span struct {
	Start float64 `json:"start"`
	End   float64 `json:"end"`
}

func (e ClipPlanned) Event() (name, id string) { return "clip.planned", e.Clip }

// ClipPlanRejected: a part showed that the source can't be copied as the plan had it; another plan,
// which encodes everything, takes its place.
type ClipPlanRejected struct {
	Clip    string `json:"clip"`
	Version string `json:"version"`
	Object  string `json:"object"`
	Name    string `json:"name"`
	Reason  string `json:"reason"`
}

func (e ClipPlanRejected) Event() (name, id string) { return "clip.plan_rejected", e.Clip }

// TrackRun is a stretch of one track: consecutive CMAF segments in one stored object.
type TrackRun struct {
	// Track is the id of the size or of the audio track.
	Track string `json:"track"`
	// Object is the key; it begins with the initialization segment.
	Object string `json:"object"`
	// InitBytes is how long the initialization segment is.
	InitBytes int64 `json:"initBytes"`
	// Codecs as in RFC 6381.
	Codecs string `json:"codecs"`
	// Timescale is how many units a second has.
	Timescale int64 `json:"timescale"`
	// Start is when the first segment begins, in units.
	Start int64 `json:"start"`
	// Offset is where the first segment lies in the object, in bytes.
	Offset int64 `json:"offset"`
	// Segments are the duration in units and the size in bytes of each.
	Segments [][2]int64 `json:"segments"`
}

// ClipTrackPackaged: a stretch of a track that needed no part is stored.
type ClipTrackPackaged struct {
	Clip    string   `json:"clip"`
	Version string   `json:"version"`
	Run     TrackRun `json:"run"`
}

func (e ClipTrackPackaged) Event() (name, id string) { return "clip.track_packaged", e.Clip }

// ClipPartReleased: it is this part's turn to be encoded.
type ClipPartReleased struct {
	Clip    string `json:"clip"`
	Version string `json:"version"`
	// Part counts from zero.
	Part int `json:"part"`
	// Name of the file and the part, for people.
	Name string `json:"name"`
}

func (e ClipPartReleased) Event() (name, id string) { return "clip.part_released", e.Clip }

// ClipPartPackaged: a part is encoded and stored, in every size.
type ClipPartPackaged struct {
	Clip    string `json:"clip"`
	Version string `json:"version"`
	// Part counts from zero.
	Part int        `json:"part"`
	Runs []TrackRun `json:"runs"`
}

func (e ClipPartPackaged) Event() (name, id string) { return "clip.part_packaged", e.Clip }

// ClipPictured: the poster and the sprites are stored.
type ClipPictured struct {
	Clip string `json:"clip"`
	// Base is the key prefix of poster.jpg, sprites.vtt and the sheets.
	Base string `json:"base"`
	// Poster and Sprites tell whether there are any: there are none of a recording that has only sound.
	Poster  bool `json:"poster"`
	Sprites bool `json:"sprites"`
	// Size of all of them in bytes.
	Size int64 `json:"size"`
}

func (e ClipPictured) Event() (name, id string) { return "clip.pictured", e.Clip }

// ClipPaused: parts of the clip that have not begun wait until clip.resumed.
type ClipPaused struct {
	Clip string `json:"clip"`
}

func (e ClipPaused) Event() (name, id string) { return "clip.paused", e.Clip }

// ClipResumed: the work on a paused clip goes on.
type ClipResumed struct {
	Clip string `json:"clip"`
}

func (e ClipResumed) Event() (name, id string) { return "clip.resumed", e.Clip }

// ClipPrioritized: parts of the clip come before those of clips with a lower priority.
type ClipPrioritized struct {
	Clip string `json:"clip"`
	// Priority is higher for what comes first; zero is that of every new clip.
	Priority int `json:"priority"`
}

func (e ClipPrioritized) Event() (name, id string) { return "clip.prioritized", e.Clip }

// ClipDeleted: the clip is no more; its stored files are removed.
type ClipDeleted struct {
	Clip string `json:"clip"`
	// Object is the key of the stored file.
	Object string `json:"object"`
}

func (e ClipDeleted) Event() (name, id string) { return "clip.deleted", e.Clip }

// ClipSourceDropped: the file that was sent is removed, because the clip can be played without it.
type ClipSourceDropped struct {
	Clip string `json:"clip"`
	// Object is the key that the file was stored under.
	Object string `json:"object"`
}

func (e ClipSourceDropped) Event() (name, id string) { return "clip.source_dropped", e.Clip }
