package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tool runs ffmpeg or ffprobe as a judge, apart from the code under test, and gives what it prints.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	var out, complaints bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, append([]string{"-hide_banner", "-loglevel", "error"}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, complaints.String())
	}
	return out.String()
}

// record writes a test file with ffmpeg and gives its path. Sources are written with spaces between arguments.
func record(t *testing.T, name, args string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	tool(t, "ffmpeg", append(strings.Fields("-y "+args), "file:"+path)...)
	return path
}

// Parts of what record is given.
const (
	h264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p -tune zerolatency "
	gop2 = " -g 50 -keyint_min 50 -sc_threshold 0 "
	tone = " -f lavfi -i sine=frequency=440:sample_rate=48000:duration="
	aac  = " -c:a aac -b:a 96k -ac 2 "
)

// picture is a moving test picture at 25 frames per second.
func picture(size, seconds string) string {
	return " -f lavfi -i testsrc2=size=" + size + ":rate=25:duration=" + seconds
}

// rotate turns the picture of an MP4 by a quarter clockwise, by its header alone, as phones do.
func rotate(t *testing.T, path string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(raw, []byte("tkhd"))
	if at < 0 {
		t.Fatal("no track header")
	}
	for i, v := range []int32{0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30} {
		binary.BigEndian.PutUint32(raw[at+44+4*i:], uint32(v))
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

// probe is Probe of a file that is expected to be fine.
func probe(t *testing.T, path string) Info {
	t.Helper()
	info, err := Probe(context.Background(), path)
	if err != nil {
		t.Fatalf("probing %s: %v", path, err)
	}
	return info
}

func near(a, b, tolerance float64) bool { return max(a-b, b-a) <= tolerance }
