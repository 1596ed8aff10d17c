package media

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestPackage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args    string
		turn    bool
		want    string // sizes, the copied ones with a star
		audio   int
		copied  bool // the audio is
		seconds float64
	}{
		"landscape.mp4": {picture("1280x720", "7") + tone + "7" + h264 + gop2 + aac, false, "1280x720* 854x480 640x360 426x240", 1, true, 7},
		"b-frames.ts":   {picture("640x360", "9") + tone + "9 -c:v libx264 -preset veryfast -bf 3 -g 50 -sc_threshold 0" + aac, false, "640x360* 426x240", 1, true, 9},
		"irregular.mkv": {picture("640x360", "12") + tone + "12" + h264 + "-r 30000/1001 -g 999 -force_key_frames 0,1.1,4,5.5,9.3,9.9" + aac, false, "640x360* 426x240", 1, true, 12},
		"stream.flv":    {picture("640x360", "5") + tone + "5" + h264 + gop2 + aac, false, "640x360* 426x240", 1, true, 5},
		"far gop.mp4":   {picture("320x240", "9") + tone + "9" + h264 + "-g 999" + aac, false, "320x240", 1, true, 9},
		"open gop.mkv":  {picture("320x240", "5") + " -c:v libx264 -preset veryfast -x264-params open-gop=1:keyint=25:scenecut=0", false, "320x240", 0, false, 5},
		"late.mp4":      {picture("320x240", "5") + " -itsoffset 1.5" + tone + "3" + h264 + gop2 + aac, false, "320x240*", 1, false, 5},
		"portrait.mov":  {picture("360x640", "5") + tone + "5" + h264 + gop2 + "-c:a pcm_s16le", false, "360x640* 240x426", 1, false, 5},
		"turned.mp4":    {picture("640x360", "3") + h264 + gop2, true, "360x640 240x426", 0, false, 3},
		"small.mp4":     {picture("300x200", "3") + tone + "3" + h264 + aac, false, "300x200*", 1, true, 3},
		"four by 3.mp4": {picture("640x480", "3") + h264 + "-pix_fmt yuv422p10le", false, "640x480 480x360 320x240", 0, false, 3},
		"odd.mkv":       {picture("301x201", "3") + " -c:v ffv1 -pix_fmt yuv444p", false, "300x200", 0, false, 3},
		"wide.mp4":      {picture("360x288", "3") + " -vf setsar=16/11" + h264, false, "524x288 436x240", 0, false, 3},
		"short.webm":    {picture("320x180", "1") + tone + "1 -c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus", false, "320x180", 1, false, 1},
		"old.avi":       {picture("320x240", "3") + tone + "3 -c:v mpeg4 -bf 2 -c:a mp3", false, "320x240", 1, false, 3},
		"tv.ts":         {picture("360x288", "3") + h264 + "-flags +ilme+ildct -x264-params tff=1", false, "360x288 300x240", 0, false, 3},
		"uneven.mkv":    {picture("320x240", "6") + " -vf select='mod(n\\,7)*mod(n\\,11)' -fps_mode vfr" + h264 + "-g 999", false, "320x240", 0, false, 6},
		"fast.mp4":      {" -f lavfi -i testsrc2=size=320x240:rate=120:duration=2 -c:v mpeg4", false, "320x240", 0, false, 2},
		"sound.mp3":     {tone + "5 -c:a libmp3lame", false, "", 1, false, 5},
		"surround.mp4":  {tone + "3 -c:a aac -ac 6", false, "", 1, false, 3},
		"two.mkv": {
			picture("320x180", "3") + tone + "3" + tone + "3 -map 0 -map 1 -map 2 -metadata:s:a:0 title=Mix -metadata:s:a:1 language=deu" +
				h264 + aac, false, "320x180*", 2, true, 3,
		},
		"hdr.mp4": {
			picture("320x180", "1") + " -vf format=yuv420p10le -c:v libx265 -preset ultrafast -color_trc smpte2084 -color_primaries bt2020" +
				" -colorspace bt2020nc -x265-params log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
			false, "320x180", 0, false, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := record(t, name, c.args)
			if c.turn {
				rotate(t, source)
			}
			info := probe(t, source)
			out := t.TempDir()
			var last Progress
			p, err := Package(context.Background(), PackageRequest{Source: source, Info: info, OutDir: out}, func(now Progress) {
				if now.Percent < last.Percent {
					t.Errorf("progress fell from %v to %v", last.Percent, now.Percent)
				}
				last = now
			})
			if err != nil {
				t.Fatal(err)
			}
			var sizes []string
			for _, r := range p.Renditions {
				size := fmt.Sprintf("%dx%d", r.Width, r.Height)
				if r.Copied {
					size += "*"
				}
				sizes = append(sizes, size)
			}
			if got := strings.Join(sizes, " "); got != c.want {
				t.Errorf("sizes %q, want %q", got, c.want)
			}
			if len(p.Audio) != c.audio || (c.audio > 0 && p.Audio[0].Copied != c.copied) {
				t.Errorf("audio %+v, want %d, copied %v", p.Audio, c.audio, c.copied)
			}
			if !near(p.Duration, c.seconds, 0.15) || last.Percent != 100 {
				t.Errorf("%v seconds at %v %%, want %v at 100 %%", p.Duration, last.Percent, c.seconds)
			}
			judge(t, out, p)
		})
	}
}

