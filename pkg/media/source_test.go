package media

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

const bFrames = " -c:v libx264 -preset veryfast -pix_fmt yuv420p -bf 3 "

func TestAnySourcePlays(t *testing.T) {
	t.Parallel()
	tracks := func(n int) string {
		args, maps := picture("320x180", "3"), " -map 0"
		for i := range n {
			args += tone + "3"
			maps += fmt.Sprintf(" -map %d", i+1)
		}
		return args + maps + h264 + gop2 + aac
	}
	for name, c := range map[string]struct {
		args    string
		change  func(*testing.T, string)
		want    string // sizes, a copied one with a star
		audio   int    // 0: silence
		copied  bool   // the audio is
		seconds float64
	}{
		"landscape.mp4": {picture("1280x720", "7") + tone + "7" + h264 + gop2 + aac, nil, "1280x720* 854x480 640x360 426x240", 1, true, 7},
		"b-frames.ts":   {picture("640x360", "9") + tone + "9" + bFrames + "-g 50 -sc_threshold 0" + aac, nil, "640x360* 426x240", 1, true, 9},
		"irregular.mkv": {picture("640x360", "12") + tone + "12" + h264 + "-r 30000/1001 -g 999 -force_key_frames 0,1.1,4,5.5,9.3,9.9" + aac, nil, "640x360* 426x240", 1, true, 12},
		"stream.flv":    {picture("640x360", "7") + tone + "7" + bFrames + gop2 + aac, nil, "640x360* 426x240", 1, true, 7},
		"phone.mov":     {picture("640x360", "3") + tone + "3" + h264 + gop2 + aac, nil, "640x360* 426x240", 1, true, 3},
		"film.mkv":      {" -f lavfi -i testsrc2=size=640x360:rate=24000/1001:duration=5" + tone + "5" + bFrames + "-g 48" + aac, nil, "640x360* 426x240", 1, true, 5},
		"far gop.mp4":   {picture("320x240", "9") + tone + "9" + h264 + "-g 999" + aac, nil, "320x240", 1, true, 9},
		"open gop.mkv":  {picture("320x240", "5") + " -c:v libx264 -preset veryfast -x264-params open-gop=1:keyint=25:scenecut=0", nil, "320x240", 0, false, 5},
		"late.mp4":      {picture("320x240", "5") + " -itsoffset 1.5" + tone + "3" + h264 + gop2 + aac, nil, "320x240*", 1, false, 5},
		"offset.ts":     {picture("640x360", "5") + tone + "5" + bFrames + gop2 + aac + "-output_ts_offset 5000", nil, "640x360* 426x240", 1, true, 5},
		"offset.mkv":    {picture("640x360", "5") + tone + "5" + bFrames + gop2 + aac + "-output_ts_offset 7.3", nil, "640x360* 426x240", 1, true, 5},
		"portrait.mov":  {picture("360x640", "5") + tone + "5" + h264 + gop2 + "-c:a pcm_s16le", nil, "360x640* 240x426", 1, false, 5},
		"turned.mp4":    {picture("640x360", "3") + h264 + gop2, rotate, "360x640 240x426", 0, false, 3},
		"small.mp4":     {picture("300x200", "3") + tone + "3" + h264 + aac, nil, "300x200*", 1, true, 3},
		"four by 3.mp4": {picture("640x480", "3") + h264 + "-pix_fmt yuv422p10le", nil, "640x480 480x360 320x240", 0, false, 3},
		"deep.mkv":      {picture("320x180", "3") + " -c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=none", nil, "320x180", 0, false, 3},
		"odd.mkv":       {picture("301x201", "3") + " -c:v ffv1 -pix_fmt yuv444p", nil, "300x200", 0, false, 3},
		"wide.mp4":      {picture("360x288", "3") + " -vf setsar=16/11" + h264, nil, "524x288 436x240", 0, false, 3},
		"short.webm":    {picture("320x180", "1") + tone + "1 -c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus", nil, "320x180", 1, false, 1},
		"old.avi":       {picture("320x240", "7") + tone + "7 -c:v mpeg4 -g 50 -bf 2 -c:a mp3", nil, "320x240", 1, false, 7},
		"new.avi":       {picture("320x240", "7") + tone + "7" + h264 + gop2 + "-c:a mp3", nil, "320x240*", 1, false, 7},
		"tv.ts":         {picture("360x288", "3") + h264 + "-flags +ilme+ildct -x264-params tff=1", nil, "360x288 300x240", 0, false, 3},
		"disc.mpg":      {picture("320x240", "5") + tone + "5 -c:v mpeg2video -q:v 4 -g 25 -c:a mp2", nil, "320x240", 1, false, 5},
		"uneven.mkv":    {picture("640x360", "8") + tone + "8 -vf select='mod(n\\,7)*mod(n\\,11)' -fps_mode vfr" + bFrames + "-g 40" + aac, nil, "640x360* 426x240", 1, true, 8},
		"unsteady.mkv":  {picture("320x240", "6") + " -vf select='mod(n\\,7)*mod(n\\,11)' -fps_mode vfr" + h264 + "-g 999", nil, "320x240", 0, false, 6},
		"fast.mp4":      {" -f lavfi -i testsrc2=size=320x240:rate=120:duration=2 -c:v mpeg4", nil, "320x240", 0, false, 2},
		"slow.mkv":      {" -f lavfi -i testsrc2=size=320x240:rate=1:duration=9 -c:v mpeg4 -g 3", nil, "320x240", 0, false, 9},
		"sound.mp3":     {tone + "5 -c:a libmp3lame", nil, "", 1, false, 5},
		"sound.m4a":     {tone + "5" + aac, nil, "", 1, true, 5},
		"surround.mp4":  {tone + "3 -c:a aac -ac 6", nil, "", 1, false, 3},
		"1.mkv":         {tracks(1), nil, "320x180*", 1, true, 3},
		"3.mp4":         {tracks(3), nil, "320x180*", 3, true, 3},
		"6.mkv":         {tracks(6), nil, "320x180*", 6, true, 3},
		"cut.mkv":       {picture("640x360", "9") + tone + "9" + h264 + gop2 + aac, cut, "640x360* 426x240", 1, true, 4.5},
		"lying.mp4":     {picture("320x180", "9") + tone + "9" + h264 + gop2 + aac + "-movflags +faststart", cut, "320x180*", 1, true, 4.5},
		"hdr.mp4": {
			picture("320x180", "1") + " -vf format=yuv420p10le -c:v libx265 -preset ultrafast -color_trc smpte2084 -color_primaries bt2020" +
				" -colorspace bt2020nc -x265-params log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
			nil, "320x180", 0, false, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := record(t, name, c.args)
			if c.change != nil {
				c.change(t, source)
			}
			made := prepared(t, source, 2, false)
			if got := made.sizes(); got != c.want {
				t.Errorf("sizes %q, want %q", got, c.want)
			}
			sound := made.plan.Sound
			if c.audio == 0 && (len(sound) != 1 || !sound[0].Silent) {
				t.Errorf("audio %+v, want silence", sound)
			}
			if c.audio > 0 && (len(sound) != c.audio || sound[0].Copied != c.copied || sound[0].Silent) {
				t.Errorf("audio %+v, want %d, copied %v", sound, c.audio, c.copied)
			}
			tolerance := 0.15
			if c.change != nil {
				tolerance = 1.5
			}
			if !near(made.plan.Duration, c.seconds, tolerance) {
				t.Errorf("%v seconds, want %v", made.plan.Duration, c.seconds)
			}
			made.judge(t)
		})
	}
}

