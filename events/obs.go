package events

import "time"

var obs = []Event{
	ObsConnected{},
	ObsDisconnected{},
	ObsStreamStarted{},
	ObsStreamStopped{},
	ObsRecordStarted{},
	ObsRecordStopped{},
	ObsRecordSplit{},
	ObsRecordPaused{},
	ObsRecordResumed{},
	ObsSceneChanged{},
	ObsReplaySaved{},
	ObsClockMeasured{},
	ObsDiskMeasured{},
}

// ObsClock is when something happened in OBS, by the machine that it runs on.
type ObsClock struct {
	// At is that machine's wall clock.
	At time.Time `json:"at"`
	// Timecode of the output in milliseconds; zero when it is not running.
	Timecode int64 `json:"timecodeMs,omitempty"`
}

// ObsConnected: the bridge on a machine hears OBS.
type ObsConnected struct {
	// Bridge is the name of the bridge.
	Bridge string `json:"bridge"`
	ObsClock
	// Version of OBS.
	Version string `json:"version"`
	// Folder that it records into.
	Folder string `json:"folder,omitempty"`
	// Streaming and Recording are what it was doing then.
	Streaming bool   `json:"streaming,omitempty"`
	Recording bool   `json:"recording,omitempty"`
	Scene     string `json:"scene,omitempty"`
}

func (e ObsConnected) Event() (name, id string) { return "obs.connected", e.Bridge }

// ObsDisconnected: OBS is not heard any more.
type ObsDisconnected struct {
	Bridge string `json:"bridge"`
	ObsClock
	// Reason says it in a sentence.
	Reason string `json:"reason"`
}

func (e ObsDisconnected) Event() (name, id string) { return "obs.disconnected", e.Bridge }

// ObsStreamStarted: OBS sends to a platform.
type ObsStreamStarted struct {
	Bridge string `json:"bridge"`
	ObsClock
}

func (e ObsStreamStarted) Event() (name, id string) { return "obs.stream_started", e.Bridge }

// ObsStreamStopped: OBS sends no longer.
type ObsStreamStopped struct {
	Bridge string `json:"bridge"`
	ObsClock
}

func (e ObsStreamStopped) Event() (name, id string) { return "obs.stream_stopped", e.Bridge }

// ObsRecordStarted: OBS writes a recording.
type ObsRecordStarted struct {
	Bridge string `json:"bridge"`
	ObsClock
	// File is the name of the file, without its folder.
	File string `json:"file"`
}

func (e ObsRecordStarted) Event() (name, id string) { return "obs.record_started", e.Bridge }

// ObsRecordStopped: the recording is whole.
type ObsRecordStopped struct {
	Bridge string `json:"bridge"`
	ObsClock
	File string `json:"file"`
}

func (e ObsRecordStopped) Event() (name, id string) { return "obs.record_stopped", e.Bridge }

// ObsRecordSplit: one file is whole, and the recording goes on in another.
type ObsRecordSplit struct {
	Bridge string `json:"bridge"`
	ObsClock
	// File that is whole, and Next that follows.
	File string `json:"file"`
	Next string `json:"next"`
}

func (e ObsRecordSplit) Event() (name, id string) { return "obs.record_split", e.Bridge }

// ObsRecordPaused: the recording waits.
type ObsRecordPaused struct {
	Bridge string `json:"bridge"`
	ObsClock
}

func (e ObsRecordPaused) Event() (name, id string) { return "obs.record_paused", e.Bridge }

// ObsRecordResumed: the recording goes on.
type ObsRecordResumed struct {
	Bridge string `json:"bridge"`
	ObsClock
}

func (e ObsRecordResumed) Event() (name, id string) { return "obs.record_resumed", e.Bridge }

// ObsSceneChanged: another scene is shown.
type ObsSceneChanged struct {
	Bridge string `json:"bridge"`
	ObsClock
	Scene string `json:"scene"`
}

func (e ObsSceneChanged) Event() (name, id string) { return "obs.scene_changed", e.Bridge }

// ObsReplaySaved: the last seconds were saved.
type ObsReplaySaved struct {
	Bridge string `json:"bridge"`
	ObsClock
	// File is the name of the file, without its folder.
	File string `json:"file"`
}

func (e ObsReplaySaved) Event() (name, id string) { return "obs.replay_saved", e.Bridge }

// ObsClockMeasured: how the recording's clock stands to the wall clock.
type ObsClockMeasured struct {
	Bridge string `json:"bridge"`
	ObsClock
	// File of the recording.
	File string `json:"file"`
	// StartedAt is when the recording's time was zero.
	StartedAt time.Time `json:"startedAt"`
	// Error is how wrong that may be, in milliseconds, either way.
	Error float64 `json:"errorMs"`
	// Offset is how much later that is than when OBS said that it records, in milliseconds.
	Offset float64 `json:"offsetMs"`
}

func (e ObsClockMeasured) Event() (name, id string) { return "obs.clock_measured", e.Bridge }

// ObsDiskMeasured: how much room there is where it records.
type ObsDiskMeasured struct {
	Bridge string `json:"bridge"`
	ObsClock
	// Free and Total in bytes.
	Free  int64 `json:"free"`
	Total int64 `json:"total"`
}

func (e ObsDiskMeasured) Event() (name, id string) { return "obs.disk_measured", e.Bridge }
