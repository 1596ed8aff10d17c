package media

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// scanLimit bounds one pass over a file's packets without decoding; 7 GB take seconds.
const scanLimit = 15 * time.Minute

// In MPEG streams the clock may start anew at any moment; ffmpeg evens that out, and so does scan. Seconds.
const (
	jumpAhead = 10
	jumpBack  = 1
)

// packets sums up the packets of one stream. Times are seconds on the file's own clock.
type packets struct {
	count    int
	keys     []float64 // when the keyframes are shown, in order
	bytes    int64
	first    float64
	latest   float64 // when the last picture is shown
	end      float64
	gap      float64 // longest time between keyframes, the ends of the stream included
	opensKey bool    // begins with a keyframe
	hidden   bool    // an edit list hides some packets
	jumped   bool    // the clock started anew

	last    float64 // time of the last packet
	lastKey float64
	shift   float64 // what jumps of the clock have to be evened out by
}

// seconds is how long the stream lasts.
func (p *packets) seconds() float64 { return p.end - p.first }

// finish is when the last picture has been shown, in a container that does not say how long it is too.
func (p *packets) finish(frameRate float64) float64 {
	if p.end > p.latest {
		return p.end
	}
	return p.latest + 1/frameRate
}

// bitRate is the mean in bits per second.
func (p *packets) bitRate() int64 {
	if p.seconds() <= 0 {
		return 0
	}
	return int64(float64(p.bytes) * 8 / p.seconds())
}

// rate is the mean of packets per second, in thousandths.
func (p *packets) rate() float64 {
	if p.seconds() <= 0 {
		return 0
	}
	return math.Round(float64(p.count)/p.seconds()*1000) / 1000
}

func (p *packets) add(at, duration float64, size int64, flags string, jumps bool) {
	if strings.Contains(flags, "D") {
		p.hidden = true
		return
	}
	at += p.shift
	if jumps && p.count > 0 && (at > p.last+jumpAhead || at < p.last-jumpBack) {
		p.shift += p.end - at
		at = p.end
		p.jumped = true
	}
	key := strings.Contains(flags, "K")
	if p.count == 0 {
		p.first, p.latest, p.end, p.lastKey, p.opensKey = at, at, at, at, key
	}
	p.count++
	p.bytes += size
	p.first = min(p.first, at)
	p.latest = max(p.latest, at)
	p.end = max(p.end, at+duration)
	p.last = at
	if key {
		p.keys = append(p.keys, at)
		p.gap = max(p.gap, at-p.lastKey)
		p.lastKey = at
	}
}

// scan reads every packet of the file, and sums them up per stream index. Streams without any are absent.
func scan(ctx context.Context, path, container string) (map[int]*packets, error) {
	in, err := input(path, container)
	if err != nil {
		return nil, err
	}
	streams := map[int]*packets{}
	jumps := container == "mpegts" || container == "mpeg"
	err = command{
		tool: ffprobe,
		args: append([]string{
			"-hide_banner", "-loglevel", "error", "-of", "csv=p=0",
			"-show_entries", "packet=stream_index,pts_time,dts_time,duration_time,size,flags",
		}, in...),
		limit: scanLimit,
		stdout: &lineWriter{each: func(line string) {
			field := strings.Split(line, ",")
			if len(field) < 6 {
				return
			}
			index, err := strconv.Atoi(field[0])
			if err != nil {
				return
			}
			at, err := strconv.ParseFloat(field[1], 64)
			if err != nil { // AVI has decoding times only
				if at, err = strconv.ParseFloat(field[2], 64); err != nil {
					return
				}
			}
			duration, _ := strconv.ParseFloat(field[3], 64)
			size, _ := strconv.ParseInt(field[4], 10, 64)
			if streams[index] == nil {
				streams[index] = &packets{}
			}
			streams[index].add(at, duration, size, field[5], jumps)
		}},
	}.run(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the packets of %s: %w", path, err)
	}
	for index, p := range streams {
		if p.count == 0 {
			delete(streams, index)
		}
		p.gap = max(p.gap, p.end-p.lastKey)
	}
	return streams, nil
}

// instantRefreshes counts the packets of an H.264 stream that hold an IDR picture. A keyframe without one
// (open GOP, intra refresh) needs pictures before it, so a player can't start there.
func instantRefreshes(ctx context.Context, path string, info Info) (int, error) {
	in, err := input(path, info.Container)
	if err != nil {
		return 0, err
	}
	count := 0
	err = command{
		tool: ffmpeg,
		args: append(append([]string{"-nostdin", "-hide_banner", "-loglevel", "error", "-nostats"}, in...),
			"-map", "0:"+strconv.Itoa(info.Video.Index), "-c", "copy", "-bsf:v", "filter_units=pass_types=5", "-f", "framecrc", "pipe:1"),
		limit: scanLimit,
		stdout: &lineWriter{each: func(line string) {
			if line != "" && !strings.HasPrefix(line, "#") {
				count++
			}
		}},
	}.run(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the keyframes of %s: %w", path, err)
	}
	return count, nil
}

// keyframes gives the times of the picture's keyframes within the stretch, counted from the clip's start. It reads
// that stretch alone.
func keyframes(ctx context.Context, path string, info Info, span Span) ([]float64, error) {
	in, err := input(path, info.Container)
	if err != nil {
		return nil, err
	}
	at := func(seconds float64) string { return strconv.FormatFloat(seconds+info.origin(), 'f', 6, 64) }
	from := ""
	if span.Start > seekMargin {
		from = at(span.Start - seekMargin)
	}
	const grain = 1.0 / soundGrain / 2
	var keys []float64
	err = command{
		tool: ffprobe,
		args: append([]string{
			"-hide_banner", "-loglevel", "error", "-of", "csv=p=0", "-select_streams", strconv.Itoa(info.Video.Index),
			"-read_intervals", from + "%" + at(span.End+seekMargin),
			"-show_entries", "packet=pts_time,flags",
		}, in...),
		limit: scanLimit,
		stdout: &lineWriter{each: func(line string) {
			pts, flags, _ := strings.Cut(line, ",")
			seconds, err := strconv.ParseFloat(pts, 64)
			seconds -= info.origin()
			if err == nil && strings.HasPrefix(flags, "K") && seconds >= span.Start-grain && seconds < span.End-grain {
				keys = append(keys, seconds)
			}
		}},
	}.run(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the keyframes of %s: %w", path, err)
	}
	return keys, nil
}
