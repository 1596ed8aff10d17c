package e2e

import (
	"context"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/services"
)

// The owner of every installation.
const (
	email    = "owner@example.org"
	password = "a long enough password"
)

// platform is an installation.
type platform struct {
	listen string
	// data is the folder of the installation, for the commands.
	data string
	// env is the environment of every process and of every command.
	env []string
	// database is PostgreSQL's URL.
	database string
}

// shapes are the ways to run the platform.
var shapes = []struct {
	name  string
	start func(testing.TB) *platform
}{
	{"one process", func(t testing.TB) *platform {
		p := alone(t)
		p.up(t).waitReady(t)
		return p
	}},
	{"many processes", apart},
}

// alone is an installation in one folder. Nothing runs yet.
func alone(t testing.TB) *platform {
	t.Helper()
	data := shortFolder(t)
	socket := url.Values{"host": {filepath.Join(data, "postgres", "socket")}, "port": {"5432"}, "sslmode": {"disable"}}
	return &platform{
		listen: freeAddress(t), data: data,
		env:      environment("AFTERGLOW_OWNER_EMAIL="+email, "AFTERGLOW_OWNER_PASSWORD="+password),
		database: "postgres://afterglow@/afterglow?" + socket.Encode(),
	}
}

// up starts the platform as one process.
func (p *platform) up(t testing.TB) *process {
	t.Helper()
	return launch(t, "afterglow up", p.env, "--data", p.data, "up", "--listen", p.listen)
}

// apart is an installation with a process for every service, and with NATS, PostgreSQL and S3 outside.
func apart(t testing.TB) *platform {
	t.Helper()
	ctx, data := context.WithoutCancel(t.Context()), shortFolder(t)
	p := &platform{listen: freeAddress(t), data: filepath.Join(data, "commands")}
	logs, err := local.StartNATS(ctx, local.NATSOptions{Dir: filepath.Join(data, "nats"), Listen: "127.0.0.1:0"})
	check(t, err)
	t.Cleanup(logs.Stop)
	postgres, err := local.StartPostgres(ctx, filepath.Join(data, "postgres"), local.PostgresOptions{})
	check(t, err)
	t.Cleanup(postgres.Stop)
	objects, err := local.StartS3(ctx, filepath.Join(data, "s3"), local.S3Options{Origins: []string{p.url()}})
	check(t, err)
	t.Cleanup(objects.Stop)
	p.database = postgres.URL()
	p.env = environment("AFTERGLOW_OWNER_EMAIL="+email, "AFTERGLOW_OWNER_PASSWORD="+password,
		"NATS_URL="+logs.ClientURL(), "DATABASE_URL="+p.database, "S3_ENDPOINT=http://"+objects.Endpoint(),
		"S3_ACCESS_KEY="+objects.AccessKey, "S3_SECRET_KEY="+objects.SecretKey, "S3_BUCKET="+objects.Bucket)

	var running []*process
	for _, s := range services.All() {
		running = append(running, launch(t, "afterglow run "+s.Name, p.env,
			"--data", filepath.Join(data, s.Name), "run", s.Name, "--listen", p.listen))
	}
	for _, process := range running {
		process.waitReady(t)
	}
	return p
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

// freeAddress is a free port on loopback: one below those that the system hands out to whoever
// connects somewhere, so that it is still free when the platform starts again.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(10_000+rand.IntN(10_000)))
		if listener, err := net.Listen("tcp", address); err == nil {
			check(t, listener.Close())
			return address
		}
	}
	t.Fatal("there is no free port")
	return ""
}
