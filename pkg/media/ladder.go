package media

import (
	"math"
	"strconv"
)

// sides are the usual lengths of a picture's short side, in pixels.
var sides = []int{2160, 1440, 1080, 720, 480, 360, 240}

// rung is one size of a ladder.
type rung struct {
	width, height int
	maxRate       int64 // bits per second
}

// ladder gives the sizes for a source of that displayed size, the largest first, all of the source's shape
// and none above it. The first is the source's own size, up to 2160 on the short side; each of the others is
// noticeably smaller. There is always at least one.
func ladder(width, height int, frameRate float64) []rung {
	short := min(width, height)
	top := min(short, sides[0])
	rungs := []rung{sized(width, height, top, frameRate)}
	for _, side := range sides {
		if float64(side) <= 0.85*float64(top) {
			rungs = append(rungs, sized(width, height, side, frameRate))
		}
	}
	return rungs
}

// sized is the rung with that short side. Sides are even, as 4:2:0 needs.
func sized(width, height, side int, frameRate float64) rung {
	scale := float64(side) / float64(min(width, height))
	even := func(of int) int {
		return min(2*int(math.Round(float64(of)*scale/2)), of/2*2)
	}
	r := rung{width: even(width), height: even(height)}
	r.maxRate = maxRate(r.width*r.height, frameRate)
	return r
}

// maxRate caps the bits per second for a picture of that many pixels: 4.5 Mb/s for 1080p30, 2.4 Mb/s for
// 720p30, 40 % more at 60 frames per second.
func maxRate(pixels int, frameRate float64) int64 {
	rate := 82 * math.Pow(float64(pixels), 0.75) * math.Sqrt(max(frameRate, 30)/30)
	return max(int64(rate)/1000*1000, 80_000)
}

// below caps rungs under a copied one, so that a smaller picture never costs more than the copy does.
func below(copied rung, bitRate int64, rungs []rung) {
	if bitRate == 0 {
		return
	}
	for i := range rungs {
		part := float64(rungs[i].width*rungs[i].height) / float64(copied.width*copied.height)
		limit := int64(float64(bitRate)*math.Sqrt(part)) / 1000 * 1000
		rungs[i].maxRate = max(min(rungs[i].maxRate, limit), 80_000)
	}
}

// steadyRate is the rate that frames are encoded at when all of them are.
func steadyRate(frameRate float64) float64 { return min(max(frameRate, 5), 60) }

// rational writes a frame rate as ffmpeg takes it exactly.
func rational(frameRate float64) string {
	for _, base := range []float64{24, 30, 48, 60} {
		if math.Abs(frameRate-base*1000/1001) < 0.005 {
			return strconv.Itoa(int(base)*1000) + "/1001"
		}
	}
	return strconv.FormatFloat(math.Round(frameRate*1000)/1000, 'f', -1, 64)
}
