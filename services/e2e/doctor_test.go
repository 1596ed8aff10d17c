package e2e

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/afterglow-live/afterglow/services"
)

// finding is what doctor says of one thing.
type finding struct{ Check, State, Found, Remedy string }

// doctor asks doctor until it ends with the code: a part that is slow for a moment counts as one that does not
// answer.
func doctor(t testing.TB, p *platform, code int, args ...string) result {
	t.Helper()
	args = append([]string{"doctor"}, args...)
	r, ctx := p.command(t, args...), soon(t)
	for r.code != code && ctx.Err() == nil {
		r = p.command(t, args...)
	}
	return r.want(t, code)
}

// findings are what doctor finds, by what it looked at.
func findings(t testing.TB, p *platform, code int) map[string][]finding {
	t.Helper()
	found := map[string][]finding{}
	for text := range strings.Lines(doctor(t, p, code, "--json").stdout) {
		f := decode[finding](t, []byte(text))
		found[f.Check] = append(found[f.Check], f)
		if f.Found == "" || f.State == "bad" && f.Remedy == "" {
			t.Errorf("doctor says no more than %+v", f)
		}
	}
	return found
}

// wantBad wants doctor to find that one thing does not work, and to say all the words about it.
func wantBad(t testing.TB, p *platform, check string, words ...string) {
	t.Helper()
	wantFound(t, findings(t, p, 1), "bad", check, words...)
}

// wantFound wants one finding in the state that says all the words.
func wantFound(t testing.TB, found map[string][]finding, state, check string, words ...string) {
	t.Helper()
	for _, f := range found[check] {
		said := f.State == state
		for _, word := range words {
			said = said && strings.Contains(f.Found+" "+f.Remedy, word)
		}
		if said {
			return
		}
	}
	t.Errorf("doctor does not say %q of %s: %+v", words, check, found)
}

// TestDoctor asks doctor about installations that run well, in every shape.
func TestDoctor(t *testing.T) {
	t.Parallel()
	for _, shape := range shapes[:2] {
		t.Run(shape.name, func(t *testing.T) {
			t.Parallel()
			p := shape.start(t)
			found := findings(t, p, 0)
			for _, check := range []string{"settings", "ffmpeg", "ffprobe", "data", "disk", "clock", "nats", "logs", "s3", "database", "services", "letters"} {
				if len(found[check]) == 0 {
					t.Errorf("doctor says nothing of %s", check)
				}
			}
			doctor(t, p, 0)
			for _, broken := range p.parts {
				if broken.stop == nil || broken.name == "everything" {
					continue
				}
				broken.stop(t)
				check := map[string]string{"NATS": "nats", "PostgreSQL": "database", "S3": "s3"}[broken.name]
				if check == "" {
					wantBad(t, p, "services", broken.name+" does not answer", "afterglow run "+broken.name)
				} else {
					wantBad(t, p, check)
				}
				broken.start(t)
			}
		})
	}
}

// TestDoctorWithAFrozenDatabase wants doctor to say what is true of a PostgreSQL that hangs, and of
// services that run without it.
func TestDoctorWithAFrozenDatabase(t *testing.T) {
	t.Parallel()
	p := together(t)
	defer frozen(t, filepath.Join(p.data, "postgres", "data"))()
	found := findings(t, p, 1)
	wantFound(t, found, "bad", "database", "does not answer", filepath.Join(p.data, "postgres", "log"))
	wantFound(t, found, "bad", "letters", "the service jobs did not answer in time", "what is said of the service jobs")
	wantFound(t, found, "bad", "services", "jobs runs, but gets no answer from: database")
	for i, s := range services.All() {
		if i >= len(found["services"]) || !strings.HasPrefix(found["services"][i].Found, s.Name+" ") {
			t.Errorf("doctor says of the services, in this order: %+v", found["services"])
			break
		}
	}
	for _, f := range found["database"] {
		if strings.Contains(f.Remedy, "DATABASE_URL") {
			t.Errorf("doctor speaks of what up does not use: %+v", f)
		}
	}
}

// frozen stops the clock of all processes that work in a folder, until the answer is called.
func frozen(t testing.TB, folder string) (thaw func()) {
	t.Helper()
	var stopped []int
	for pid, about := range running(t) {
		if cwd, _ := os.Readlink(filepath.Join(about, "cwd")); cwd == folder { // fails when it has just ended
			check(t, syscall.Kill(pid, syscall.SIGSTOP))
			stopped = append(stopped, pid)
		}
	}
	if len(stopped) == 0 {
		t.Fatalf("nothing works in %s", folder)
	}
	return func() {
		for _, pid := range stopped {
			_ = syscall.Kill(pid, syscall.SIGCONT) // fails only when it has ended
		}
	}
}

// TestDoctorWithNothingRunning asks about folders and ports that up would use.
func TestDoctorWithNothingRunning(t *testing.T) {
	t.Parallel()
	p := alone(t)
	p.env = append(p.env, "AFTERGLOW_LISTEN="+p.listen)
	found := findings(t, p, 0)
	if len(found["port"]) != 1 || len(found["postgresql"]) != 1 || len(found["services"]) != 1 || found["services"][0].State != "note" {
		t.Errorf("doctor says %+v", found)
	}
	listener, err := net.Listen("tcp", p.listen)
	check(t, err)
	wantBad(t, p, "port", p.listen, "is taken by process", "AFTERGLOW_LISTEN")
	check(t, listener.Close())

	file := &platform{data: filepath.Join(p.data, "file"), env: p.env}
	check(t, os.WriteFile(file.data, nil, 0o600))
	wantBad(t, file, "data", "is not a folder", "--data")
	readOnly := &platform{data: "/sys/kernel/afterglow", env: p.env}
	wantBad(t, readOnly, "data", "cannot be written", "--data")
	wrong := &platform{data: p.data, env: append(p.env, "AFTERGLOW_PUBLIC_URL=nonsense")}
	wantBad(t, wrong, "settings", "AFTERGLOW_PUBLIC_URL", "afterglow config")
	lacking := &platform{data: p.data, env: append(p.env, "PATH="+p.data)}
	wantBad(t, lacking, "ffmpeg", "cannot be run", "make setup")
	if left, err := os.ReadDir(p.data); err != nil || len(left) != 1 {
		t.Errorf("doctor left %v, %v", left, err)
	}
}