// cut takes the second half of a file away. What its header says of it stays.
func cut(t *testing.T, path string) {
	t.Helper()
	stat, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, stat.Size()/2)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestRealRecordingsPlay(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"ae_h264-png.mkv", "ae_mov_text.mp4", "ae_testsrc.mkv", "bbb_1080p60_2s.mp4", "intel_car-detection.mp4",
		"intel_person.mp4", "man-on-green-screen.mp4", "jfk.wav",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			prepared(t, shared(t, name), 5, false).judge(t)
		})
	}
}

// shared finds one of the recordings that lie beside the project.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, "shared", "media", name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if dir == filepath.Dir(dir) {
			t.Fatalf("there is no shared/media/%s in a folder above this one", name)
		}
	}
}

func TestATurnedPictureIsShownTurned(t *testing.T) {
	t.Parallel()
	// White above black; a quarter clockwise later, black on the left and white on the right.
	source := record(t, "phone.mp4", " -f lavfi -i color=white:s=320x180:d=1 -vf drawbox=y=90:w=320:h=90:color=black:t=fill"+h264)
	rotate(t, source)
	made := prepared(t, source, partSeconds, false)
	pixels := tool(t, "ffmpeg", "-i", made.joined(t, "180p"), "-frames:v", "1", "-vf", "scale=2:2:flags=area", "-pix_fmt", "gray", "-f", "rawvideo", "-")
	if len(pixels) != 4 || pixels[0] > 80 || pixels[1] < 170 || pixels[2] > 80 || pixels[3] < 170 {
		t.Errorf("pixels %v", []byte(pixels))
	}
}

