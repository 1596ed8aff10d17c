package media

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// endless is a run that does not end by itself.
func endless() command {
	return command{
		tool:  ffmpeg,
		args:  strings.Fields("-nostdin -loglevel error -re -f lavfi -i testsrc2=s=64x64 -nostats -progress pipe:1 -stats_period 0.1 -f null -"),
		limit: time.Hour,
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	c := endless()
	c.stdout = &lineWriter{each: func(string) { cancel() }}
	if err := c.run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRunDiesWithItsParent(t *testing.T) {
	t.Parallel()
	const variable = "AFTERGLOW_TEST_PIPE"
	if pipe := os.Getenv(variable); pipe != "" { // this is the parent that gets killed
		c := endless()
		c.args[slices.Index(c.args, "pipe:1")] = "file:" + pipe
		t.Fatal(c.run(context.Background()))
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	parent := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	parent.Env = append(os.Environ(), variable+"="+pipe)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	out, err := os.Open(pipe)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()
	// The pipe ends when the last process that writes to it does.
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Error(err)
	}
}

func TestRunEndsAtItsTimeLimit(t *testing.T) {
	t.Parallel()
	c := endless()
	c.limit = 50 * time.Millisecond
	if err := c.run(context.Background()); err == nil || !errors.Is(err, ErrTimeout) || !strings.Contains(err.Error(), "longer than 50ms") {
		t.Errorf("got %v", err)
	}
}

func TestRunEndsAtItsMemoryLimit(t *testing.T) {
	t.Parallel()
	c := endless()
	c.args = strings.Fields("-nostdin -loglevel error -f lavfi -i testsrc2=s=64x64:d=1 -vf scale=8192:8192 -c:v libx264 -f null -")
	c.memory = 200 << 20
	var failed *Failure
	if err := c.run(context.Background()); !errors.As(err, &failed) {
		t.Errorf("got %v", err)
	}
}

func TestRunTellsWhatWentWrong(t *testing.T) {
	t.Parallel()
	c := endless()
	c.args = []string{"-nostdin", "-loglevel", "error", "-i", "file:/nonexistent"}
	var failed *Failure
	if err := c.run(context.Background()); !errors.As(err, &failed) || failed.Tool != "ffmpeg" || !strings.Contains(strings.Join(failed.Tail, "\n"), "No such file") {
		t.Errorf("got %v", err)
	}
}

func TestRunHidesTheEnvironment(t *testing.T) {
	t.Setenv("FFREPORT", "file=/nonexistent/report.log") // ffmpeg fails when it sees this
	c := endless()
	c.args = strings.Fields("-nostdin -loglevel error -f lavfi -i testsrc2=s=64x64 -frames:v 1 -f null -")
	if err := c.run(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestMissingToolSaysWhatToInstall(t *testing.T) {
	t.Parallel()
	if _, err := find("ffmpeg-of-nowhere"); !errors.Is(err, ErrNotInstalled) || !strings.Contains(err.Error(), "install the package ffmpeg") {
		t.Errorf("got %v", err)
	}
}

func TestLineWriter(t *testing.T) {
	t.Parallel()
	var got []string
	w := &lineWriter{each: func(line string) { got = append(got, line) }}
	for _, part := range []string{"a", "b\r\n\nc", "\nd"} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	if strings.Join(got, "|") != "ab||c" {
		t.Errorf("got %q", got)
	}
}

func TestMeter(t *testing.T) {
	t.Parallel()
	var got []Progress
	m := &meter{total: 100, report: func(p Progress) { got = append(got, p) }}
	w := &lineWriter{each: m.line}
	_, _ = w.Write([]byte("out_time_us=N/A\nspeed=N/A\nprogress=continue\nout_time_us=20000000\nspeed=4.0x\nprogress=continue\n" +
		"out_time_us=10000000\nspeed= 5x\nprogress=continue\nout_time_us=999000000\nprogress=end\n"))
	want := []Progress{
		{},
		{Done: 20, Percent: 20, Speed: 4, Remaining: 20 * time.Second},
		{Done: 20, Percent: 20, Speed: 5, Remaining: 16 * time.Second},
		{Done: 100, Percent: 100, Speed: 5},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("block %d: got %+v, want %+v", i, got[i], want[i])
		}
	}
}