// judge plays what was packaged with other eyes: ffmpeg's own HLS and DASH readers.
func judge(t *testing.T, out string, p Packaged) {
	t.Helper()
	master := read(t, out, "hls/index.m3u8")
	if !strings.Contains(master, "#EXT-X-INDEPENDENT-SEGMENTS\n") {
		t.Error("the master playlist has no INDEPENDENT-SEGMENTS")
	}
	last := 1 << 60
	for _, bandwidth := range regexp.MustCompile(`[:,]BANDWIDTH=(\d+)`).FindAllStringSubmatch(master, -1) {
		n, _ := strconv.Atoi(bandwidth[1])
		if n >= last {
			t.Errorf("bandwidths don't fall with the size:\n%s", master)
		}
		last = n
	}
	var starts []float64
	for _, r := range p.Renditions {
		at := lasting(t, out, r.ID, true)
		if starts == nil {
			starts = at
		}
		if !slices.EqualFunc(at, starts, func(a, b float64) bool { return near(a, b, 0.5/r.FrameRate) }) {
			t.Errorf("%s begins its segments at %v, the first at %v", r.ID, at, starts)
		}
	}
	for _, a := range p.Audio {
		lasting(t, out, a.ID, false)
	}
	if err := xml.Unmarshal([]byte(read(t, out, "dash/manifest.mpd")), &mpd{}); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"hls/index.m3u8", "dash/manifest.mpd"} {
		path := filepath.Join(out, name)
		streams := streamsOf(t, path)
		for _, r := range p.Renditions {
			if want := fmt.Sprintf("video %dx%d", r.Width, r.Height); !slices.Contains(streams, want) {
				t.Errorf("%s has no %s: %v", name, want, streams)
			}
		}
		sounds := 0
		for _, s := range streams {
			if s == "audio 0x0" {
				sounds++
			}
		}
		if len(p.Audio) > 0 && sounds < len(p.Audio) {
			t.Errorf("%s has %d audio streams, want %d", name, sounds, len(p.Audio))
		}
		// One kind at a time: this DASH reader ends all with the shortest.
		seconds := 0.0
		if len(p.Renditions) > 0 {
			seconds = played(t, path, "0:v")
		}
		if len(p.Audio) > 0 {
			seconds = max(seconds, played(t, path, "0:a"))
		}
		if !near(seconds, p.Duration, 0.15) {
			t.Errorf("%s plays %v seconds, want %v", name, seconds, p.Duration)
		}
	}
}

// played decodes the streams of a manifest that the map names, and says for how many seconds they last.
func played(t *testing.T, path, streams string) float64 {
	t.Helper()
	out := tool(t, "ffmpeg", "-nostdin", "-xerror", "-i", path, "-map", streams, "-f", "null", "-", "-progress", "pipe:1")
	times := regexp.MustCompile(`out_time_us=(\d+)`).FindAllStringSubmatch(out, -1)
	if len(times) == 0 {
		t.Fatalf("%s does not play", path)
	}
	us, _ := strconv.ParseFloat(times[len(times)-1][1], 64)
	return us / 1e6
}

