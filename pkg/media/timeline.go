package media

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/Eyevinn/mp4ff/mp4"
)

const (
	aacFrame   = 1024 // samples of sound that an AAC frame holds
	soundGrain = 500  // parts of a second; timestamps of sound nearer than two milliseconds are the same
	soundDrift = 20   // parts of a second; how far sound may be from its timestamps
)

// timeline puts the samples of a track where they belong.
type timeline interface {
	// place sets the durations and composition offsets of a fragment's samples, which have the given times.
	// It tells how many at the beginning are left out, and when the fragment starts and, for now, ends.
	place(samples []mp4.Sample, times []int64) (left int, start, end int64, err error)
	// finish tells when the track ends, whose last fragment ends then, for now.
	finish(end int64) int64
	sound() bool
}

// shown is the timeline of pictures. Each fragment is decoded in the order of its samples, at the times at which its
// pictures are shown; so it starts when its first picture is shown, and ends when the next fragment starts.
type shown struct {
	start int64 // when the first picture is shown, known beforehand; unknown when negative
	end   int64
	count int
}

func (s *shown) sound() bool { return false }

func (s *shown) finish(int64) int64 { return s.end }

func (s *shown) place(samples []mp4.Sample, times []int64) (left int, start, end int64, err error) {
	if s.count == 0 && s.start >= 0 {
		if off := times[0] - s.start; max(off, -off) > videoTimescale/soundGrain {
			return 0, 0, 0, fmt.Errorf("it begins %d units off: %w", off, ErrMisaligned)
		}
		times[0] = s.start
	}
	order := slices.Sorted(slices.Values(times))
	if order[0] != times[0] || order[0] < 0 {
		return 0, 0, 0, fmt.Errorf("a keyframe has pictures before it: %w", ErrMisaligned)
	}
	for i := range samples {
		offset := times[i] - order[i] // signed: players that pass over edit lists, as hls.js does, need it to be exact
		if max(offset, -offset) > math.MaxInt32 {
			return 0, 0, 0, fmt.Errorf("a picture is too far from its place: %w", ErrMisaligned)
		}
		samples[i].CompositionTimeOffset = int32(offset)
		if i+1 < len(order) {
			samples[i].Dur = uint32(order[i+1] - order[i])
			if samples[i].Dur == 0 {
				return 0, 0, 0, fmt.Errorf("two pictures are shown at once: %w", ErrMisaligned)
			}
		}
	}
	s.count += len(samples)
	last := len(order) - 1
	return 0, order[0], order[last] + int64(samples[last].Dur), nil
}

// heard is the timeline of AAC. Its frames follow each other without a hole wherever their times, which many
// containers round, allow for that. What comes before 0 is what the encoder needs to begin, and left out.
type heard struct {
	rate int64
	next int64
	any  bool
}

func (h *heard) sound() bool { return true }

func (h *heard) finish(end int64) int64 { return end }

func (h *heard) place(samples []mp4.Sample, times []int64) (left int, start, end int64, err error) {
	for left < len(times) && times[left] < 0 {
		left++
	}
	for i := left; i < len(times); i++ {
		off := times[i] - h.next
		if !h.any || off > h.rate/soundGrain {
			if i > left {
				samples[i-1].Dur += uint32(off)
			}
			h.next, h.any = times[i], true
		} else if off < -h.rate/soundDrift {
			return 0, 0, 0, errors.New("the sound overlaps")
		}
		if i == left {
			start = h.next
		}
		samples[i].Dur, samples[i].CompositionTimeOffset = aacFrame, 0
		h.next += aacFrame
	}
	return left, start, h.next, nil
}
