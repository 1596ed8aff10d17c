package media

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
)

func TestProbeTellsWhatAFileIs(t *testing.T) {
	t.Parallel()
	both := picture("320x180", "3") + tone + "3"
	for name, c := range map[string]struct {
		args          string
		width, height int
		audio         int
		container     string
	}{
		"a.mp4":       {both + h264 + aac, 320, 180, 1, "mov"},
		"a.mov":       {both + h264 + aac, 320, 180, 1, "mov"},
		"a.mkv":       {both + h264 + aac, 320, 180, 1, "matroska"},
		"a.ts":        {both + h264 + aac, 320, 180, 1, "mpegts"},
		"a.flv":       {both + h264 + aac, 320, 180, 1, "flv"},
		"a.webm":      {both + " -c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus", 320, 180, 1, "matroska"},
		"a.avi":       {both + " -c:v mpeg4 -c:a mp3", 320, 180, 1, "avi"},
		"wide.mp4":    {picture("360x288", "3") + " -vf setsar=16/11" + h264, 524, 288, 0, "mov"},
		"silent.mp4":  {picture("180x320", "3") + h264, 180, 320, 0, "mov"},
		"sound.mp3":   {tone + "3 -c:a libmp3lame", 0, 0, 1, "mp3"},
		"sound.wav":   {tone + "3", 0, 0, 1, "wav"},
		"two.mkv":     {both + tone + "3 -map 0 -map 1 -map 2" + h264 + aac, 320, 180, 2, "matroska"},
		"live.mkv":    {both + h264 + aac + "-f matroska -live 1", 320, 180, 1, "matroska"},
		"pieces.mp4":  {both + h264 + aac + "-movflags frag_keyframe+empty_moov", 320, 180, 1, "mov"},
		"offset.ts":   {both + h264 + aac + "-output_ts_offset 5000", 320, 180, 1, "mpegts"},
		"covered.mp3": {tone + "3 -f lavfi -i color=s=64x64:r=1:d=1 -map 0 -map 1 -c:v png -disposition:v attached_pic -c:a libmp3lame", 0, 0, 1, "mp3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			info := probe(t, record(t, name, c.args))
			if info.Container != c.container || len(info.Audio) != c.audio {
				t.Errorf("container %q with %d audio tracks, want %q with %d", info.Container, len(info.Audio), c.container, c.audio)
			}
			if !near(info.Duration, 3, 0.15) {
				t.Errorf("duration %v, want 3", info.Duration)
			}
			if info.Video == nil {
				info.Video = &Video{FrameRate: 25}
			}
			if v := info.Video; v.Width != c.width || v.Height != c.height || !near(v.FrameRate, 25, 0.1) {
				t.Errorf("%d×%d at %v, want %d×%d at 25", v.Width, v.Height, v.FrameRate, c.width, c.height)
			}
		})
	}
}

func TestProbeDetails(t *testing.T) {
	t.Parallel()
	path := record(t, "a.mkv", picture("320x180", "2")+tone+"2 -map 0 -map 1 -metadata:s:a:0 language=deu -metadata:s:a:0 title=Mikrofon"+h264+aac)
	info := probe(t, path)
	if a := info.Audio[0]; a.Language != "deu" || a.Title != "Mikrofon" || a.Channels != 2 || a.SampleRate != 48000 || a.Codec != "aac" {
		t.Errorf("audio %+v", a)
	}
	if v := info.Video; v.Codec != "h264" || !v.AsStored || v.Interlaced || v.HDR || v.BitRate <= 0 || v.PixelFormat != "yuv420p" {
		t.Errorf("video %+v", v)
	}
}

func TestProbeTurnsThePicture(t *testing.T) {
	t.Parallel()
	path := record(t, "phone.mp4", picture("320x180", "1")+h264)
	rotate(t, path)
	if v := probe(t, path).Video; v.Width != 180 || v.Height != 320 || v.Rotation != 90 || v.AsStored {
		t.Errorf("%+v", v)
	}
}

func TestProbeMeasuresAFileThatWasCutOff(t *testing.T) {
	t.Parallel()
	path := record(t, "cut.mp4", picture("320x180", "8")+h264+"-g 25 -movflags +faststart")
	stat, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, stat.Size()/2); err != nil {
		t.Fatal(err)
	}
	if d := probe(t, path).Duration; d < 2 || d > 6 {
		t.Errorf("half of 8 seconds lasts %v", d)
	}
}

func TestProbeRefuses(t *testing.T) {
	t.Parallel()
	var fetched atomic.Int32
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			fetched.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	video := record(t, "good.ts", picture("320x180", "1")+h264)
	playlist := func(uri string) string {
		return "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\n" + uri + "\n#EXT-X-ENDLIST\n"
	}
	for name, content := range map[string]string{
		"empty.mp4":       "",
		"text.mp4":        "This is no video.\n",
		"secret.mp4":      playlist("file:///etc/passwd"),
		"neighbour.mp4":   playlist(video),
		"far.mp4":         playlist(server.URL + "/a.ts"),
		"marked.mp4":      "\xef\xbb\xbf" + playlist(server.URL+"/a.ts"),
		"list.mp4":        "ffconcat version 1.0\nfile '" + video + "'\n",
		"manifest.mp4":    `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>` + server.URL + `</BaseURL></MPD>`,
		"session.mp4":     "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
		"noise.mp4":       string([]byte{0, 1, 2, 3, 0xff, 0xfe, 9, 8, 7}),
		"brand only.mp4":  "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2\x00\x00\x00\x08free",
		"no packets.webm": "\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			refused(t, path)
		})
	}
	t.Cleanup(func() {
		if n := fetched.Load(); n > 0 {
			t.Errorf("%d connections were made", n)
		}
	})
}

func TestProbeRefusesPictures(t *testing.T) {
	t.Parallel()
	one := picture("320x180", "1") + " -frames:v 1 "
	for name, args := range map[string]string{
		"a.png": one, "a.jpg": one, "a.gif": one, "a.webp": one, "still.mp4": one + h264,
		"wide.mkv":  " -f lavfi -i color=size=16000x64:rate=5:duration=1 -c:v mjpeg -pix_fmt yuvj420p",
		"huge.mkv":  " -f lavfi -i color=size=16000x16000:rate=1:duration=2 -c:v mjpeg -pix_fmt yuvj420p",
		"tiny.mkv":  " -f lavfi -i color=size=8x8:rate=5:duration=1 -c:v ffv1",
		"frame.mkv": " -f lavfi -i color=size=64x64:rate=5:duration=1 -frames:v 1 -c:v png",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, record(t, name, args))
		})
	}
}

func TestProbeOfNothingIsNoRefusal(t *testing.T) {
	t.Parallel()
	_, err := Probe(context.Background(), filepath.Join(t.TempDir(), "gone.mp4"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func refused(t *testing.T, path string) {
	t.Helper()
	info, err := Probe(context.Background(), path)
	var r *Refused
	if !errors.As(err, &r) || r.Reason == "" {
		t.Errorf("got %+v and %v, want a refusal", info, err)
		return
	}
	t.Log(r.Reason)
}
