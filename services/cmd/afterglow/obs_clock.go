package main

import (
	"context"
	"time"

	"github.com/afterglow-live/afterglow/pkg/obs"
)

const (
	// samples is how often the timecode is asked for, sampled apart, to find out when it was zero.
	samples, sampled = 8, 60 * time.Millisecond
)

// measured is when the timecode of a recording was zero.
type measured struct {
	// file is the path that is recorded to, and said is when OBS said that it records.
	file string
	said time.Time
	zero time.Time
	// wrong is by how much zero may be wrong, either way.
	wrong time.Duration
}

// measure asks OBS for the timecode several times, and takes the answer that came fastest. A recording that
// stops or waits meanwhile tells nothing.
func measure(ctx context.Context, c *obs.Conn, m measured) (measured, bool) {
	var best obs.Status
	for range samples {
		s, err := c.RecordStatus(ctx)
		if err != nil || s.Paused {
			return m, false
		}
		if s.Active && s.Timecode > 0 && (best.Asked.IsZero() || s.RoundTrip < best.RoundTrip) {
			best = s
		}
		if rest(ctx, sampled) != nil {
			return m, false
		}
	}
	if best.Asked.IsZero() {
		return m, false
	}
	m.zero, m.wrong = best.Zero()
	return m, true
}

// timecode of the output at a moment in milliseconds; zero when none runs.
func (s obsState) timecode(at time.Time) int64 {
	var zero time.Time
	switch {
	case s.Recording != nil:
		zero = s.Recording.Zero
		if s.Recording.PausedAt != nil {
			at = *s.Recording.PausedAt
		}
	case s.Stream != nil:
		zero = *s.Stream
	default:
		return 0
	}
	return max(0, at.Sub(zero).Milliseconds())
}
