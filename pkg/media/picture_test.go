package media

import (
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // what posters and sprites are
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

func TestPoster(t *testing.T) {
	t.Parallel()
	black := " -f lavfi -i color=black:s=320x180:r=25:d=4 -f lavfi -i testsrc2=s=320x180:r=25:d=4 -filter_complex [0][1]concat"
	for name, c := range map[string]struct {
		args          string
		width, height int
		bright        bool
	}{
		"small.mp4":      {picture("320x180", "3") + h264, 320, 180, true},
		"large.mp4":      {picture("1280x720", "1") + h264, 640, 360, true},
		"portrait.mkv":   {picture("720x1280", "1") + h264 + "-g 999", 640, 1137, true},
		"black then.mp4": {black + h264 + "-g 25", 320, 180, true},
		"black.mp4":      {" -f lavfi -i color=black:s=320x180:d=2" + h264, 320, 180, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := record(t, name, c.args)
			out := filepath.Join(t.TempDir(), "poster.jpg")
			if err := Poster(context.Background(), source, probe(t, source), out); err != nil {
				t.Fatal(err)
			}
			img := decode(t, out)
			if size := img.Bounds().Size(); size != image.Pt(c.width, c.height) {
				t.Errorf("size %v, want %d×%d", size, c.width, c.height)
			}
			if bright(img, img.Bounds()) != c.bright {
				t.Errorf("bright is %v", !c.bright)
			}
		})
	}
}

func TestSprites(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args          string
		width, height int
		least, most   int // tiles
	}{
		"short.mp4":    {picture("320x180", "1") + h264, 180, 102, 2, 3},
		"steady.mp4":   {picture("320x180", "30") + h264 + gop2, 180, 102, 50, 60},
		"portrait.mkv": {picture("180x320", "5") + h264 + "-g 999", 102, 180, 10, 10},
		"long.mkv":     {" -f lavfi -i testsrc2=size=160x120:rate=5:duration=600" + h264 + "-g 10", 180, 136, 90, 120},
		"one key.mkv":  {" -f lavfi -i testsrc2=size=160x120:rate=5:duration=200" + h264 + "-g 9999", 180, 136, 90, 101},
		"few keys.mkv": {" -f lavfi -i testsrc2=size=160x120:rate=5:duration=300" + h264 + "-g 40", 180, 136, 38, 38},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := record(t, name, c.args)
			out := t.TempDir()
			info := probe(t, source)
			board, err := Sprites(context.Background(), Work{Source: source, Info: info, OutDir: out}, 0)
			if err != nil {
				t.Fatal(err)
			}
			if board.TileWidth != c.width || board.TileHeight != c.height || board.Tiles < c.least || board.Tiles > c.most {
				t.Errorf("got %+v, want %d×%d and %d to %d tiles", board, c.width, c.height, c.least, c.most)
			}
			checkCues(t, out, board, info.Duration)
		})
	}
}

// checkCues follows every cue to its tile, and looks for holes.
func checkCues(t *testing.T, dir string, board Storyboard, duration float64) {
	t.Helper()
	cue := regexp.MustCompile(`(\d+):(\d+):([0-9.]+) --> (\d+):(\d+):([0-9.]+)\n(sprites-\d+\.jpg)#xywh=(\d+),(\d+),(\d+),(\d+)`)
	cues := cue.FindAllStringSubmatch(read(t, dir, "sprites.vtt"), -1)
	if len(cues) != board.Tiles {
		t.Errorf("%d cues for %d tiles", len(cues), board.Tiles)
	}
	number := func(s string) float64 { f, _ := strconv.ParseFloat(s, 64); return f }
	sheets := map[string]image.Image{}
	at := 0.0
	for _, c := range cues {
		from, to := number(c[1])*3600+number(c[2])*60+number(c[3]), number(c[4])*3600+number(c[5])*60+number(c[6])
		if !near(from, at, 0.0015) || to <= from {
			t.Errorf("cue from %v to %v after %v", from, to, at)
		}
		at = to
		if sheets[c[7]] == nil {
			sheets[c[7]] = decode(t, filepath.Join(dir, c[7]))
		}
		x, y, w, h := int(number(c[8])), int(number(c[9])), int(number(c[10])), int(number(c[11]))
		area := image.Rect(x, y, x+w, y+h)
		if !area.In(sheets[c[7]].Bounds()) || !bright(sheets[c[7]], area) {
			t.Errorf("nothing at %v of %s", area, c[7])
		}
	}
	if !near(at, duration, 0.0015) {
		t.Errorf("cues end at %v, want %v", at, duration)
	}
	if _, err := os.Stat(filepath.Join(dir, fmt.Sprintf("sprites-%03d.jpg", board.Sheets))); err != nil || len(sheets) != board.Sheets {
		t.Errorf("%d sheets are used, %d are told of: %v", len(sheets), board.Sheets, err)
	}
}

func TestSoundHasNoPictures(t *testing.T) {
	t.Parallel()
	info := Info{Duration: 5, Audio: []Audio{{}}}
	if err := Poster(context.Background(), "x", info, "y"); !errors.Is(err, ErrNoVideo) {
		t.Errorf("got %v", err)
	}
	if _, err := Sprites(context.Background(), Work{Source: "x", Info: info, OutDir: "y"}, 0); !errors.Is(err, ErrNoVideo) {
		t.Errorf("got %v", err)
	}
}

func TestInterval(t *testing.T) {
	t.Parallel()
	for duration, want := range map[float64]float64{1: 0.5, 60: 0.6, 300: 3, 600: 5, 7200: 5, 36000: 18} {
		if got := interval(duration); !near(got, want, 1e-9) {
			t.Errorf("%v seconds: got %v, want %v", duration, got, want)
		}
	}
}

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, format, err := image.Decode(f)
	if err != nil || format != "jpeg" {
		t.Fatalf("%s is %q: %v", path, format, err)
	}
	return img
}

// bright tells whether anything but black is there.
func bright(img image.Image, area image.Rectangle) bool {
	for y := area.Min.Y; y < area.Max.Y; y += 4 {
		for x := area.Min.X; x < area.Max.X; x += 4 {
			if r, g, b, _ := img.At(x, y).RGBA(); max(r, g, b) > 0x4000 {
				return true
			}
		}
	}
	return false
}
