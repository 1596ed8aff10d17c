package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services"
)

// TestMain forgets which installation the environment names: tests name their own.
func TestMain(m *testing.M) {
	local.ServeS3IfAsked() // it is asked by the environment
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		for _, prefix := range []string{"AFTERGLOW_", "NATS_", "DATABASE_", "S3_"} {
			if strings.HasPrefix(name, prefix) {
				_ = os.Unsetenv(name)
			}
		}
	}
	testkit.Main(m)
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
		"unknown log":            {args: []string{"events", "--log", "NEWS"}, code: 2, err: "there are FACTS, TICKS, CHAT, TIMERS and DEAD"},
		"subject with a gap":     {args: []string{"events", "--subject", "fact..x"}, code: 2, err: "for instance 'fact.*.account.>'"},
		"subject of no log":      {args: []string{"events", "--subject", "bla.>"}, code: 2, err: "for instance 'fact.*.account.>'"},
		"subject of another log": {args: []string{"events", "--log", "ticks", "--subject", "fact.>"}, code: 2, err: "for instance 'tick.*.job.>'"},
		"events of the future":   {args: []string{"events", "--since=-5m"}, code: 2, err: "--since: -5m0s is not in the past; say how long ago, for instance 10m"},
		"events of no time":      {args: []string{"events", "--since=0s"}, code: 2, err: "--since: 0s is not in the past"},
		"events of nothing":      {args: []string{"events", "--subject", "fact.*.clip.>"}, code: 1, err: "nothing runs on " + empty},
		"obs at no address":      {args: []string{"obs", "--url", "localhost:4455"}, code: 2, err: "is no address such as ws://127.0.0.1:4455"},
		"obs without a name":     {args: []string{"obs", "--name", "a b"}, code: 2, err: "--name: \"a b\": a name has up to 128 letters"},
		"obs without a token":    {args: []string{"obs", "--name", "a", "--server", "https://stream.example"}, code: 2, err: "afterglow token create --name a --role editor"},
		"obs with only a token":  {args: []string{"obs", "--token", "x"}, code: 2, err: "--token goes with --server"},
		"obs at no server":       {args: []string{"obs", "--server", "stream.example", "--token", "x"}, code: 2, err: "is no address such as https://stream.example"},
		"obs that does not wait": {args: []string{"obs", "--settle", "0s"}, code: 2, err: "--settle: 0s is no time to wait"},
		"run without a platform": {args: []string{"run"}, code: 2, err: "NATS_URL is not set; run needs"},
		"run of no service":      {args: []string{"run", "laundry"}, code: 2, err: "laundry"},
		"run tells services":     {args: []string{"run", "laundry"}, code: 2, err: `there is no service "laundry"; there are ` + strings.Join(serviceNames(), ", ") + "\n"},
		"run without a port":     {args: []string{"run", "--listen", "8090"}, code: 2, err: `--listen: "8090" is not a host and a port`},
		"up without a port":      {args: []string{"up", "--listen", "localhost"}, code: 2, err: `--listen: "localhost" is not a host and a port`},
		"up on no port":          {args: []string{"up", "--listen", "localhost:99999"}, code: 2, err: "is not a host and a port"},
		"rebuild of what":        {args: []string{"rebuild"}, code: 2, err: "name projections, or say --all"},
		"rebuild of nothing":     {args: []string{"rebuild", "laundry"}, code: 2, err: `there is no projection "laundry"; there are streams_library`},
		"rebuild when stopped":   {args: []string{"rebuild", "--all"}, code: 1, err: "nothing runs on " + empty},
		"replay of both":         {args: []string{"replay", "--all", "jobs_board"}, code: 2, err: "name projections, or say --all"},
		"replay to when":         {args: []string{"replay", "--topic", "stream/s1"}, code: 2, err: "--topic and --at go together"},
		"replay to no moment":    {args: []string{"replay", "--topic", "stream/s1", "--at", "noon"}, code: 2, err: `"noon" is neither a position such as FACTS/12 nor a time`},
		"replay to no log":       {args: []string{"replay", "--topic", "stream/s1", "--at", "BLA/1"}, code: 2, err: `--at: there is no log "BLA"; there are FACTS, TICKS, CHAT, TIMERS and DEAD`},
		"replay to the void":     {args: []string{"replay", "--topic", "stream/s1", "--at", "FACTS/0"}, code: 2, err: `--at: "FACTS/0" is before all events; the first is FACTS/1`},
		"replay explained":       {args: []string{"replay", "--help"}, out: "end with 1 only if --strict is said"},
		"replay of no topic":     {args: []string{"replay", "--topic", "cat/c1", "--at", "FACTS/1"}, code: 2, err: `there are no live documents "cat/c1"; there are stream`},
		"dead when stopped":      {args: []string{"dead"}, code: 1, err: "nothing runs on " + empty},
		"retry of what":          {args: []string{"dead", "retry"}, code: 2, err: "name letters, or say --all"},
		"follow when stopped":    {args: []string{"follow", "jobs"}, code: 1, err: "nothing runs on " + empty},
		"watch of a file":        {args: []string{"watch", "main.go"}, code: 2, err: "main.go is no folder"},
		"watch in no time":       {args: []string{"watch", "--settle=0s", "."}, code: 2, err: "--settle: 0s is no time"},
		"backup of nothing":      {args: []string{"backup", empty + ".backup"}, code: 1, err: "nothing runs on " + empty},
		"restore of no folder":   {args: []string{"restore", empty + ".backup"}, code: 2, err: "no such file or directory"},
		"restore of no backup":   {args: []string{"restore", filepath.Dir(empty)}, code: 1, err: "is no finished backup: it has no manifest.json"},
		"settings":               {args: []string{"config"}, out: "AFTERGLOW_LISTEN"},
		"settings as JSON":       {args: []string{"config", "--json"}, out: `"name":"AFTERGLOW_LISTEN"`},
		"right settings":         {args: []string{"config", "check"}, out: "The settings are right."},
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

