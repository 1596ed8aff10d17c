package local

import (
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// TestServerConfiguration starts nats-server as nats/server.conf says, but for its ports and its folder.
func TestServerConfiguration(t *testing.T) {
	ctx := soon(t)
	t.Setenv("NATS_PASSWORD", "letters")
	t.Setenv("NATS_SYS_PASSWORD", "others")
	options, err := server.ProcessConfigFile("../../nats/server.conf")
	check(t, err)
	if !options.SyncAlways || options.MaxPayload != MaxPayload {
		t.Errorf("sync always is %v, the largest payload %d", options.SyncAlways, options.MaxPayload)
	}
	options.Host, options.Port, options.HTTPHost, options.HTTPPort = "127.0.0.1", server.RANDOM_PORT, "127.0.0.1", server.RANDOM_PORT
	options.StoreDir, options.NoSigs = t.TempDir(), true
	s, err := server.NewServer(options)
	check(t, err)
	s.Start()
	defer s.WaitForShutdown()
	defer s.Shutdown()
	if !poll(ctx, func() bool { return s.Addr() != nil }) {
		t.Fatal("the server does not listen")
	}
	port := s.Addr().(*net.TCPAddr).Port
	if _, err := nats.Connect(fmt.Sprintf("nats://127.0.0.1:%d", port)); err == nil {
		t.Error("a client without a password was let in")
	}
	nc, err := nats.Connect(fmt.Sprintf("nats://afterglow:letters@127.0.0.1:%d", port))
	check(t, err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	check(t, err)
	_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: "FACTS", Subjects: []string{"fact.>"}})
	check(t, err)

	check(t, os.Unsetenv("NATS_PASSWORD"))
	if _, err := server.ProcessConfigFile("../../nats/server.conf"); err == nil {
		t.Error("there is a default password")
	}
}

// TestBucketMadeAsAFolder shows what docker-compose.yml relies on.
func TestBucketMadeAsAFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	check(t, os.MkdirAll(dir+"/objects/"+bucket, 0o700))
	s := startS3(t, dir, S3Options{Origins: []string{"http://localhost:8080"}})
	check(t, putObject(soon(t), s, "kept/text", "kept"))
}
