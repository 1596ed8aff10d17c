package e2e

import (
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
	"github.com/afterglow-live/afterglow/services"
)

// The owner of every installation.
const (
	email    = "owner@example.org"
	password = "a long enough password"
	// secretKey is that of an installation with many processes.
	secretKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
)

// platform is an installation.
type platform struct {
	listen string
	// home is the folder of everything, data that of the installation, for the commands.
	home, data string
	// env is the environment of every process and of every command.
	env []string
	// database is PostgreSQL's URL.
	database string
	// twitch stands in for Twitch.
	twitch *twitch.Server
	// logs are the nats-servers; none when it is part of the one process.
	logs cluster
	// parts are what can end on its own.
	parts []part
}

// shapes are the ways to run the platform.
var shapes = []struct {
	name  string
	start func(testing.TB) *platform
}{
	{"one process", together},
	{"many processes", func(t testing.TB) *platform { return apart(t, 1) }},
	{"a cluster", func(t testing.TB) *platform { return apart(t, 3) }},
}

// alone is an installation in one folder. Nothing runs yet.
func alone(t testing.TB) *platform {
	t.Helper()
	data := shortFolder(t)
	socket := url.Values{"host": {filepath.Join(data, "postgres", "socket")}, "port": {"5432"}, "sslmode": {"disable"}}
	p := &platform{
		listen: freeAddress(t), home: data, data: data,
		env:      environment("AFTERGLOW_OWNER_EMAIL="+email, "AFTERGLOW_OWNER_PASSWORD="+password),
		database: "postgres://afterglow@/afterglow?" + socket.Encode(),
	}
	p.startTwitch(t)
	return p
}

// up starts the platform as one process.
func (p *platform) up(t testing.TB) *process {
	t.Helper()
	return launch(t, "afterglow up", p.env, afterglow, "--data", p.data, "up", "--listen", p.listen)
}

// together is an installation that runs as one process.
func together(t testing.TB) *platform {
	t.Helper()
	p := alone(t)
	up := p.up(t)
	up.waitReady(t)
	p.parts = []part{
		{
			name: "everything",
			kill: func(testing.TB) { up.kill() },
			stop: func(t testing.TB) { up.stop(t) },
			start: func(t testing.TB) {
				up = p.up(t)
				up.waitReady(t)
			},
		},
		{name: "PostgreSQL", supervised: true, kill: func(t testing.TB) { killPostgres(t, filepath.Join(p.data, "postgres")) }},
		{name: "S3", supervised: true, kill: func(t testing.TB) { killS3(t, filepath.Join(p.data, "s3")) }},
	}
	return p
}

// apart is an installation with a process for every service, with PostgreSQL and S3 outside, and with
// so many nats-servers that keep each log.
func apart(t testing.TB, servers int) *platform {
	t.Helper()
	home := shortFolder(t)
	p := &platform{listen: freeAddress(t), home: home, data: filepath.Join(home, "commands")}
	p.logs = startCluster(t, filepath.Join(home, "nats"), servers)
	objects := p.startOutside(t)
	p.env = environment("AFTERGLOW_OWNER_EMAIL="+email, "AFTERGLOW_OWNER_PASSWORD="+password,
		"AFTERGLOW_LOG_REPLICAS="+strconv.Itoa(servers), "NATS_URL="+p.logs.url(), "DATABASE_URL="+p.database,
		"S3_ENDPOINT=http://"+objects.Endpoint(), "S3_ACCESS_KEY="+objects.AccessKey, "S3_SECRET_KEY="+objects.SecretKey,
		"S3_BUCKET="+objects.Bucket, "AFTERGLOW_SECRET_KEY="+secretKey)
	p.startTwitch(t)
	for _, n := range p.logs {
		p.parts = append(p.parts, part{
			name: "NATS",
			kill: func(testing.TB) { n.kill() },
			stop: func(t testing.TB) { n.stop(t) },
			start: func(t testing.TB) {
				n.start(t)
				n.waitHealthy(t)
			},
		})
	}
	var starting []*process
	for _, s := range services.All() {
		starting = append(starting, p.startService(t, s.Name))
	}
	for _, process := range starting {
		process.waitReady(t)
	}
	return p
}

// startService starts a process with one service, as a part.
func (p *platform) startService(t testing.TB, name string) *process {
	t.Helper()
	data := filepath.Join(p.home, name+strconv.Itoa(len(p.parts)))
	start := func(t testing.TB) *process {
		t.Helper()
		return launch(t, "afterglow run "+name, p.env, afterglow, "--data", data, "run", name, "--listen", p.listen)
	}
	running := start(t)
	p.parts = append(p.parts, part{
		name: name,
		kill: func(testing.TB) { running.kill() },
		stop: func(t testing.TB) { running.stop(t) },
		start: func(t testing.TB) {
			running = start(t)
			running.waitReady(t)
		},
	})
	return running
}

func (p *platform) url() string { return "http://" + p.listen }

// command runs one of the program's commands on the installation.
func (p *platform) command(t testing.TB, args ...string) result {
	t.Helper()
	return command(t, p.env, append([]string{"--data", p.data}, args...)...)
}

// shortFolder is a folder that is removed after the test. Its name is short, because a socket in it
// has to fit into an address.
func shortFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(folder, "")
	check(t, err)
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// The ports that freeAddress gives out one after the other, from anywhere among them: below those that the
// system hands out to whoever connects somewhere.
const firstPort, ports = 10_000, 20_000

var (
	anywhere  = rand.Uint32N(ports)
	portsGone atomic.Uint32
)

// freeAddress is a free port on loopback that nobody else is given in this run, so that it is still free
// when the platform starts, also again.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(int(firstPort+(anywhere+portsGone.Add(1))%ports)))
		if listener, err := net.Listen("tcp", address); err == nil {
			check(t, listener.Close())
			return address
		}
	}
	t.Fatal("there is no free port")
	return ""
}
