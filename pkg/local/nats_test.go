package local

import (
	"context"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// startKept starts a server with a log on which there is one message, "before", and connects to it.
func startKept(ctx context.Context, t *testing.T) (*NATS, *nats.Conn, jetstream.JetStream) {
	t.Helper()
	n, err := StartNATS(ctx, NATSOptions{Dir: t.TempDir()})
	check(t, err)
	t.Cleanup(n.Stop)
	nc, err := n.Connect()
	check(t, err)
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	check(t, err)
	_, err = js.CreateStream(ctx, jetstream.StreamConfig{Name: "KEPT", Subjects: []string{"kept"}})
	check(t, err)
	_, err = js.Publish(ctx, "kept", []byte("before"))
	check(t, err)
	return n, nc, js
}

func TestConnectionOutlivesARestart(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	n, nc, _ := startKept(ctx, t)
	check(t, n.Restart(ctx))
	if !poll(ctx, func() bool { return nc.Stats().Reconnects > 0 }) {
		t.Fatal("the connection did not come back")
	}
	if text, err := lastKept(ctx, nc); err != nil || text != "before" {
		t.Errorf("after the restart: %q, %v", text, err)
	}
	if n.ClientURL() != "" {
		t.Errorf("a server that does not listen has the URL %s", n.ClientURL())
	}
}

func TestListeningServerAsksForItsToken(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	n, err := StartNATS(ctx, NATSOptions{Dir: t.TempDir(), Listen: "127.0.0.1:0"})
	check(t, err)
	defer n.Stop()
	nc, err := nats.Connect(n.ClientURL())
	check(t, err)
	nc.Close()
	_, address, _ := strings.Cut(n.ClientURL(), "@")
	if _, err := nats.Connect("nats://" + address); err == nil {
		t.Error("a client without the token was let in")
	}
	nc, err = n.Connect()
	check(t, err)
	nc.Close()
}

func TestWrongAddressForNATS(t *testing.T) {
	t.Parallel()
	for _, listen := range []string{"4222", "127.0.0.1:http", "127.0.0.1:70000"} {
		if _, err := StartNATS(soon(t), NATSOptions{Dir: t.TempDir(), Listen: listen}); err == nil {
			t.Errorf("the address %s was taken", listen)
		}
	}
}

// A log that met a full disk takes nothing more until its server starts again.
func TestServerThatCannotWriteStartsAgain(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	n, nc, js := startKept(ctx, t)
	(&natsLog{failed: n.failed}).Errorf("JetStream stream '%s > %s' critical write error: %v", "$G", "KEPT", "no space left on device")
	if !poll(ctx, func() bool { return nc.Stats().Reconnects > 0 }) {
		t.Fatal("the server did not start again")
	}
	if text, err := lastKept(ctx, nc); err != nil || text != "before" {
		t.Errorf("afterwards: %q, %v", text, err)
	}
	if !poll(ctx, func() bool { _, err := js.Publish(ctx, "kept", nil); return err == nil }) {
		t.Error("the log takes nothing")
	}
}
