package media

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const barcode = 10 // bits of the number that each picture shows

// numbered are pictures that show their number in black and white bars, a flash at each whole second, and
// with each flash a beep.
func numbered(rate string, seconds int) string {
	var bars strings.Builder
	for bit := range barcode {
		fmt.Fprintf(&bars, ",drawbox=x=%d:y=0:w=32:h=40:c=white:t=fill:enable='mod(floor(n/%d)\\,2)'", 32*bit, 1<<bit)
	}
	return fmt.Sprintf(" -f lavfi -i color=black:s=480x360:r=%s:d=%d%s,"+
		"drawbox=x=0:y=160:w=480:h=200:c=gray:t=fill,drawbox=x=0:y=160:w=480:h=200:c=white:t=fill:enable='lt(mod(t+0.0005\\,1)\\,0.03)'"+
		" -f lavfi -i aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t\\,1)\\,0.03)':s=48000:d=%d:c=stereo", rate, seconds, bars.String(), seconds)
}

// frame is a picture as a player finds it.
type frame struct {
	at     float64 // seconds
	number int
	flash  bool
}

// frames decodes a file's pictures.
func frames(t *testing.T, path string) []frame {
	t.Helper()
	var all []frame
	for line := range strings.Lines(tool(t, "ffprobe", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path)) {
		line = strings.Trim(line, ",\n ")
		if line == "" {
			continue
		}
		at, err := strconv.ParseFloat(line, 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, frame{at: at})
	}
	const width = 480 / 32
	pixels := tool(t, "ffmpeg", "-i", path, "-vf", fmt.Sprintf("scale=%d:9:flags=area,format=gray", width), "-fps_mode", "passthrough", "-f", "rawvideo", "-")
	if len(pixels) != len(all)*width*9 {
		t.Fatalf("%d pictures have %d pixels", len(all), len(pixels))
	}
	for i := range all {
		picture := pixels[i*width*9:][:width*9]
		for bit := range barcode {
			if picture[bit] > 128 {
				all[i].number |= 1 << bit
			}
		}
		all[i].flash = picture[6*width+7] > 190
	}
	return all
}

// beeps gives the times at which the sound of a file begins to be loud.
func beeps(t *testing.T, path string) []float64 {
	t.Helper()
	first := tool(t, "ffprobe", "-read_intervals", "%+#1", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path)
	start, err := strconv.ParseFloat(strings.Trim(first, ",\n "), 64)
	if err != nil {
		t.Fatal(err)
	}
	raw := tool(t, "ffmpeg", "-i", path, "-ac", "1", "-ar", "48000", "-f", "s16le", "-")
	var times []float64
	quiet := 1 << 20
	for i := 0; i+1 < len(raw); i += 2 {
		if level := int16(binary.LittleEndian.Uint16([]byte(raw[i:]))); max(level, -level) > 4000 {
			if quiet > 4800 {
				times = append(times, start+float64(i/2)/48000)
			}
			quiet = 0
		}
		quiet++
	}
	return times
}

func TestEveryPictureIsThereOnce(t *testing.T) {
	t.Parallel()
	const x264 = " -c:v libx264 -preset veryfast -crf 20 -pix_fmt yuv420p "
	for name, c := range map[string]struct {
		rate    string
		args    string
		copied  bool
		seconds int
	}{
		"copied.mp4":   {"30", x264 + "-bf 3 -g 60 -keyint_min 60 -sc_threshold 0" + aac, true, 8},
		"ntsc.mkv":     {"30000/1001", x264 + "-bf 2 -force_key_frames 0,1.1,4,5.5,6.3,9.9" + aac, true, 8},
		"film.ts":      {"24000/1001", x264 + "-bf 3 -g 48" + aac, true, 8},
		"steady.flv":   {"25", x264 + "-bf 2 -g 50" + aac, true, 8},
		"grid.mp4":     {"30", x264 + "-pix_fmt yuv422p -g 47" + aac, false, 8},
		"ntscgrid.mkv": {"30000/1001", " -c:v mpeg4 -q:v 3 -bf 2 -g 41" + aac, false, 8},
		"fastgrid.ts":  {"60000/1001", " -c:v mpeg2video -q:v 3 -bf 2 -g 41 -c:a mp2", false, 8},
		"film.webm":    {"24000/1001", " -c:v libvpx -deadline realtime -cpu-used 8 -b:v 2M -g 60 -c:a libopus", false, 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := record(t, name, numbered(c.rate, c.seconds)+c.args)
			made := prepared(t, source, 1.5, false)
			if made.plan.CopyVideo != c.copied || len(made.plan.Parts) < 3 {
				t.Errorf("copied is %v, with the parts %v", made.plan.CopyVideo, made.plan.Parts)
			}
			sound := beeps(t, made.joined(t, "audio-1"))
			rate := ratio(strings.Replace(c.rate+"/1", "/1/1", "/1", 1), "/")
			if strings.Contains(c.rate, "/") {
				rate = ratio(c.rate, "/")
			}
			late := 0
			for _, size := range made.plan.Sizes {
				shown := frames(t, made.joined(t, size.ID))
				want := int(math.Round(float64(c.seconds) * rate))
				// On a grid a picture that begins late is shown from the beginning.
				for late = 0; !c.copied && shown[late+1].number == 0; late++ {
					want++
				}
				if d := len(shown) - want; d < -1 || d > 1 {
					t.Errorf("%s: %d pictures, want %d", size.ID, len(shown), want)
				}
				var flashes []float64
				for i, f := range shown {
					if f.number != max(0, i-late) {
						t.Fatalf("%s: picture %d is number %d", size.ID, i, f.number)
					}
					if at := shown[0].at + float64(i)/rate; !near(f.at, at, 0.0012) {
						t.Fatalf("%s: picture %d is shown at %v, want %v", size.ID, i, f.at, at)
					}
					if f.flash && (i == 0 || !shown[i-1].flash) {
						flashes = append(flashes, f.at)
					}
				}
				if len(flashes) < c.seconds-1 {
					t.Errorf("%s: flashes at %v", size.ID, flashes)
				}
				for _, at := range flashes[1:] {
					// A picture is shown at most its length after the flash was due.
					if !slices.ContainsFunc(sound, func(s float64) bool { return at-s > -0.004 && at-s < 1/rate+0.004 }) {
						t.Errorf("%s: a flash at %v of %v, beeps at %v", size.ID, at, flashes, sound)
						break
					}
				}
			}
		})
	}
}
