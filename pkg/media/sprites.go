package media

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	tileSide    = 180 // pixels, of a tile's long side
	tileColumns = 10
	tileRows    = 10
	fewSeconds  = 60  // up to that length every frame is decoded
	minEvery    = 0.1 // seconds between pictures
)

// Storyboard is what Sprites drew.
type Storyboard struct {
	Tiles      int `json:"tiles"`
	Sheets     int `json:"sheets"`
	TileWidth  int `json:"tileWidth"`  // pixels
	TileHeight int `json:"tileHeight"` // pixels
}

// Sprites draws small pictures from all over the source into sheets of 10 × 10, sprites-001.jpg and so on, and
// writes sprites.vtt, whose cues say which picture stands for which time, without holes. The pictures are that far
// apart; when it is zero, about a hundred come from a short source and one per five seconds from a long one.
// They are keyframes where those are dense enough. ErrNoVideo for a source without video.
func Sprites(ctx context.Context, w Work, every time.Duration) (Storyboard, error) {
	v := w.Info.Video
	if v == nil {
		return Storyboard{}, ErrNoVideo
	}
	s := sheets{Work: w, every: interval(w.Info.Duration), enough: 0.25}
	if every > 0 {
		s.every, s.enough = max(every.Seconds(), minEvery), 0.75
	}
	s.width, s.height = tile(v.Width, v.Height)
	expected := int(w.Info.Duration/s.every) + 1
	s.rows = min(max((expected+tileColumns-1)/tileColumns, 1), tileRows)

	m := &meter{total: w.Info.Duration, report: w.Progress}
	long := w.Info.Duration > fewSeconds
	times, err := s.draw(ctx, long, m)
	if err == nil && long && float64(len(times)) < float64(expected)*s.enough {
		times, err = s.draw(ctx, false, m)
	}
	if err == nil && len(times) == 0 {
		err = errors.New("no picture could be decoded")
	}
	if err != nil {
		return Storyboard{}, fmt.Errorf("drawing the sprites of %s: %w", w.Source, err)
	}
	if err := os.WriteFile(filepath.Join(w.OutDir, "sprites.vtt"), []byte(s.cues(times)), 0o644); err != nil {
		return Storyboard{}, fmt.Errorf("writing the sprites' cues: %w", err)
	}
	m.finish()
	perSheet := tileColumns * s.rows
	return Storyboard{Tiles: len(times), Sheets: (len(times) + perSheet - 1) / perSheet, TileWidth: s.width, TileHeight: s.height}, nil
}

// sheets is one drawing of sprites.
type sheets struct {
	Work
	every         float64 // seconds from one picture to the next, at least
	enough        float64 // share of the pictures that keyframes have to give
	width, height int     // of a tile
	rows          int     // of a sheet
}

// interval is how far apart the pictures are, in seconds: a hundred for a short source, then one per five
// seconds, and never more than two thousand.
func interval(duration float64) float64 {
	return max(min(max(duration/100, 0.5), 5), duration/2000)
}

// tile is the size of a tile for a picture of that size.
func tile(width, height int) (int, int) {
	even := func(of int) int {
		return max(2, 2*int(math.Round(float64(of)*tileSide/float64(max(width, height))/2)))
	}
	return even(width), even(height)
}

var (
	shownAt   = regexp.MustCompile(`showinfo.* n: *\d+ .*pts_time:(-?[0-9.]+)`)
	complaint = regexp.MustCompile(`\[(warning|error|fatal|panic)\]`)
)

// draw writes the sheets, and gives the time of each picture.
func (s *sheets) draw(ctx context.Context, keyframesOnly bool, m *meter) ([]float64, error) {
	in, err := input(s.Source, s.Info.Container)
	if err != nil {
		return nil, err
	}
	gap := s.every - 0.001
	if keyframesOnly { // one that comes a little early is better than one that comes a whole group late
		gap = s.every * 0.9
	}
	filters := []string{
		fmt.Sprintf(`select=isnan(prev_selected_t)+gte(t-prev_selected_t\,%.3f)`, gap), "showinfo=checksum=0",
		fmt.Sprintf("scale=%d:%d:flags=fast_bilinear,setsar=1", s.width, s.height),
	}
	if s.Info.Video.HDR {
		filters = append(filters, toneMap(s.Info.Video))
	}
	filters = append(filters, "format=yuvj420p", fmt.Sprintf("tile=%dx%d", tileColumns, s.rows))

	args := append([]string{"-nostdin", "-hide_banner", "-loglevel", "level+info", "-y"}, progressArgs...)
	if keyframesOnly {
		args = append(args, "-skip_frame", "nokey")
	}
	args = append(append(args, in...), "-map", fmt.Sprintf("0:%d", s.Info.Video.Index), "-vf", strings.Join(filters, ","),
		"-q:v", "5", "-fps_mode", "passthrough", "-f", "image2", "sprites-%03d.jpg")
	var times []float64
	err = command{
		tool: ffmpeg, args: args, dir: s.OutDir, limit: timeLimit(s.Info.Duration, 2),
		stdout: &lineWriter{each: m.line},
		stderr: func(line string) {
			if match := shownAt.FindStringSubmatch(line); match != nil {
				if at, err := strconv.ParseFloat(match[1], 64); err == nil {
					times = append(times, at)
				}
			} else if s.Log != nil && complaint.MatchString(line) {
				s.Log(line)
			}
		},
	}.run(ctx)
	return times, err
}

// cues writes the WebVTT: each picture stands from its time to the next one's, the first from 0, the last
// to the end.
func (s *sheets) cues(times []float64) string {
	var b strings.Builder
	b.WriteString("WEBVTT\n")
	perSheet := tileColumns * s.rows
	for i, at := range times {
		end := max(s.Info.Duration, at)
		if i == 0 {
			at = 0
		}
		if i+1 < len(times) {
			end = times[i+1]
		}
		place := i % perSheet
		fmt.Fprintf(&b, "\n%s --> %s\nsprites-%03d.jpg#xywh=%d,%d,%d,%d\n", clock(at), clock(end), i/perSheet+1,
			place%tileColumns*s.width, place/tileColumns*s.height, s.width, s.height)
	}
	return b.String()
}

// clock is a time as WebVTT writes it.
func clock(seconds float64) string {
	ms := int64(math.Round(seconds * 1000))
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}