// lasting checks a rendition's playlist and all files it names, and gives the start of each segment.
func lasting(t *testing.T, out, id string, video bool) []float64 {
	t.Helper()
	text := read(t, out, "hls/"+id+".m3u8")
	for tag, want := range map[string]bool{"#EXT-X-INDEPENDENT-SEGMENTS": true, "#EXT-X-ENDLIST": true, "PROGRAM-DATE-TIME": false} {
		if strings.Contains(text, tag) != want {
			t.Errorf("%s: %s is %v:\n%s", id, tag, !want, text)
		}
	}
	header := read(t, out, "hls/"+regexp.MustCompile(`MAP:URI="([^"]+)"`).FindStringSubmatch(text)[1])
	var starts []float64
	at := 0.0
	for _, entry := range regexp.MustCompile(`#EXTINF:([0-9.]+),\n(.+)\n`).FindAllStringSubmatch(text, -1) {
		starts = append(starts, at)
		seconds, _ := strconv.ParseFloat(entry[1], 64)
		at += seconds
		segment := read(t, out, "hls/"+entry[2])
		if !video {
			continue
		}
		path := filepath.Join(t.TempDir(), "segment.mp4")
		if err := os.WriteFile(path, []byte(header+segment), 0o600); err != nil {
			t.Fatal(err)
		}
		first := tool(t, "ffprobe", "-show_entries", "packet=flags", "-of", "csv=p=0", "-read_intervals", "%+#1", path)
		if !strings.HasPrefix(first, "K") {
			t.Errorf("%s: %s begins without a keyframe", id, entry[2])
		}
	}
	return starts
}

// streamsOf lists what a player finds in a manifest.
func streamsOf(t *testing.T, path string) []string {
	t.Helper()
	var found struct {
		Streams []struct {
			Type   string `json:"codec_type"`
			Width  int    `json:"width"`
			Height int    `json:"height"`
		} `json:"streams"`
	}
	out := tool(t, "ffprobe", "-of", "json", "-show_entries", "stream=codec_type,width,height", path)
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		t.Fatal(err)
	}
	var streams []string
	for _, s := range found.Streams {
		streams = append(streams, fmt.Sprintf("%s %dx%d", s.Type, s.Width, s.Height))
	}
	return streams
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestPackageTurnsThePicture(t *testing.T) {
	t.Parallel()
	// White above black; a quarter clockwise later, black on the left and white on the right.
	source := record(t, "phone.mp4", " -f lavfi -i color=white:s=320x180:d=1 -vf drawbox=y=90:w=320:h=90:color=black:t=fill"+h264)
	rotate(t, source)
	out := t.TempDir()
	if _, err := Package(context.Background(), PackageRequest{Source: source, Info: probe(t, source), OutDir: out}, nil); err != nil {
		t.Fatal(err)
	}
	pixels := tool(t, "ffmpeg", "-i", filepath.Join(out, "dash/manifest.mpd"), "-frames:v", "1", "-vf", "scale=2:2:flags=area", "-pix_fmt", "gray", "-f", "rawvideo", "-")
	if len(pixels) != 4 || pixels[0] > 80 || pixels[1] < 170 || pixels[2] > 80 || pixels[3] < 170 {
		t.Errorf("pixels %v", []byte(pixels))
	}
}

func TestPackageEvensOutAClockThatJumps(t *testing.T) {
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
			info := probe(t, source)
			out := t.TempDir()
			p, err := Package(context.Background(), PackageRequest{Source: source, Info: info, OutDir: out}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !near(info.Duration, 8, 0.2) || !near(p.Duration, 8, 0.2) {
				t.Errorf("found %v seconds, packaged %v, want 8", info.Duration, p.Duration)
			}
			judge(t, out, p)
		})
	}
}

func TestPackageTakesAnyName(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a 100%d: b\n'c'\"$Number$")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(dir, "-i concat:x|y\n'\"%03d.mp4")
	if err := os.Rename(record(t, "a.mp4", picture("320x180", "2")+h264), source); err != nil {
		t.Fatal(err)
	}
	info := probe(t, source)
	p, err := Package(context.Background(), PackageRequest{Source: source, Info: info, OutDir: dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	lasting(t, dir, p.Renditions[0].ID, true)
	if err := Poster(context.Background(), source, info, filepath.Join(dir, "poster.jpg")); err != nil {
		t.Error(err)
	}
	if _, err := Sprites(context.Background(), source, info, dir, nil); err != nil {
		t.Error(err)
	}
	read(t, dir, "sprites-001.jpg")
}

func TestPackageEndsWithItsContext(t *testing.T) {
	t.Parallel()
	source := record(t, "a.mp4", picture("320x180", "1")+h264)
	info := probe(t, source)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Package(ctx, PackageRequest{Source: source, Info: info, OutDir: t.TempDir()}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
