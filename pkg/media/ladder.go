package media

import (
	"math"
	"strconv"
)

// sides are the usual lengths of a picture's short side, in pixels.
var sides = []int{2160, 1440, 1080, 720, 480, 360, 240}

// ladder gives the sizes for a source of that displayed size, the largest first, all of the source's shape
// and none above it. The first is the source's own size, up to 2160 on the short side; each of the others is
// noticeably smaller. There is always at least one.
func ladder(width, height int, frameRate float64) []Size {
	short := min(width, height)
	top := min(short, sides[0])
	rungs := []Size{sized(width, height, top, frameRate)}
	for _, side := range sides {
		if float64(side) <= 0.85*float64(top) {
			rungs = append(rungs, sized(width, height, side, frameRate))
		}
	}
	return rungs
}

// sized is the size with that short side. Sides are even, as 4:2:0 needs.
func sized(width, height, side int, frameRate float64) Size {
	scale := float64(side) / float64(min(width, height))
	even := func(of int) int {
		return min(2*int(math.Round(float64(of)*scale/2)), of/2*2)
	}
	s := Size{Width: even(width), Height: even(height)}
	s.ID = strconv.Itoa(min(s.Width, s.Height)) + "p"
	s.MaxRate = maxRate(s.Width*s.Height, frameRate)
	return s
}

// maxRate caps the bits per second for a picture of that many pixels: 4.5 Mb/s for 1080p30, 2.4 Mb/s for
// 720p30, 40 % more at 60 frames per second.
func maxRate(pixels int, frameRate float64) int64 {
	rate := 82 * math.Pow(float64(pixels), 0.75) * math.Sqrt(max(frameRate, 30)/30)
	return max(int64(rate)/1000*1000, 80_000)
}

// below caps rungs under a copied one, so that a smaller picture never costs more than the copy does.
func below(copied Size, bitRate int64, rungs []Size) {
	if bitRate == 0 {
		return
	}
	for i := range rungs {
		part := float64(rungs[i].Width*rungs[i].Height) / float64(copied.Width*copied.Height)
		limit := int64(float64(bitRate)*math.Sqrt(part)) / 1000 * 1000
		rungs[i].MaxRate = max(min(rungs[i].MaxRate, limit), 80_000)
	}
}

// steadyRate is the rate that frames are encoded at when all of them are.
func steadyRate(frameRate float64) float64 { return min(max(frameRate, 5), 60) }

// rational writes a frame rate as ffmpeg takes it exactly.
func rational(frameRate float64) string {
	if base := broadcast(frameRate); base > 0 {
		return strconv.Itoa(base*1000) + "/1001"
	}
	return strconv.FormatFloat(exact(frameRate), 'f', -1, 64)
}

// exact is the frame rate that rational writes.
func exact(frameRate float64) float64 {
	if base := broadcast(frameRate); base > 0 {
		return float64(base) * 1000 / 1001
	}
	return math.Round(frameRate*1000) / 1000
}

// broadcast gives the whole number that the rates of broadcasting, such as 29.97, are a little below; 0 for others.
func broadcast(frameRate float64) int {
	for _, base := range []int{24, 30, 48, 60} {
		if math.Abs(frameRate-float64(base)*1000/1001) < 0.005 {
			return base
		}
	}
	return 0
}
