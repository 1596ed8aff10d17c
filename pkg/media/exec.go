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

// ErrNotInstalled is the answer of everything here where ffmpeg is missing.
var ErrNotInstalled = errors.New("ffmpeg is not installed: install the package ffmpeg (version 5.1 or later)")

// ErrTimeout is what ends a run that takes too long for its source.
var ErrTimeout = errors.New("it took longer")

// Failure is a run of ffmpeg or ffprobe that ended by itself without success, or was killed from elsewhere.
type Failure struct {
	Tool string   // "ffmpeg" or "ffprobe"
	Tail []string // its last lines of complaint
	Err  error    // how it ended
}

// Error tells all of it.
func (f *Failure) Error() string {
	return fmt.Sprintf("%s failed: %v: %s", f.Tool, f.Err, strings.Join(f.Tail, "; "))
}

// Unwrap gives how it ended.
func (f *Failure) Unwrap() error { return f.Err }

// ffmpeg and ffprobe are looked up on PATH once.
var (
	ffmpeg  = sync.OnceValues(func() (string, error) { return find("ffmpeg") })
	ffprobe = sync.OnceValues(func() (string, error) { return find("ffprobe") })
)

func find(tool string) (string, error) {
	path, err := exec.LookPath(tool)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotInstalled, err)
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
	stderr func(line string)       // hears every line of stderr; may be nil
	pipes  []func(io.Reader) error // take in what is written to pipe:3, pipe:4 and so on
}

// run starts the command and waits for its end. The process, and all it starts, dies with the context, at
// its time limit, and with this process. It sees none of this process's environment, where secrets may be.
func (c command) run(ctx context.Context) error {
	path, err := c.tool()
	if err != nil {
		return err
	}
	name := filepath.Base(path)
	ctx, cancel := context.WithTimeoutCause(ctx, c.limit, fmt.Errorf("%w than %s", ErrTimeout, c.limit))
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

	pipes, err := c.open(cmd)
	if err != nil {
		return err
	}
	// The death signal comes when the thread that started the process ends, so this goroutine keeps it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err = cmd.Start()
	pipes.start()
	if err != nil {
		_ = pipes.wait()
		return fmt.Errorf("starting %s: %w", name, err)
	}
	limitErr := limitMemory(cmd.Process.Pid, c.memory)
	if limitErr != nil {
		cancel()
	}
	err = cmd.Wait()
	readErr := pipes.wait()
	switch {
	case limitErr != nil:
		return fmt.Errorf("limiting the memory of %s: %w", name, limitErr)
	case ctx.Err() != nil:
		return fmt.Errorf("running %s: %w", name, context.Cause(ctx))
	case readErr != nil && !errors.Is(readErr, io.ErrUnexpectedEOF): // which is also why the process failed
		return readErr
	case err != nil:
		return &Failure{Tool: name, Tail: tail, Err: err}
	}
	return readErr
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

// input gives the arguments that open a local file and nothing else, whatever its name or content. The container is
// empty while it is unknown.
func input(path, container string) ([]string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("locating %s: %w", path, err)
	}
	args := []string{"-protocol_whitelist", "file", "-format_whitelist", formats}
	if container == "mov" { // where a file was cut off its last packet is half there
		args = append(args, "-fflags", "+discardcorrupt")
	}
	return append(args, "-i", "file:"+abs), nil
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