func TestAClockThatJumpsIsEvenedOut(t *testing.T) {
	t.Parallel()
	for name, offset := range map[string]string{"ahead": "5000", "anew": "0"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := picture("320x180", "4") + tone + "4" + h264 + gop2 + aac
			source := record(t, "a.ts", args)
			second := record(t, "b.ts", args+"-output_ts_offset "+offset)
			joined := read(t, filepath.Dir(source), "a.ts") + read(t, filepath.Dir(second), "b.ts")
			if err := os.WriteFile(source, []byte(joined), 0o600); err != nil {
				t.Fatal(err)
			}
			made := prepared(t, source, 2, false)
			if !near(made.plan.Duration, 8, 0.2) || len(made.plan.Parts) != 1 || made.plan.CopyVideo {
				t.Errorf("plan %+v, want 8 seconds, in one part", made.plan)
			}
			made.judge(t)
		})
	}
}

func TestAnyNameIsTaken(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"-i concat:x|y\n'\"%03d.mp4", "; rm -rf ~ #.mp4", "🎬 $(id) `id`.mp4", "a:b=c\\,[v].mp4"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "a 100%d: b\n'c'\"$Number$")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			source := filepath.Join(dir, name)
			if err := os.Rename(record(t, "a.mp4", picture("320x240", "2")+" -c:v mpeg4 -g 5"), source); err != nil {
				t.Fatal(err)
			}
			w := Work{Source: source, Info: probe(t, source), OutDir: dir}
			p, runs, err := prepare(context.Background(), w, false, 1)
			if err != nil {
				t.Fatal(err)
			}
			part, err := EncodePart(context.Background(), w, p, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range append(runs, part...) {
				read(t, dir, r.File)
			}
			if err := Poster(context.Background(), source, w.Info, filepath.Join(dir, "poster.jpg")); err != nil {
				t.Error(err)
			}
			if _, err := Sprites(context.Background(), w, 0); err != nil {
				t.Error(err)
			}
			read(t, dir, "sprites-001.jpg")
		})
	}
}

func TestWorkEndsWithItsContext(t *testing.T) {
	t.Parallel()
	source := record(t, "a.mp4", picture("320x180", "1")+h264)
	w := Work{Source: source, Info: probe(t, source), OutDir: t.TempDir()}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := Prepare(ctx, w, false); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := EncodePart(ctx, w, Plan{FrameRate: 25, Sizes: []Size{{ID: "180p", Width: 320, Height: 180}}, Parts: []Span{{0, 1}}}, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
