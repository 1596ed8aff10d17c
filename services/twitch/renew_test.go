package twitch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

func TestTwoProcessesRenewOnce(t *testing.T) {
	t.Parallel()
	p, server := stage(t, fake.Config{})
	server.Rotate(true)
	halls := []*hall{calm(t, p, server), calm(t, p, server)}
	halls[0].connect(t)
	for range 2 {
		server.Expire()
		var calls sync.WaitGroup
		for i := range 8 {
			calls.Go(func() {
				if _, err := asUser(halls[i%2].d, "ours").Channel(t.Context(), ourChannel); err != nil {
					t.Error(err)
				}
			})
		}
		calls.Wait()
	}
	if n := server.State().Refreshes; n != 2 {
		t.Errorf("renewed %d times", n)
	}
	if f := halls[0].facts(t); f != "opened refreshed refreshed" {
		t.Errorf("the log has %s", f)
	}
}

func TestRenewedBeforeItsEnd(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t) // for an hour
	before := h.held(t)
	if got, err := fresh(t.Context(), h.d, "ours", "", now().Add(49*time.Minute)); err != nil || got.Access != before.Access {
		t.Errorf("renewed early: %v", err)
	}
	soon := now().Add(51 * time.Minute)
	h.fake.Fail(fake.Failure{Path: "/oauth2/token", Times: 1, Status: http.StatusServiceUnavailable})
	if got, err := fresh(t.Context(), h.d, "ours", "", soon); err != nil || got.Access != before.Access {
		t.Errorf("while Twitch is away, what still holds is not used: %v", err)
	}
	got, err := fresh(t.Context(), h.d, "ours", "", soon)
	if err != nil || got.Access == before.Access || got.Access != h.held(t).Access {
		t.Errorf("not renewed, or not saved: %v", err)
	}
	h.fake.Fail(fake.Failure{Path: "/oauth2/token", Times: 1, Status: http.StatusOK, Body: "<html>"})
	_, err = fresh(t.Context(), h.d, "ours", got.Access, now())
	testkit.WantFault(t, err, fault.Unavailable)
	if c := h.state(t); c.State != "connected" {
		t.Errorf("it is %s because Twitch was away", c.State)
	}
}

// inPlaceOf answers in Twitch's place, and does something when Twitch has given tokens, before they arrive.
func inPlaceOf(t *testing.T, server *fake.Server, given func()) string {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req := r.Clone(r.Context())
		req.RequestURI = ""
		req.URL.Scheme, req.URL.Host = "http", strings.TrimPrefix(server.URL, "http://")
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer func() { _ = res.Body.Close() }()
		if r.URL.Path == "/oauth2/token" {
			given()
		}
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL + "/oauth2"
}

func TestTokensOutliveTheDatabaseConnection(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.fake.Rotate(true)
	h.connect(t)
	before := h.held(t)
	h.d.Config.Twitch.AuthURL = inPlaceOf(t, h.fake, func() {
		if _, err := h.d.DB.Exec(t.Context(), `select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and state = 'idle in transaction'`); err != nil {
			t.Error(err)
		}
	})
	got, err := fresh(t.Context(), h.d, "ours", before.Access, now())
	if err != nil || got.Refresh == before.Refresh || h.held(t).Refresh != got.Refresh {
		t.Fatalf("the new tokens are lost: %v", err)
	}
	if f := h.facts(t); f != "opened refreshed" {
		t.Errorf("the log has %s", f)
	}
}

func TestTokensOutliveTheCaller(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.fake.Rotate(true)
	h.connect(t)
	before := h.held(t)
	ctx, leave := context.WithCancel(t.Context())
	h.d.Config.Twitch.AuthURL = inPlaceOf(t, h.fake, leave)
	if _, err := fresh(ctx, h.d, "ours", before.Access, now()); err != nil {
		t.Error(err)
	}
	if after := h.held(t); after.Refresh == before.Refresh {
		t.Error("the new tokens are lost")
	}
}

func TestLost(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t)
	h.fake.Disconnect(h.fake.Broadcaster)
	for range 3 {
		_, err := ask[ChannelInfo](t, h, "GET /api/twitch/channel", api.Input{})
		testkit.WantFault(t, err, fault.Conflict)
		if err := tend(t.Context(), h.d, now().Add(time.Hour)); err != nil {
			t.Error(err)
		}
	}
	if n := h.fake.State().Calls["POST /oauth2/token"]; n != 1 {
		t.Errorf("tried %d times to renew", n)
	}
	if c := h.state(t); c.State != "lost" || !strings.Contains(c.Reason, "Invalid refresh token") {
		t.Errorf("it is %s because of %q", c.State, c.Reason)
	}
	if links, err := linked(t.Context(), h.d); err != nil || len(links) != 0 {
		t.Errorf("linked are %+v: %v", links, err)
	}
	lost := bodyAs[events.ConnectionLost](t, h.await(t, events.Facts, "connection.lost", 1)[0])
	if lost.Reason != "refused" {
		t.Errorf("lost because it was %s", lost.Reason)
	}
	_, err := ask[Connection](t, h, "POST /api/connections/twitch/reconnect", api.Input{}) // somebody wants to know again
	testkit.WantFault(t, err, fault.Conflict)
	to := h.depart(t)
	if _, err := h.comeBack(t, to.Keep, visit(t, to)); err != nil {
		t.Fatal(err)
	}
	if c := h.state(t); c.State != "connected" || c.Reason != "" {
		t.Errorf("it is %s because of %q", c.State, c.Reason)
	}
	if f := h.facts(t); f != "opened lost opened" {
		t.Errorf("the log has %s", f)
	}
}

