package e2e

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// finding is what doctor says of one thing.
type finding struct{ Check, State, Found, Remedy string }

// findings are what doctor finds, by what it looked at.
func findings(t testing.TB, p *platform, code int) map[string][]finding {
	t.Helper()
	found := map[string][]finding{}
	for text := range strings.Lines(p.command(t, "doctor", "--json").want(t, code).stdout) {
		f := decode[finding](t, []byte(text))
		found[f.Check] = append(found[f.Check], f)
		if f.Found == "" || f.State == "bad" && f.Remedy == "" {
			t.Errorf("doctor says no more than %+v", f)
		}
	}
	return found
}

// wantBad wants doctor to find that one thing is wrong, and to say all the words about it.
func wantBad(t testing.TB, p *platform, check string, words ...string) {
	t.Helper()
	found := findings(t, p, 1)
	for _, f := range found[check] {
		bad := f.State == "bad"
		for _, word := range words {
			bad = bad && strings.Contains(f.Found+" "+f.Remedy, word)
		}
		if bad {
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
			p.command(t, "doctor").want(t, 0)
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

// TestDeadLetters sees to something that a reactor has given up.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	p := apart(t, 1)
	p.command(t, "import", "--wait", sample(t, 1)).want(t, 0)
	var about line
	for _, l := range p.lines(t, "FACTS") {
		if l.Headers["Event-Type"][0] == "clip.probed" {
			about = l
		}
	}
	id := es.JobID("clips-package", about.Headers["Nats-Msg-Id"][0])
	p.bury(t, strings.Split(about.Subject, ".")[1], events.LetterBuried{
		Letter: id, Reactor: "clips-package", Position: "FACTS/" + strconv.FormatUint(about.Seq, 10),
		Name: "clip.probed", Attempts: 5, Reason: "the object store is on fire", Body: about.Data,
	})
	list := func(state string) string {
		return p.command(t, "dead", "list", "--json", "--state", state).want(t, 0).stdout
	}
	poll(t, "the letter is not listed", func() bool { return strings.Contains(list("open"), id) })
	wantBad(t, p, "letters", "1 events could not be handled", "afterglow dead")
	for _, args := range [][]string{{"dead"}, {"dead", "show", id}, {"dead", "show", id, "--json"}} {
		if said := p.command(t, args...).want(t, 0).stdout; !strings.Contains(said, "on fire") || !strings.Contains(said, id) {
			t.Errorf("%v says %s", args, said)
		}
	}
	p.command(t, "dead", "retry", "--all").want(t, 0)
	poll(t, "the letter is still open", func() bool { return list("open") == "" })
	poll(t, "what the letter is about is not handled", func() bool { return strings.Contains(list("done"), id) })
	findings(t, p, 0)
}
