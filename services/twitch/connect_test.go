package twitch

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

// calm is the service without its loop: what the clock does, the test does.
func calm(t *testing.T, p run.Platform, server *fake.Server) *hall {
	t.Helper()
	p.Config.Listen = "127.0.0.1:8080"
	service := serviceWith(machine{})
	service.Loop = nil
	s := testkit.Start(t, p, service)
	return &hall{s, server, &run.Deps{Platform: s.Platform, Service: service.Name, DB: s.Pool(t)}}
}

// alone is the service without its loop, with a Twitch of its own.
func alone(t *testing.T) *hall {
	t.Helper()
	p, server := stage(t, fake.Config{})
	return calm(t, p, server)
}

// ours is the owner, whose browser is at an address.
func ours(host string) api.Caller {
	caller := testkit.Owner("ours")
	caller.Host = host
	return caller
}

// ask calls an endpoint of the service as the owner.
func ask[T any](t *testing.T, h *hall, endpoint string, in api.Input) (T, error) {
	t.Helper()
	var out T
	_, err := h.Call(t, ours("localhost:8080"), endpoint, in, &out)
	return out, err
}

// pass brings a browser to the address where it begins to connect, or comes back to.
func (h *hall) pass(t *testing.T, caller api.Caller, params ...string) (api.Redirect, error) {
	t.Helper()
	var to api.Redirect
	_, err := h.Call(t, caller, "GET /connect/twitch", testkit.Params(params...), &to)
	return to, err
}