func TestReconnectTriesAgain(t *testing.T) {
	t.Parallel()
	h := alone(t)
	_, err := ask[Connection](t, h, "POST /api/connections/twitch/reconnect", api.Input{})
	testkit.WantFault(t, err, fault.Conflict)
	h.connect(t)
	// What Twitch says late, of tokens that were replaced, takes nothing away.
	if err := lose(t.Context(), h.d, "ours", "revoked", "somebody has taken it back"); err != nil || h.state(t).State != "connected" {
		t.Fatalf("it is %s: %v", h.state(t).State, err)
	}
	h.fake.Expire()
	for range 2 {
		if err := lose(t.Context(), h.d, "ours", "revoked", "somebody has taken it back"); err != nil || h.state(t).State != "lost" {
			t.Fatalf("it is %s: %v", h.state(t).State, err)
		}
	}
	c, err := ask[Connection](t, h, "POST /api/connections/twitch/reconnect", api.Input{})
	if err != nil || c.State != "connected" {
		t.Errorf("it is %+v: %v", c, err)
	}
	testkit.WaitDocument(t, h.System, "ours", "connections", func(list Connections) bool { return list.Items[0].State == "connected" })
	if f := h.facts(t); f != "opened lost refreshed" {
		t.Errorf("the log has %s", f)
	}
}

func TestValidatedEveryHour(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t)
	asked := func() int { return h.fake.State().Calls["GET /oauth2/validate"] }
	begun, at := asked(), now()
	for _, step := range []struct {
		after time.Duration
		calls int
	}{{0, 0}, {40 * time.Minute, 0}, {61 * time.Minute, 1}, {62 * time.Minute, 1}, {122 * time.Minute, 2}} {
		if err := tend(t.Context(), h.d, at.Add(step.after)); err != nil {
			t.Error(err)
		}
		if n := asked() - begun; n != step.calls {
			t.Errorf("after %s it was asked %d times, want %d", step.after, n, step.calls)
		}
	}
	h.fake.Fail(fake.Failure{Path: "/oauth2/validate", Times: 1, Status: http.StatusInternalServerError})
	late := at.Add(200 * time.Minute)
	if err := tend(t.Context(), h.d, late); err == nil {
		t.Error("an answer that did not come is not told")
	}
	if err := tend(t.Context(), h.d, late.Add(tendEvery)); err != nil || asked()-begun != 3 {
		t.Errorf("asked %d times, at once again: %v", asked()-begun, err)
	}
	if err := tend(t.Context(), h.d, late.Add(tryAgain)); err != nil || asked()-begun != 4 {
		t.Errorf("asked %d times: %v", asked()-begun, err)
	}
	// A token that does not hold any more is found out, and renewed.
	before := h.held(t)
	h.fake.Expire()
	if err := tend(t.Context(), h.d, late.Add(2*time.Hour)); err != nil {
		t.Error(err)
	}
	if after := h.held(t); after.Access == before.Access || h.state(t).State != "connected" {
		t.Error("the token is the old one")
	}
}

func TestValidatedAtTheStart(t *testing.T) {
	t.Parallel()
	p, server := stage(t, fake.Config{})
	h := calm(t, p, server)
	h.connect(t)
	h.Stop(t)
	server.Disconnect(server.Broadcaster)
	h = enter(t, p, server, machine{})
	h.await(t, events.Facts, "connection.lost", 1)
}

func TestUnreadableTokens(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t)
	key := h.d.Config.SecretKey
	h.d.Config.SecretKey = nil // this process alone was set up wrongly
	_, err := fresh(t.Context(), h.d, "ours", "", now())
	testkit.WantFault(t, err, fault.Unavailable)
	if f := h.facts(t); f != "opened" {
		t.Errorf("the log has %s", f)
	}
	h.d.Config.SecretKey = bytes.Repeat([]byte{8}, len(key))
	_, err = fresh(t.Context(), h.d, "ours", "", now())
	testkit.WantFault(t, err, fault.Unavailable)
	if c := h.state(t); c.State != "lost" || c.Reason == "" {
		t.Errorf("it is %s because of %q", c.State, c.Reason)
	}
	if f := h.facts(t); f != "opened lost" {
		t.Errorf("the log has %s", f)
	}
	h.d.Config.SecretKey = key
	if _, err := ask[Connection](t, h, "POST /api/connections/twitch/reconnect", api.Input{}); err != nil {
		t.Errorf("with the right key: %v", err)
	}
}

func TestWhatTheLogMissedIsTold(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t)
	if _, err := h.d.DB.Exec(t.Context(), `insert into vault.twitch_untold (id, owner, actor, at, event, data)
		values ('left', 'ours', 'ours', now(), 'connection.closed', '{"connection":"twitch"}')`); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := tend(t.Context(), h.d, now()); err != nil {
			t.Error(err)
		}
	}
	if f := h.facts(t); f != "opened closed" {
		t.Errorf("the log has %s", f)
	}
}
