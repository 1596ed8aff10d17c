package obs

import (
	"time"
	"unicode/utf8"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// BridgeEvent is one thing that happened. Which fields tell of it depends on its kind.
type BridgeEvent struct {
	// ID is the same when it is told again; at most 128 letters, digits, - and _.
	ID   string `json:"id"`
	Kind string `json:"kind" jsonschema:"enum=connected,enum=disconnected,enum=stream_started,enum=stream_stopped,enum=record_started,enum=record_stopped,enum=record_split,enum=record_paused,enum=record_resumed,enum=scene_changed,enum=replay_saved,enum=clock_measured,enum=disk_measured"`
	// At is when, by the clock of the machine that OBS runs on.
	At time.Time `json:"at"`
	// TimecodeMs of the output in milliseconds; absent when none runs.
	TimecodeMs int64 `json:"timecodeMs,omitempty"`
	// Version of OBS, Folder that it records into, and what it does: of connected.
	Version   string `json:"version,omitempty"`
	Folder    string `json:"folder,omitempty"`
	Streaming bool   `json:"streaming,omitempty"`
	Recording bool   `json:"recording,omitempty"`
	// Scene that is shown: of connected and scene_changed.
	Scene string `json:"scene,omitempty"`
	// Reason of disconnected.
	Reason string `json:"reason,omitempty"`
	// File is the name of the recording, without its folder; of a split the one that is whole, and Next
	// the one that follows.
	File string `json:"file,omitempty"`
	Next string `json:"next,omitempty"`
	// StartedAt is when the recording's time was zero, give or take ErrorMs, and OffsetMs later than when
	// OBS said so: of clock_measured.
	StartedAt *time.Time `json:"startedAt,omitempty"`
	ErrorMs   float64    `json:"errorMs,omitempty"`
	OffsetMs  float64    `json:"offsetMs,omitempty"`
	// Free and Total in bytes, where it records: of disk_measured.
	Free  int64 `json:"free,omitempty"`
	Total int64 `json:"total,omitempty"`
}

// fact is the event for the log; nil when there is no such kind.
func (e BridgeEvent) fact(bridge string) events.Event {
	at := events.ObsClock{At: e.At.UTC(), Timecode: e.TimecodeMs}
	switch e.Kind {
	case "connected":
		return events.ObsConnected{
			Bridge: bridge, ObsClock: at, Version: e.Version, Folder: e.Folder, Streaming: e.Streaming, Recording: e.Recording, Scene: e.Scene,
		}
	case "disconnected":
		return events.ObsDisconnected{Bridge: bridge, ObsClock: at, Reason: e.Reason}
	case "stream_started":
		return events.ObsStreamStarted{Bridge: bridge, ObsClock: at}
	case "stream_stopped":
		return events.ObsStreamStopped{Bridge: bridge, ObsClock: at}
	case "record_started":
		return events.ObsRecordStarted{Bridge: bridge, ObsClock: at, File: e.File}
	case "record_stopped":
		return events.ObsRecordStopped{Bridge: bridge, ObsClock: at, File: e.File}
	case "record_split":
		return events.ObsRecordSplit{Bridge: bridge, ObsClock: at, File: e.File, Next: e.Next}
	case "record_paused":
		return events.ObsRecordPaused{Bridge: bridge, ObsClock: at}
	case "record_resumed":
		return events.ObsRecordResumed{Bridge: bridge, ObsClock: at}
	case "scene_changed":
		return events.ObsSceneChanged{Bridge: bridge, ObsClock: at, Scene: e.Scene}
	case "replay_saved":
		return events.ObsReplaySaved{Bridge: bridge, ObsClock: at, File: e.File}
	case "clock_measured":
		return events.ObsClockMeasured{Bridge: bridge, ObsClock: at, File: e.File, StartedAt: e.startedAt(), Error: e.ErrorMs, Offset: e.OffsetMs}
	case "disk_measured":
		return events.ObsDiskMeasured{Bridge: bridge, ObsClock: at, Free: e.Free, Total: e.Total}
	}
	return nil
}

func (e BridgeEvent) startedAt() time.Time {
	if e.StartedAt == nil {
		return time.Time{}
	}
	return e.StartedAt.UTC()
}

// longestText is how many characters a name or a reason may have.
const longestText = 1000

// validate tells what is wrong with the event when it is now.
func (e BridgeEvent) validate(now time.Time) error {
	switch {
	case !events.IsToken(e.ID):
		return fault.Field("id", "the id of an event has up to 128 letters, digits, - and _")
	case e.fact("") == nil:
		return fault.Field("kind", "there is no kind %q", e.Kind)
	case e.At.Year() < 2000 || e.At.After(now.Add(ahead)):
		return fault.Field("at", "%s cannot be when it happened: set the clock of the machine that OBS runs on", e.At.Format(time.RFC3339))
	case e.Kind == "clock_measured" && e.startedAt().Year() < 2000:
		return fault.Field("startedAt", "tell when the recording's time was zero")
	case e.TimecodeMs < 0, e.Free < 0, e.Total < e.Free:
		return fault.Field("timecodeMs", "times and sizes are not negative, and no more is free than there is")
	}
	for name, text := range map[string]string{
		"version": e.Version, "folder": e.Folder, "scene": e.Scene, "reason": e.Reason, "file": e.File, "next": e.Next,
	} {
		if utf8.RuneCountInString(text) > longestText {
			return fault.Field(name, "at most %d characters", longestText)
		}
	}
	return nil
}
