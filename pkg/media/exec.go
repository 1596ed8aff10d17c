package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	memoryLimit = 6 << 30 // bytes of private memory one process may have
	tailLines   = 20      // lines of a failed process's complaints kept in its error
	maxLine     = 64 << 10
)

// formats are the demuxers a source may be read with. Playlists (hls, dash, concat, sdp) and picture
// sequences open further files, so they are not among them.
const formats = "mov,mp4,matroska,webm,mpegts,mpeg,flv,live_flv,avi,asf,ogg,wav,w64,aiff,flac,mp3,aac,ac3,eac3,amr,caf,mxf,nut,dv,ivf"

// ffmpeg and ffprobe are looked up on PATH once.
var (
	ffmpeg  = sync.OnceValues(func() (string, error) { return find("ffmpeg") })
	ffprobe = sync.OnceValues(func() (string, error) { return find("ffprobe") })
)

func find(tool string) (string, error) {
	path, err := exec.LookPath(tool)
	if err != nil {
		return "", fmt.Errorf("%s is not installed: install the package ffmpeg (version 5.1 or later): %w", tool, err)
	}
	return filepath.Abs(path)
}

// command is one run of ffmpeg or ffprobe.
type command struct {
	tool   func() (string, error)
	args   []string
	dir    string        // working directory: relative output names land here
	limit  time.Duration // it is killed after that long
	memory uint64        // bytes of private memory; memoryLimit when 0
	stdout io.Writer
	stderr func(line string) // hears every line of stderr; may be nil
}

// exitError is a process that ran and failed by itself.
type exitError struct {
	name string
	err  error
	tail []string
}

func (e *exitError) Error() string {
	return fmt.Sprintf("%s failed: %v: %s", e.name, e.err, strings.Join(e.tail, "; "))
}

func (e *exitError) Unwrap() error { return e.err }

// run starts the command and waits for its end. The process, and all it starts, dies with the context, at
// its time limit, and with this process. It sees none of this process's environment, where secrets may be.
func (c command) run(ctx context.Context) error {
	path, err := c.tool()
	if err != nil {
		return err
	}
	name := filepath.Base(path)
	ctx, cancel := context.WithTimeoutCause(ctx, c.limit, fmt.Errorf("it took longer than %s", c.limit))
	defer cancel()

	var tail []string
	cmd := exec.CommandContext(ctx, path, c.args...)
	cmd.Dir = c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8"}
	cmd.Stdout = c.stdout
	cmd.Stderr = &lineWriter{each: func(line string) {
		tail = append(tail, line)
		tail = tail[max(0, len(tail)-tailLines):]
		if c.stderr != nil {
			c.stderr(line)
		}
	}}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error {
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); !errors.Is(err, syscall.ESRCH) {
			return err
		}
		return os.ErrProcessDone
	}
	cmd.WaitDelay = 10 * time.Second

	// The death signal comes when the thread that started the process ends, so this goroutine keeps it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", name, err)
	}
	limitErr := limitMemory(cmd.Process.Pid, c.memory)
	if limitErr != nil {
		cancel()
	}
	err = cmd.Wait()
	switch {
	case limitErr != nil:
		return fmt.Errorf("limiting the memory of %s: %w", name, limitErr)
	case ctx.Err() != nil:
		return fmt.Errorf("running %s: %w", name, context.Cause(ctx))
	case err != nil:
		return &exitError{name: name, err: err, tail: tail}
	}
	return nil
}

// limitMemory bounds private writable memory, not address space: threads reserve much of that and use little.
func limitMemory(pid int, memory uint64) error {
	if memory == 0 {
		memory = memoryLimit
	}
	err := unix.Prlimit(pid, unix.RLIMIT_DATA, &unix.Rlimit{Cur: memory, Max: memory}, nil)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}

// input gives the arguments that open a local file and nothing else, whatever its name or content.
func input(path string) ([]string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("locating %s: %w", path, err)
	}
	return []string{"-protocol_whitelist", "file", "-format_whitelist", formats, "-i", "file:" + abs}, nil
}

// timeLimit is what a run over a source may take: a minute, and so many times the source's length.
func timeLimit(duration, times float64) time.Duration {
	return time.Minute + time.Duration(duration*times*float64(time.Second))
}

// lineWriter hands on what is written to it, line by line.
type lineWriter struct {
	each func(line string)
	rest []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		end := bytes.IndexByte(w.rest, '\n')
		if end < 0 && len(w.rest) < maxLine {
			return len(p), nil
		}
		if end < 0 {
			end = len(w.rest) - 1
		}
		w.each(strings.TrimSpace(string(w.rest[:end])))
		w.rest = w.rest[end+1:]
	}
}