// depart begins to connect.
func (h *hall) depart(t *testing.T) api.Redirect {
	t.Helper()
	to, err := h.pass(t, ours("localhost:8080"))
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// visit goes to Twitch, and answers what it sends the browser back with.
func visit(t *testing.T, to api.Redirect) url.Values {
	t.Helper()
	back := testkit.Visit(t, to.URL)
	if back.Host != "localhost:8080" {
		t.Fatalf("Twitch sends to %v", back)
	}
	return back.Query()
}

// comeBack brings what Twitch said in the browser that kept a secret.
func (h *hall) comeBack(t *testing.T, kept string, with url.Values) (api.Redirect, error) {
	t.Helper()
	return h.pass(t, api.Caller{Kept: kept}, "code", with.Get("code"), "state", with.Get("state"), "error", with.Get("error"))
}

// state is the connection as the owner sees it.
func (h *hall) state(t *testing.T) Connection {
	t.Helper()
	list, err := ask[Connections](t, h, "GET /api/connections", api.Input{})
	if err != nil || len(list.Items) != 1 {
		t.Fatalf("there are %d connections: %v", len(list.Items), err)
	}
	return list.Items[0]
}

// held is what the vault has.
func (h *hall) held(t *testing.T) held {
	t.Helper()
	got, err := heldBy(t.Context(), h.d, h.d.DB, "ours", "")
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// facts are the names of all that is on the log.
func (h *hall) facts(t *testing.T, secrets ...string) string {
	t.Helper()
	last, err := h.Logs.Last(t.Context(), events.Facts.Name)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	if last > 0 {
		if err := h.Logs.Tail(t.Context(), events.Facts, es.TailFrom{Until: last}, func(e es.Event) error {
			names = append(names, strings.TrimPrefix(e.Name, "connection."))
			for _, secret := range secrets {
				if bytes.Contains(e.Data, []byte(secret)) {
					t.Errorf("the log tells %q: %s", secret, e.Data)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(names, " ")
}

func TestConnect(t *testing.T) {
	t.Parallel()
	h := alone(t)
	if c := h.state(t); c.State != "disconnected" || c.RedirectURL != "http://localhost:8080/connect/twitch" || c.Transport.State != "off" {
		t.Errorf("before: %+v", c)
	}
	to := h.depart(t)
	back, err := h.comeBack(t, to.Keep, visit(t, to))
	if err != nil || back.URL != "/settings/connections?twitch=connected" || back.Keep != "" {
		t.Fatalf("back at %+v: %v", back, err)
	}
	c := h.state(t)
	if c.State != "connected" || c.Channel != h.fake.Broadcaster.ID || c.Login != "ours" || c.Name != h.fake.Broadcaster.Name || c.ValidUntil == nil {
		t.Errorf("after: %+v", c)
	}
	for _, scope := range c.Scopes {
		if !scope.Granted || scope.Why == "" {
			t.Errorf("scope %+v", scope)
		}
	}
	got := h.held(t)
	if f := h.facts(t, got.Access, got.Refresh, h.fake.ClientSecret); f != "opened" {
		t.Errorf("the log has %s", f)
	}
	if bytes.Contains(got.sealed, []byte(got.Access)) || bytes.Contains(got.sealed, []byte(got.Refresh)) {
		t.Error("the vault has tokens that anybody can read")
	}
	testkit.WaitDocument(t, h.System, "ours", "connections", func(list Connections) bool {
		return list.Items[0].State == "connected" && list.Items[0].Scopes[0].Granted && list.Items[0].Transport.State == "connecting"
	})
}

func TestConnectAtTheNumberOfThisMachine(t *testing.T) {
	t.Parallel()
	h := alone(t)
	hop, err := h.pass(t, ours("127.0.0.1:8080"))
	if err != nil || hop.Keep != "" {
		t.Fatalf("sent to %+v: %v", hop, err)
	}
	secret, ok := strings.CutPrefix(hop.URL, "http://localhost:8080/connect/twitch?begin=")
	if !ok {
		t.Fatalf("sent to %s", hop.URL)
	}
	nobody := api.Caller{Host: "localhost:8080"} // there it is not signed in
	to, err := h.pass(t, nobody, "begin", secret)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.pass(t, nobody, "begin", secret)
	testkit.WantFault(t, err, fault.Forbidden)
	back, err := h.comeBack(t, to.Keep, visit(t, to))
	if err != nil || back.URL != "http://127.0.0.1:8080/settings/connections?twitch=connected" {
		t.Errorf("back at %+v: %v", back, err)
	}
	if c := h.state(t); c.State != "connected" {
		t.Errorf("it is %s", c.State)
	}
}

func TestOnlyTheOwnerConnects(t *testing.T) {
	t.Parallel()
	h := alone(t)
	_, err := h.pass(t, api.Caller{})
	testkit.WantFault(t, err, fault.Unauthenticated)
	_, err = h.pass(t, api.Caller{Account: "editor", Owner: "ours", Role: api.Editor})
	testkit.WantFault(t, err, fault.Forbidden)
}

func TestRefusedReturnsTouchNothing(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t)
	before := h.held(t)
	abandoned := h.depart(t)
	with := visit(t, abandoned)
	_, err := h.comeBack(t, "", with)
	testkit.WantFault(t, err, fault.Forbidden)
	other := h.depart(t)
	_, err = h.comeBack(t, other.Keep, with) // another browser's
	testkit.WantFault(t, err, fault.Forbidden)
	wrong := url.Values{"code": with["code"], "state": {"nonsense"}}
	_, err = h.comeBack(t, abandoned.Keep, wrong)
	testkit.WantFault(t, err, fault.Forbidden)
	if _, err := h.d.DB.Exec(t.Context(), "update vault.twitch_departures set expires = now() where hash = $1", secretHash(abandoned.Keep)); err != nil {
		t.Fatal(err)
	}
	_, err = h.comeBack(t, abandoned.Keep, with)
	testkit.WantFault(t, err, fault.Forbidden)
	wrong = visit(t, other)
	wrong.Set("code", "nonsense")
	_, err = h.comeBack(t, other.Keep, wrong)
	testkit.WantFault(t, err, fault.Conflict)
	_, err = h.comeBack(t, other.Keep, wrong) // once only
	testkit.WantFault(t, err, fault.Forbidden)
	h.fake.Consent(fake.Deny)
	denied := h.depart(t)
	back, err := h.comeBack(t, denied.Keep, visit(t, denied))
	if err != nil || back.URL != "/settings/connections?twitch=denied" {
		t.Errorf("back at %+v: %v", back, err)
	}
	if after := h.held(t); !bytes.Equal(before.sealed, after.sealed) || h.state(t).State != "connected" {
		t.Error("the connection is not what it was")
	}
	if f := h.facts(t); f != "opened" {
		t.Errorf("the log has %s", f)
	}
}

func TestConnectAnotherChannel(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t)
	before := h.held(t)
	h.fake.SignIn(fake.User{ID: "2002", Login: "theirs", Name: "Theirs"})
	to := h.depart(t)
	if _, err := h.comeBack(t, to.Keep, visit(t, to)); err != nil {
		t.Fatal(err)
	}
	if c := h.state(t); c.Channel != "2002" || c.Name != "Theirs" {
		t.Errorf("it is %+v", c)
	}
	if _, err := auth(h.d).Validate(t.Context(), before.Access); !refused(err) {
		t.Errorf("the former channel's token: %v", err)
	}
}

func TestDevice(t *testing.T) {
	t.Parallel()
	h := alone(t)
	begun, err := ask[Device](t, h, "POST /api/connections/twitch/device", api.Input{})
	if err != nil || begun.UserCode == "" || begun.VerificationURL == "" {
		t.Fatalf("begun %+v: %v", begun, err)
	}
	if c := h.state(t); c.State != "connecting" || c.Device == nil || c.Device.UserCode != begun.UserCode {
		t.Errorf("it is %+v", c)
	}
	var seen Connections
	if _, err := h.Call(t, api.Caller{Account: "viewer", Owner: "ours", Role: api.Viewer}, "GET /api/connections", api.Input{}, &seen); err != nil || seen.Items[0].Device != nil {
		t.Errorf("a viewer sees %+v: %v", seen, err)
	}
	later := now()
	look := func() {
		t.Helper()
		later = later.Add(tendEvery + 1)
		if err := tend(t.Context(), h.d, later); err != nil {
			t.Error(err)
		}
	}
	look()
	if f := h.facts(t); f != "" {
		t.Errorf("before the code is typed in the log has %s", f)
	}
	if err := h.fake.EnterCode(begun.UserCode, true); err != nil {
		t.Fatal(err)
	}
	look()
	if c := h.state(t); c.State != "connected" || c.Device != nil {
		t.Errorf("it is %+v", c)
	}
	before := h.held(t)
	// A refresh token of the device flow holds once.
	if _, err := fresh(t.Context(), h.d, "ours", before.Access, now()); err != nil {
		t.Fatal(err)
	}
	if after := h.held(t); after.Refresh == before.Refresh {
		t.Error("the refresh token is the old one")
	}
	if begun, err = ask[Device](t, h, "POST /api/connections/twitch/device", api.Input{}); err != nil {
		t.Fatal(err)
	}
	if err := h.fake.EnterCode(begun.UserCode, false); err != nil {
		t.Fatal(err)
	}
	look()
	look()
	if c := h.state(t); c.State != "connected" || c.Device != nil {
		t.Errorf("after it was declined it is %+v", c)
	}
	if f := h.facts(t); f != "opened refreshed" {
		t.Errorf("the log has %s", f)
	}
}

func TestDisconnect(t *testing.T) {
	t.Parallel()
	h := alone(t)
	h.connect(t)
	before := h.held(t)
	h.fake.Fail(fake.Failure{Path: "/oauth2/revoke", Times: 1, Status: http.StatusServiceUnavailable})
	_, err := h.Call(t, ours(""), "DELETE /api/connections/twitch", api.Input{}, nil)
	testkit.WantFault(t, err, fault.Unavailable)
	if c := h.state(t); c.State != "connected" {
		t.Errorf("it is %s", c.State)
	}
	for range 2 { // what is gone is gone
		if _, err := h.Call(t, ours(""), "DELETE /api/connections/twitch", api.Input{}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if c := h.state(t); c.State != "disconnected" || c.Channel != "" {
		t.Errorf("it is %+v", c)
	}
	if _, err := auth(h.d).Validate(context.Background(), before.Access); !refused(err) {
		t.Errorf("the token: %v", err)
	}
	_, err = ask[ChannelInfo](t, h, "GET /api/twitch/channel", api.Input{})
	testkit.WantFault(t, err, fault.Conflict)
	if f := h.facts(t); f != "opened closed" {
		t.Errorf("the log has %s", f)
	}
}
