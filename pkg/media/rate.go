package media

import "math"

// rate is what a track declares to need, in bits per second.
type rate struct{ peak, average int64 }

// rates gives what each of the tracks declares. Players take the rate for the quality, and a copied source
// may need less than the smaller pictures made of it, so each size declares more than the next smaller one.
func rates(tracks []*Track) []rate {
	declared := make([]rate, len(tracks))
	below := -1
	for i := len(tracks) - 1; i >= 0; i-- {
		declared[i] = tracks[i].rate()
		if tracks[i].Audio {
			continue
		}
		if below >= 0 {
			declared[i].peak = max(declared[i].peak, declared[below].peak+1)
			declared[i].average = max(declared[i].average, declared[below].average+1)
		}
		below = i
	}
	return declared
}

// rate measures the real mean, and as the peak the highest of any run of segments that lasts between half
// and one and a half of the longest one, as HLS defines it.
func (t *Track) rate() rate {
	target := t.longest()
	var peak, bytes, units int64
	for i := range t.Segments {
		bytes += t.Segments[i].Bytes
		units += t.Segments[i].Duration
		var runBytes, runUnits int64
		for _, s := range t.Segments[i:] {
			runBytes += s.Bytes
			runUnits += s.Duration
			if t.seconds(runUnits) > 1.5*target {
				break
			}
			if t.seconds(runUnits) >= 0.5*target {
				peak = max(peak, t.perSecond(runBytes, runUnits))
			}
		}
	}
	average := t.perSecond(bytes, units)
	return rate{max(peak, average), average}
}

func (t *Track) perSecond(bytes, units int64) int64 {
	return int64(math.Ceil(float64(bytes) * 8 / max(t.seconds(units), 0.001)))
}
