package obs

import (
	"encoding/json"
	"time"
)

// Topic is a set of what OBS tells.
type Topic int

// The topics that are few enough to be heard all the time.
const (
	General Topic = 1 << iota
	Config
	Scenes
	Inputs
	Transitions
	Filters
	Outputs
	SceneItems
	MediaInputs
	Vendors
	UI
)

// Event is something that has happened in OBS.
type Event struct {
	// Type as the protocol names it, such as RecordStateChanged.
	Type string `json:"eventType"`
	// Data is a JSON object; nil when there is nothing more to say.
	Data json.RawMessage `json:"eventData"`
	// At is when it was heard, by the clock of this machine.
	At time.Time `json:"-"`
}

// Output is what the events RecordStateChanged, StreamStateChanged and ReplayBufferStateChanged tell.
type Output struct {
	Active bool `json:"outputActive"`
	// State is one of the states below, or another.
	State string `json:"outputState"`
	// Path of the recording; empty unless it has started or stopped.
	Path string `json:"outputPath"`
}

// The states of an output that matter to others.
const (
	Started = "OBS_WEBSOCKET_OUTPUT_STARTED"
	Stopped = "OBS_WEBSOCKET_OUTPUT_STOPPED"
	Paused  = "OBS_WEBSOCKET_OUTPUT_PAUSED"
	Resumed = "OBS_WEBSOCKET_OUTPUT_RESUMED"
)

// Events are what happens, in order. The channel is closed when the connection has ended; Err says why.
// A reader that is slow keeps nothing else waiting.
func (c *Conn) Events() <-chan Event { return c.events }

// deliver hands events out as fast as they are taken.
func (c *Conn) deliver() {
	defer close(c.events)
	arrived := c.arrived
	var waiting []Event
	for arrived != nil || len(waiting) > 0 {
		var out chan Event
		var first Event
		if len(waiting) > 0 {
			out, first = c.events, waiting[0]
		}
		select {
		case e, open := <-arrived:
			if !open {
				arrived = nil
				continue
			}
			waiting = append(waiting, e)
		case out <- first:
			waiting = waiting[1:]
		}
	}
}
