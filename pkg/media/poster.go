package media

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	posterWidth = 640 // pixels, at most
	notBlack    = `blackframe=amount=0:threshold=32,metadata=mode=select:key=lavfi.blackframe.pblack:value=98:function=less`
)

// Poster writes a JPEG of the source, 640 pixels wide at most: of a few keyframes from a tenth into it, the
// most typical that is not black. ErrNoVideo for a source without video.
func Poster(ctx context.Context, source string, info Info, outFile string) error {
	v := info.Video
	if v == nil {
		return ErrNoVideo
	}
	width := min(posterWidth, v.Width)
	draw := []string{scale(width, max(2, v.Height*width/v.Width))}
	if v.HDR {
		draw = append(draw, toneMap(v))
	}
	draw = append(draw, "format=yuvj420p")
	at := strconv.FormatFloat(info.Duration/10, 'f', 3, 64)
	// Some sources have no keyframe there, some are black all over.
	for _, try := range []struct{ before, filters []string }{
		{[]string{"-noaccurate_seek", "-ss", at, "-skip_frame", "nokey"}, []string{notBlack, "thumbnail=5"}},
		{[]string{"-ss", at, "-t", "20"}, []string{notBlack, "thumbnail=50"}},
		{nil, nil},
	} {
		err := still(ctx, source, info, try.before, append(try.filters, draw...), outFile)
		if err != nil {
			return fmt.Errorf("drawing the poster of %s: %w", source, err)
		}
		if stat, err := os.Stat(outFile); err == nil && stat.Size() > 0 {
			return nil
		}
	}
	return fmt.Errorf("drawing the poster of %s: no picture could be decoded", source)
}

// still writes the first picture that the filters let through; none is no error.
func still(ctx context.Context, source string, info Info, before, filters []string, outFile string) error {
	in, err := input(source, info.Container)
	if err != nil {
		return err
	}
	out, err := filepath.Abs(outFile)
	if err != nil {
		return fmt.Errorf("locating %s: %w", outFile, err)
	}
	args := append([]string{"-nostdin", "-hide_banner", "-loglevel", "error", "-nostats", "-y"}, before...)
	args = append(append(args, in...), "-map", fmt.Sprintf("0:%d", info.Video.Index), "-vf", strings.Join(filters, ","),
		"-frames:v", "1", "-q:v", "3", "-fps_mode", "passthrough", "-f", "mjpeg", "file:"+out)
	return command{tool: ffmpeg, args: args, limit: timeLimit(info.Duration, 1)}.run(ctx)
}
