package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/obs"
	"github.com/afterglow-live/afterglow/services/accounts"
	"github.com/afterglow-live/afterglow/services/clips"
	"github.com/afterglow-live/afterglow/services/gateway"
	bridges "github.com/afterglow-live/afterglow/services/obs"
	"github.com/afterglow-live/afterglow/services/streams"
)

// The command tells an installation on another machine, by its address and with a token.
func TestOBSCommandTellsAnotherMachine(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
	idle := clips.Service
	idle.Reactors = nil
	list := []run.Service{accounts.Service, streams.Service, idle, bridges.Service}
	p := testkit.Platform(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	p.Config.Listen = listener.Addr().String()
	check(t, listener.Close())
	p.Config.OwnerEmail, p.Config.OwnerPassword = "ours@example.org", "correct horse battery"
	s := testkit.Start(t, p, append(list, gateway.Service(list))...)
	owner, err := ownerAccount(t.Context(), s.Logs, true)
	check(t, err)
	token := func(role api.Role) string {
		var made accounts.CreatedToken
		_, err := s.Call(t, owner, "POST /api/tokens", testkit.Body(accounts.NewToken{Name: "studio", Role: role}), &made)
		check(t, err)
		return made.Token
	}
	folder := filepath.Join(home, "Videos")
	check(t, os.MkdirAll(folder, 0o700))
	o, err := fake.Start(fake.Options{Directory: folder, Password: "secret"})
	check(t, err)
	t.Cleanup(o.Close)
	server := "http://" + p.Config.Listen

	var told strings.Builder
	code := execute(t.Context(), []string{"obs", "--server", server, "--token", "agl_wrong", "--password", "secret", "--url", o.URL()}, &told, &told)
	if code != 1 || !strings.Contains(told.String(), "refuses the token: make one there with: afterglow token create --name") {
		t.Errorf("with a wrong token: exit code %d, %s", code, &told)
	}

	secret := filepath.Join(home, "token")
	write(t, secret, token(api.Editor)+"\n")
	t.Setenv("AFTERGLOW_TOKEN_FILE", secret)
	t.Setenv("AFTERGLOW_OBS_PASSWORD", "secret")
	t.Setenv("AFTERGLOW_SERVER", server)
	lines := make(chan string, 1000)
	out := writerFunc(func(text []byte) (int, error) {
		lines <- string(text)
		return len(text), nil
	})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() {
		done <- execute(ctx, []string{"obs", "--name", "studio", "--url", o.URL(), "--settle", "50ms"}, out, out)
	}()
	wait := func(text string) {
		t.Helper()
		for line := range lines {
			if strings.Contains(line, text) {
				return
			}
		}
	}
	wait("OBS 33.0.1 is heard")
	o.StartStream()
	testkit.WaitDocument(t, s, owner.Owner, "live", func(l streams.Live) bool { return l.Live })
	o.Custom(map[string]any{"afterglow": "marker", "label": "from afar"})
	path := o.StartRecord()
	write(t, path, "sent by HTTP")
	o.StopRecord()
	wait(filepath.Base(path) + ": imported: clip ")
	o.StopStream()
	wait("OBS does not stream any more")
	stop()
	if code := <-done; code != 0 {
		t.Errorf("exit code %d", code)
	}
	b := testkit.WaitDocument(t, s, owner.Owner, "obs", func(l api.List[bridges.Bridge]) bool {
		return len(l.Items) == 1 && !l.Items[0].Connected
	}).Items[0]
	if b.Bridge != "studio" || b.Streaming || b.Recording || b.Reason != "The bridge was stopped." {
		t.Errorf("the bridge is %+v", b)
	}
	var page api.List[streams.StreamSummary]
	_, err = s.Call(t, owner, "GET /api/streams", testkit.Params(), &page)
	check(t, err)
	if len(page.Items) != 1 || page.Items[0].MarkerCount != 1 || page.Items[0].ClipCount != 1 {
		t.Errorf("there are %+v", page.Items)
	}
}
