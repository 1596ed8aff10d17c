package e2e

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// mounted is a command line that runs the program with the platform's folder on a disk of its own,
// which no other process sees and which goes away with it.
func (p *platform) mounted(t testing.TB, options string, args ...string) (string, []string) {
	t.Helper()
	apart := []string{"--mount"}
	if os.Geteuid() != 0 {
		apart = append(apart, "--user", "--map-current-user", "--keep-caps")
	}
	if said, err := exec.CommandContext(t.Context(), "unshare", append(apart, "true")...).CombinedOutput(); err != nil {
		t.Fatalf("this test needs a disk that it can fill, and may not mount one: %s; allow user namespaces "+
			"(sysctl kernel.unprivileged_userns_clone=1 or kernel.apparmor_restrict_unprivileged_userns=0), or run it as root", said)
	}
	script := `mount -t tmpfs -o "$0" tmpfs "$1" && shift && exec "$@"`
	return "unshare", append(append(apart, "sh", "-c", script, options, p.data, afterglow, "--data", p.data), args...)
}

// disk is the disk of a program that runs mounted.
type disk struct {
	*platform
	up *process
}

// in is the path of a file on the disk, as seen from here.
func (d disk) in(name string) string {
	return filepath.Join("/proc", strconv.Itoa(d.up.cmd.Process.Pid), "root", d.data, name)
}

// command runs a command where the disk is seen.
func (d disk) command(t testing.TB, args ...string) {
	t.Helper()
	enter := []string{"--mount", "--target", strconv.Itoa(d.up.cmd.Process.Pid)}
	if os.Geteuid() != 0 {
		enter = append(enter, "--user", "--preserve-credentials")
	}
	cmd := exec.CommandContext(soon(t), "nsenter", append(append(enter, afterglow, "--data", d.data), args...)...)
	cmd.Env = d.env
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("afterglow %s: %v\n%s", strings.Join(args, " "), err, said)
	}
}

// fill takes all the room there is.
func (d disk) fill(t testing.TB) {
	t.Helper()
	file, err := os.Create(d.in("filler"))
	check(t, err)
	defer func() { _ = file.Close() }()
	for size := 1 << 20; size > 0; {
		if _, err := file.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else {
			check(t, err)
		}
	}
}

// told is how often it was said that the disk is full.
func (d disk) told() int { return strings.Count(d.up.output(), "disk is full") }

// TestFullDisk fills the disk while markers are added, and makes room again. The log has each
// acknowledged one once, the tables follow it, and nothing has to be started again by hand.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	p := alone(t)
	program, args := p.mounted(t, "size=600m", "up", "--listen", p.listen)
	d := disk{p, launch(t, "afterglow up", p.env, program, args...)}
	d.up.waitReady(t)
	browser := p.browser(t)
	c := &crowd{platform: p, program: browser, markers: map[string]marker{}}
	c.begin(t)
	for range 3 {
		before, told := len(c.markers), d.told()
		ctx, leave := context.WithCancel(soon(t))
		var using sync.WaitGroup
		using.Go(func() { c.mark(ctx, t) }) // until it is told that something is away
		poll(t, "no marker is taken", func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return len(c.markers) > before+10
		})
		d.fill(t)
		using.Wait()
		leave()
		poll(t, "nobody says that the disk is full", func() bool { return d.told() > told })
		check(t, os.Remove(d.in("filler")))
		poll(t, "no marker is taken after there was room again", func() bool {
			res, err := browser.try(soon(t), http.MethodPost, c.marking(), map[string]string{"label": "after"}, nil)
			if err != nil {
				return false
			}
			var m marker
			if res.decode(&m) != nil {
				return false
			}
			c.markers[m.ID] = m
			return true
		})
	}
	var shown stream
	browser.call(t, http.MethodGet, "/api/streams/"+c.streams[0], nil, &shown)
	count := map[string]int{}
	for _, m := range shown.Markers {
		count[m.ID]++
	}
	for id := range c.markers {
		if count[id] != 1 {
			t.Errorf("the acknowledged marker %s is there %d times", id, count[id])
		}
	}
	d.command(t, "replay", "--all")
	d.command(t, "doctor")
}

// TestDiskThatCannotBeUsed wants a start on a full disk, or on one that cannot be written, to be refused.
func TestDiskThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for options, words := range map[string][]string{
		"size=20m": {"is full", "MiB", "make room"},
		"ro":       {"cannot be written", "read-only file system"},
	} {
		t.Run(options, func(t *testing.T) {
			t.Parallel()
			p := alone(t)
			program, args := p.mounted(t, options, "up", "--listen", p.listen)
			cmd := exec.CommandContext(soon(t), program, args...)
			cmd.Env = p.env
			said, err := cmd.CombinedOutput()
			if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
				t.Errorf("it ended with %v", err)
			}
			for _, word := range words {
				if !strings.Contains(string(said), word) {
					t.Errorf("it does not speak of %q: %s", word, said)
				}
			}
		})
	}
}
