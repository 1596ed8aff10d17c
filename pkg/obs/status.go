package obs

import (
	"context"
	"time"
)

// Status is how an output stands.
type Status struct {
	Active bool
	// Paused is only ever true of a recording.
	Paused bool
	// Timecode is how much of it there is, in whole frames; the time that it was paused does not count.
	Timecode time.Duration
	// Asked is when OBS was asked, and RoundTrip how long its answer took: the timecode was that at some
	// moment between the two.
	Asked     time.Time
	RoundTrip time.Duration
}

// Zero is when the timecode was zero, and by how much that may be wrong either way.
func (s Status) Zero() (at time.Time, wrong time.Duration) {
	return s.Asked.Add(s.RoundTrip/2 - s.Timecode), s.RoundTrip / 2
}

// RecordStatus tells how the recording stands.
func (c *Conn) RecordStatus(ctx context.Context) (Status, error) {
	return c.status(ctx, "GetRecordStatus")
}

// StreamStatus tells how the stream stands.
func (c *Conn) StreamStatus(ctx context.Context) (Status, error) {
	return c.status(ctx, "GetStreamStatus")
}

func (c *Conn) status(ctx context.Context, kind string) (Status, error) {
	var told struct {
		Active   bool    `json:"outputActive"`
		Paused   bool    `json:"outputPaused"`
		Duration float64 `json:"outputDuration"` // milliseconds
	}
	asked := time.Now()
	err := c.Request(ctx, kind, nil, &told)
	return Status{
		Active: told.Active, Paused: told.Paused, Timecode: time.Duration(told.Duration * float64(time.Millisecond)),
		Asked: asked, RoundTrip: time.Since(asked),
	}, err
}

// Profile reads a setting of the profile that is chosen in OBS, such as "Video" and "AutoRemux"; empty
// when it has none.
func (c *Conn) Profile(ctx context.Context, category, name string) (string, error) {
	var told struct {
		Value   string `json:"parameterValue"`
		Default string `json:"defaultParameterValue"`
	}
	err := c.Request(ctx, "GetProfileParameter", map[string]string{"parameterCategory": category, "parameterName": name}, &told)
	if told.Value == "" {
		return told.Default, err
	}
	return told.Value, err
}
