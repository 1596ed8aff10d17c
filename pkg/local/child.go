package local

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	firstPause  = 50 * time.Millisecond
	longestWait = 5 * time.Second
	steadyAfter = 30 * time.Second // a child that ran this long starts with a short pause again
	giveUpAfter = 12               // ends within giveUpIn, about half a minute of trying when each run is short
	giveUpIn    = 3 * time.Minute
)

// child is a process that is kept running: once ready, it is started again with a growing pause when it
// ends by itself. When this process dies, however it dies, the kernel sends it the hard signal.
type child struct {
	name     string
	disk     string           // folder that it writes to: while the disk is full it is not started again
	command  func() *exec.Cmd // makes the next process
	soft     syscall.Signal   // asks it to end in order
	hard     syscall.Signal   // tells it to end now
	patience time.Duration    // between the two

	stop chan struct{} // closed by Stop
	done chan struct{} // closed when there will be no process any more

	mu      sync.Mutex
	process *os.Process
	ready   bool
	stopped bool
	err     error
}

// start runs the first process and supervises it.
func (c *child) start() {
	c.stop, c.done = make(chan struct{}), make(chan struct{})
	go func() {
		// The kernel sends the parent-death signal when the thread that forked ends: keep this one.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(c.done)
		c.supervise()
	}()
}

func (c *child) supervise() {
	pause := firstPause
	var ends []time.Time // lately, without a steady run between them
	for {
		began := time.Now()
		err := c.once()
		now := time.Now()
		if now.Sub(began) >= steadyAfter {
			ends, pause = nil, firstPause
		}
		ends = slices.DeleteFunc(append(ends, now), func(end time.Time) bool { return now.Sub(end) > giveUpIn })
		c.mu.Lock()
		c.err = err
		wanted := c.ready && !c.stopped
		c.mu.Unlock()
		if !wanted {
			return
		}
		if c.disk != "" && CheckSpace(c.disk) != nil {
			if !waitForSpace(c.stop, c.name, c.disk) {
				return
			}
			ends, pause = nil, firstPause
		}
		if len(ends) >= giveUpAfter {
			slog.Error("child process keeps ending, giving up", "child", c.name, "ends", len(ends), "err", err)
			return
		}
		slog.Warn("child process ended, starting it again", "child", c.name, "pause", pause, "err", err)
		select {
		case <-c.stop:
			return
		case <-time.After(pause):
		}
		pause = min(2*pause, longestWait)
	}
}

// once runs one process from start to end.
func (c *child) once() error {
	c.mu.Lock()
	if c.stopped {
		c.mu.Unlock()
		return nil
	}
	cmd := c.command()
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true // a Ctrl-C in the terminal is for this process: it stops its children in order
	cmd.SysProcAttr.Pdeathsig = c.hard
	if err := cmd.Start(); err != nil {
		c.mu.Unlock()
		return fmt.Errorf("starting %s: %w", c.name, err)
	}
	c.process = cmd.Process
	c.mu.Unlock()

	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}

// whileRunning is ctx until the process has ended.
func (c *child) whileRunning(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-c.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// setReady says that the process works: from now on it is started again when it ends.
func (c *child) setReady() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ready = true
}

// pid is the number of the running process, or of the one that ran last.
func (c *child) pid() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process == nil {
		return 0
	}
	return c.process.Pid
}

// failure says how the process ended that ran last: nil when it did well, and valid once done is closed.
func (c *child) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Stop ends the process and waits until it is gone.
func (c *child) Stop() {
	c.mu.Lock()
	if !c.stopped {
		c.stopped = true
		close(c.stop)
	}
	process := c.process
	c.mu.Unlock()
	for _, signal := range []syscall.Signal{c.soft, c.hard, syscall.SIGKILL} {
		if process != nil {
			_ = process.Signal(signal) // fails only when it is gone
		}
		select {
		case <-c.done:
			return
		case <-time.After(c.patience):
			slog.Warn("child process does not end", "child", c.name, "signal", signal.String())
		}
	}
	<-c.done
}

func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}
