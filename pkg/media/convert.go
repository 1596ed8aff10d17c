package media

import (
	"context"
	"fmt"
	"io"
	"strconv"
)

// Run is a stretch of one track: consecutive segments in one file.
type Run struct {
	Track     string     // id of the size or of the sound
	File      string     // name within the output folder; the file begins with the initialization segment
	InitBytes int64      // length of the initialization segment
	Codecs    string     // RFC 6381
	Timescale int64      // units per second
	Start     int64      // of the first segment, in units
	Offset    int64      // of the first segment in the file, in bytes
	Segments  [][2]int64 // duration in units and size in bytes of each
}

// encodeSpeed is how many times a stretch's length the work on it may take.
const encodeSpeed = 40

// fragmented makes ffmpeg write a track in fragments that tell their real times, to a pipe.
var fragmented = []string{
	"-map_metadata", "-1", "-map_chapters", "-1", "-use_editlist", "0", "-avoid_negative_ts", "disabled", "-f", "mp4", "-movflags",
}

// How fragments are cut: pictures at keyframes, on a clock that holds them all; sound by time. The header of
// sound waits for the first frame, which is the first to tell how to decode it in some containers.
var (
	cutPictures = append(fragmented[:len(fragmented):len(fragmented)],
		"+empty_moov+default_base_moof+frag_discont+skip_trailer+frag_keyframe", "-video_track_timescale", strconv.Itoa(videoTimescale))
	cutSound = append(fragmented[:len(fragmented):len(fragmented)],
		"+empty_moov+default_base_moof+frag_discont+skip_trailer+delay_moov", "-frag_duration", strconv.Itoa(segmentSeconds*1_000_000))
)

// every reads all of a source that counts from its beginning, also what is not used otherwise: where clocks may
// start anew ffmpeg takes for the beginning that of the streams it reads.
var every = []string{"-map", "0:v?", "-map", "0:a?", "-c", "copy", "-f", "null", "-"}

// fromStart makes ffmpeg count from the clip's start. By itself it does so from the first timestamp.
func (w Work) fromStart() []string {
	if w.Info.StartTime >= 0 {
		return nil
	}
	return []string{"-itsoffset", strconv.FormatFloat(w.Info.StartTime, 'f', 6, 64)}
}

// convert runs ffmpeg over the stretch of the source, with its inputs and filters given and more outputs, and
// stores the tracks in files named after them.
func (w Work) convert(ctx context.Context, args []string, stretch Span, prefix string, tracks []*fragments, more ...string) ([]Run, error) {
	all := append([]string{"-nostdin", "-hide_banner", "-loglevel", "warning", "-y"}, progressArgs...)
	all = append(all, args...)
	m := &meter{from: stretch.Start, total: stretch.End - stretch.Start, report: w.Progress}
	c := command{
		tool: ffmpeg, limit: timeLimit(stretch.End-stretch.Start, encodeSpeed),
		stdout: &lineWriter{each: m.line}, stderr: w.Log,
	}
	for i, t := range tracks {
		if err := t.open(w.OutDir, prefix+t.track+".mp4"); err != nil {
			return nil, err
		}
		defer t.file.Close()
		all = append(append(all, t.args...), fmt.Sprintf("pipe:%d", 3+i))
		c.pipes = append(c.pipes, func(r io.Reader) error { return t.read(r) })
	}
	c.args = append(all, more...)
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	runs := make([]Run, len(tracks))
	for i, t := range tracks {
		if err := t.file.Close(); err != nil {
			return nil, fmt.Errorf("storing %s: %w", t.track, err)
		}
		if len(t.list) == 0 {
			return nil, fmt.Errorf("nothing of %s came out", t.track)
		}
		runs[i] = t.run()
	}
	m.finish()
	return runs, nil
}
