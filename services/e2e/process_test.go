package e2e

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// readySigns are what a process says when it is ready: up to a person, run and nats-server to their logs.
var readySigns = []string{"Afterglow is ready.", `"msg":"ready"`, "Server is ready"}

// process is a run of a program that goes on until it is stopped or killed.
type process struct {
	name  string
	cmd   *exec.Cmd
	ready chan struct{} // closed when it has said so
	done  chan struct{} // closed when it has ended
	err   error         // valid once done is closed

	mu   sync.Mutex
	said bytes.Buffer
}

// launch starts a program. It is stopped when the test ends, if not before, and what it said is told
// when the test failed.
func launch(t testing.TB, name string, env []string, program string, args ...string) *process {
	t.Helper()
	p := &process{name: name, cmd: exec.Command(program, args...), ready: make(chan struct{}), done: make(chan struct{})}
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = env, p, p
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// The kernel sends the parent-death signal when the thread that forked ends: keep this one.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			close(p.done)
		}
	}()
	check(t, <-started)
	t.Cleanup(func() {
		p.stop(t)
		if t.Failed() {
			t.Logf("what %s said:\n%s", p.name, p.end())
		}
	})
	return p
}

// Write hears what the process says.
func (p *process) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said.Write(text)
	select {
	case <-p.ready:
		return len(text), nil
	default:
	}
	for _, sign := range readySigns {
		if strings.Contains(p.said.String(), sign) {
			close(p.ready)
			break
		}
	}
	return len(text), nil
}

// end are the last lines that the process has said.
func (p *process) end() string {
	lines := strings.SplitAfter(p.output(), "\n")
	return strings.Join(lines[max(0, len(lines)-200):], "")
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// waitReady returns when the process has said that it is ready.
func (p *process) waitReady(t testing.TB) {
	t.Helper()
	select {
	case <-p.ready:
	case <-p.done:
		t.Fatalf("%s ended before it was ready: %v", p.name, p.err)
	case <-soon(t).Done():
		t.Fatalf("%s does not become ready", p.name)
	}
}

// stop asks the process to end, and wants it to end well.
func (p *process) stop(t testing.TB) {
	t.Helper()
	select {
	case <-p.done: // ended or killed before
		return
	default:
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails only when it has ended
	select {
	case <-p.done:
	case <-soon(t).Done():
		t.Errorf("%s does not stop", p.name)
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // a Go program tells what it waits for, and ends
		select {
		case <-p.done:
		case <-soon(t).Done():
			p.kill()
		}
		return
	}
	if p.err != nil {
		t.Errorf("%s did not end well: %v", p.name, p.err)
	}
}

// kill ends the process at once.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // fails only when it has ended
	<-p.done
}

// result is what came of a command.
type result struct {
	code           int
	stdout, stderr string
}

// command runs the program to its end.
func command(t testing.TB, env []string, args ...string) result {
	t.Helper()
	return commandIn(soon(t), t, env, args...)
}

func commandIn(ctx context.Context, t testing.TB, env []string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, afterglow, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("afterglow %s: %v\n%s", strings.Join(args, " "), errors.Join(err, ctx.Err()), stderr.String())
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// want fails the test unless the command ended with the code and said all the words to a person.
func (r result) want(t testing.TB, code int, words ...string) result {
	t.Helper()
	if r.code != code {
		t.Fatalf("the command ended with %d, want %d\n%s\n%s", r.code, code, r.stdout, r.stderr)
	}
	for _, word := range words {
		if !strings.Contains(r.stderr, word) {
			t.Fatalf("the command does not speak of %q:\n%s", word, r.stderr)
		}
	}
	return r
}

// environment is this process's own without what could lead to another installation, and with more.
func environment(more ...string) []string {
	var env []string
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "AFTERGLOW_") && !strings.HasPrefix(pair, "TWITCH_") && !strings.HasPrefix(pair, "NATS_") &&
			!strings.HasPrefix(pair, "DATABASE_") && !strings.HasPrefix(pair, "S3_") {
			env = append(env, pair)
		}
	}
	return append(env, more...)
}
