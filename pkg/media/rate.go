package media

import "math"

// rate sets the bit rates to declare: the real mean, and as the peak the highest of any run of segments
// that lasts between half and one and a half of the longest one, as HLS defines it.
func (t *track) rate() {
	target := t.longest()
	for i := range t.segments {
		var runBytes, runUnits int64
		for _, s := range t.segments[i:] {
			runBytes += s.bytes
			runUnits += s.duration
			if t.seconds(runUnits) > 1.5*target {
				break
			}
			if t.seconds(runUnits) >= 0.5*target {
				t.peak = max(t.peak, t.perSecond(runBytes, runUnits))
			}
		}
	}
	t.average = t.mean()
	t.peak = max(t.peak, t.average)
}

// mean is the real mean of bits per second over all segments.
func (t *track) mean() int64 {
	var bytes, units int64
	for _, s := range t.segments {
		bytes += s.bytes
		units += s.duration
	}
	return t.perSecond(bytes, units)
}

func (t *track) perSecond(bytes, units int64) int64 {
	return int64(math.Ceil(float64(bytes) * 8 / max(t.seconds(units), 0.001)))
}

// order makes each video track declare more than the next smaller one. Players take the rate for the
// quality, and a copied source may need less than the smaller pictures made of it.
func order(tracks []track) {
	var below *track
	for i := len(tracks) - 1; i >= 0; i-- {
		t := &tracks[i]
		if t.audio {
			continue
		}
		if below != nil {
			t.peak = max(t.peak, below.peak+1)
			t.average = max(t.average, below.average+1)
		}
		below = t
	}
}
