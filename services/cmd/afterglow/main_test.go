package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/local"
)

// TestMain forgets which installation the environment names: tests name their own.
func TestMain(m *testing.M) {
	local.ServeS3IfAsked()
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		for _, prefix := range []string{"AFTERGLOW_", "NATS_", "DATABASE_", "S3_"} {
			if strings.HasPrefix(name, prefix) {
				_ = os.Unsetenv(name)
			}
		}
	}
	os.Exit(m.Run())
}

func TestExecute(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "nothing here")
	for name, c := range map[string]struct {
		args []string
		code int
		out  string // part of standard output
		err  string // part of standard error; empty: nothing may be there
	}{
		"version":                {args: []string{"version"}, out: version + "\n"},
		"version as JSON":        {args: []string{"version", "--json"}, out: `{"version":"` + version + `"}`},
		"help":                   {args: []string{"--help"}, out: "Usage: afterglow <command>"},
		"unknown command":        {args: []string{"fly"}, code: 2, err: "unexpected argument fly"},
		"no command":             {args: nil, code: 2, err: "afterglow --help tells more"},
		"unknown log":            {args: []string{"events", "--log", "NEWS"}, code: 2, err: "there are FACTS, TICKS and DEAD"},
		"subject with a gap":     {args: []string{"events", "--subject", "fact..x"}, code: 2, err: "for instance 'fact.*.clip.>'"},
		"subject of no log":      {args: []string{"events", "--subject", "bla.>"}, code: 2, err: "for instance 'fact.*.clip.>'"},
		"subject of another log": {args: []string{"events", "--log", "ticks", "--subject", "fact.>"}, code: 2, err: "for instance 'tick.*.job.>'"},
		"events of nothing":      {args: []string{"events", "--subject", "fact.*.clip.>"}, code: 1, err: "nothing runs on " + empty},
		"run without a platform": {args: []string{"run"}, code: 2, err: "NATS_URL is not set; run needs"},
		"run of no service":      {args: []string{"run", "laundry"}, code: 2, err: "laundry"},
		"run without a port":     {args: []string{"run", "--listen", "8090"}, code: 2, err: `--listen: "8090" is not a host and a port`},
		"up without a port":      {args: []string{"up", "--listen", "localhost"}, code: 2, err: `--listen: "localhost" is not a host and a port`},
		"up on no port":          {args: []string{"up", "--listen", "localhost:99999"}, code: 2, err: "is not a host and a port"},
		"import into nothing":    {args: []string{"import", "x.mp4"}, code: 1, err: "nothing runs on " + empty + "; start it with: afterglow up --data " + empty},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			code := execute(t.Context(), append([]string{"--data", empty}, c.args...), &stdout, &stderr)
			if code != c.code {
				t.Errorf("the exit code is %d, want %d", code, c.code)
			}
			if !strings.Contains(stdout.String(), c.out) {
				t.Errorf("standard output is %q, want %q in it", &stdout, c.out)
			}
			if !strings.Contains(stderr.String(), c.err) || (c.err == "") != (stderr.Len() == 0) {
				t.Errorf("standard error is %q, want %q in it", &stderr, c.err)
			}
			if _, err := os.Stat(empty); err == nil {
				t.Error("the folder was made")
			}
		})
	}
}

func TestUpBehindAProxyNeedsTheObjectStoreThere(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "nothing here")
	t.Setenv("AFTERGLOW_PUBLIC_URL", "https://stream.example")
	for endpoint, want := range map[string]string{
		"":                           "set S3_PUBLIC_ENDPOINT to the https address of the object store behind the proxy",
		"http://files.example":       "the browser would block uploads",
		"files.stream.example:20001": `"files.stream.example:20001" is no URL`,
	} {
		t.Setenv("S3_PUBLIC_ENDPOINT", endpoint)
		var stdout, stderr bytes.Buffer
		code := execute(t.Context(), []string{"--data", empty, "up"}, &stdout, &stderr)
		if code != 2 || !strings.Contains(stderr.String(), want) {
			t.Errorf("with %q: exit code %d, %s", endpoint, code, &stderr)
		}
	}
}

func TestPartThatHasEndedForGood(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	close(done)
	err := watch(t.Context(), "PostgreSQL", done, "/data/postgres/log")
	if err == nil || !strings.Contains(err.Error(), "PostgreSQL keeps ending") || !strings.Contains(err.Error(), "/data/postgres/log") {
		t.Errorf("a part that is gone says %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := watch(ctx, "PostgreSQL", make(chan struct{}), ""); err != nil {
		t.Errorf("when all is stopped, it says %v", err)
	}
}

func TestSubjectsThatCoverEvents(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]bool{
		"fact.>": true, "fact.*.clip.>": true, "fact.o1.clip.c1.probed": true, "fact.*.*.*.*": true,
		"fact": false, "fact.*": false, "fact.o1.clip.c1.probed.more": false, "fact.>.clip": false, "fact.*.cl*p.>": false,
		"fact.*.a b.>": false, "fact..clip.>": false, "tick.>": false, ">": false,
	} {
		if got := covers(events.Facts, subject); got != want {
			t.Errorf("%s: %v, want %v", subject, got, want)
		}
	}
}
