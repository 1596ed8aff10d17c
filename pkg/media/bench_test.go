package media

import (
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// filmed is a recording of so many seconds, 720p at 30 frames a second, H.264 and AAC, as OBS makes it.
func filmed(b *testing.B, seconds int) (string, Info) {
	b.Helper()
	file := filepath.Join(b.TempDir(), "filmed.mp4")
	byHand(b, "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30", "-f", "lavfi", "-i", "sine=frequency=440", "-t", fmt.Sprint(seconds),
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-b:v", "5M", "-maxrate", "6M", "-bufsize", "10M", "-g", "60",
		"-c:a", "aac", "-b:a", "160k", file)
	info, err := Probe(b.Context(), file)
	if err != nil {
		b.Fatal(err)
	}
	return file, info
}

// byHand runs ffmpeg as one would by hand.
func byHand(b *testing.B, args ...string) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), "ffmpeg", append([]string{"-nostdin", "-loglevel", "error", "-y"}, args...)...)
	cmd.Stdout = io.Discard
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
}

// cost is the CPU time of this process and of its children while something is done.
func cost(b *testing.B, do func()) time.Duration {
	b.Helper()
	used := func() (sum time.Duration) {
		for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
			var usage syscall.Rusage
			if err := syscall.Getrusage(who, &usage); err != nil {
				b.Fatal(err)
			}
			sum += time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
		}
		return sum
	}
	before := used()
	do()
	return used() - before
}

// BenchmarkLadder makes HLS and DASH of a minute in all sizes, against one ffmpeg for each size and
// each format with the same encoder, preset and bit rates.
func BenchmarkLadder(b *testing.B) {
	file, info := filmed(b, 60)
	var ours, raw time.Duration
	for b.Loop() {
		w := Work{Source: file, Info: info, OutDir: b.TempDir()}
		var p Plan
		ours += cost(b, func() { p = ladderOf(b, w) })
		raw += cost(b, func() {
			for _, size := range p.Sizes {
				encode := []string{
					"-i", file, "-vf", fmt.Sprintf("scale=%d:%d", size.Width, size.Height), "-c:v", "libx264", "-preset", "superfast", "-crf", "23",
					"-maxrate", fmt.Sprint(size.MaxRate), "-bufsize", fmt.Sprint(size.MaxRate * 3 / 2), "-g", "60", "-sc_threshold", "0", "-c:a", "aac",
				}
				byHand(b, append(encode, "-f", "hls", "-hls_time", "4", "-hls_list_size", "0", filepath.Join(b.TempDir(), "index.m3u8"))...)
				byHand(b, append(encode, "-f", "dash", "-seg_duration", "4", filepath.Join(b.TempDir(), "manifest.mpd"))...)
			}
		})
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "ours-cpu-s")
	b.ReportMetric(raw.Seconds()/float64(b.N), "raw-cpu-s")
	b.ReportMetric(ours.Seconds()/raw.Seconds(), "ratio")
}

// ladderOf makes every track of a source.
func ladderOf(b *testing.B, w Work) Plan {
	b.Helper()
	p, _, err := Prepare(b.Context(), w, false)
	if err != nil {
		b.Fatal(err)
	}
	for part := range p.Parts {
		if _, err := EncodePart(b.Context(), w, p, part); err != nil {
			b.Fatal(err)
		}
	}
	return p
}

// BenchmarkSprites draws the sprites of ten minutes, against decoding all and taking one picture a second.
func BenchmarkSprites(b *testing.B) {
	file, info := filmed(b, 600)
	var ours, raw time.Duration
	for b.Loop() {
		w := Work{Source: file, Info: info, OutDir: b.TempDir()}
		ours += cost(b, func() {
			if _, err := Sprites(b.Context(), w, 0); err != nil {
				b.Fatal(err)
			}
		})
		raw += cost(b, func() {
			byHand(b, "-i", file, "-an", "-vf", "fps=1,scale=180:-2,tile=10x10", "-q:v", "5", filepath.Join(b.TempDir(), "s%03d.jpg"))
		})
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "ours-cpu-s")
	b.ReportMetric(raw.Seconds()/float64(b.N), "raw-cpu-s")
	b.ReportMetric(ours.Seconds()/raw.Seconds(), "ratio")
}