func serviceNames() []string {
	var all []string
	for _, s := range services.All() {
		all = append(all, s.Name)
	}
	return all
}

func TestListenIsNamedByWhereItIsSet(t *testing.T) {
	t.Setenv("AFTERGLOW_LISTEN", "9000")
	for want, args := range map[string][]string{
		`AFTERGLOW_LISTEN: "9000" is not`: {"up"},
		`--listen: "9001" is not`:         {"up", "--listen", "9001"},
	} {
		var stdout, stderr bytes.Buffer
		if code := execute(t.Context(), args, &stdout, &stderr); code != 2 || !strings.Contains(stderr.String(), want) {
			t.Errorf("%v: exit code %d, %s", args, code, &stderr)
		}
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

func TestHalfRestoredFolderIsRefused(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, restoringFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	code := execute(t.Context(), []string{"--data", data, "up", "--listen", "127.0.0.1:18437"}, &stdout, &stderr)
	if code != 1 || !strings.Contains(stderr.String(), "was interrupted, so it is not whole; remove the folder and restore again") {
		t.Errorf("exit code %d, %s", code, &stderr)
	}
}

func TestSettings(t *testing.T) {
	t.Setenv("S3_SECRET_KEY", "very secret")
	t.Setenv("AFTERGLOW_LISTEN", "0.0.0.0:9000")
	data := t.TempDir()
	if err := os.MkdirAll(filepath.Join(data, "s3"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "s3", "address"), []byte("127.0.0.1:20001\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := execute(t.Context(), []string{"--data", data, "config", "--json"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	var shown []setting
	if err := json.Unmarshal(stdout.Bytes(), &shown); err != nil {
		t.Fatal(err)
	}
	want := map[string][2]string{
		"AFTERGLOW_DATA": {data, "flag"}, "AFTERGLOW_LISTEN": {"0.0.0.0:9000", "environment"}, "AFTERGLOW_PUBLIC_URL": {"", "default"},
		"S3_SECRET_KEY": {"(hidden)", "environment"}, "S3_ENDPOINT": {"http://127.0.0.1:20001", "first start"},
	}
	for _, s := range shown {
		if wanted, looked := want[s.Name]; looked && wanted != [2]string{s.Value, s.From} {
			t.Errorf("%s is %q from %s, want %q", s.Name, s.Value, s.From, wanted)
		}
	}
	t.Setenv("AFTERGLOW_LISTEN", "9000")
	t.Setenv("AFTERGLOW_LOG_REPLICAS", "2")
	stderr.Reset()
	if code := execute(t.Context(), []string{"config", "check"}, &stdout, &stderr); code != 2 || !strings.Contains(stderr.String(), "AFTERGLOW_LOG_REPLICAS") {
		t.Errorf("wrong settings: exit code %d, %s", code, &stderr)
	}
}

// TestEverySettingIsKnown finds the variables in the sources, so that config shows them all.
func TestEverySettingIsKnown(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, s := range settings {
		known[s.Name] = true
	}
	variable := regexp.MustCompile(`"((?:AFTERGLOW|NATS|DATABASE|S3|OPENAI|TWITCH|YOUTUBE|OTEL)_[A-Z][A-Z_]*[A-Z])"`)
	for _, root := range []string{"../../../pkg", "../.."} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "/testkit/") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range variable.FindAllStringSubmatch(string(text), -1) {
				if !known[found[1]] {
					t.Errorf("%s reads %s, which is not among the settings in setting.go", path, found[1])
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
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
