package accounts

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// provided is the service with an OpenID Connect provider, and its owner signed in.
func provided(t *testing.T) (*testkit.System, *testkit.Provider, api.Caller) {
	t.Helper()
	provider, p := testkit.NewProvider(t), testkit.Platform(t)
	p.Config = run.Config{
		Listen: "127.0.0.1:8080", OwnerEmail: "ours@example.org", OwnerPassword: password,
		OIDCIssuer: provider.Issuer, OIDCClientID: provider.ClientID, OIDCClientSecret: provider.ClientSecret, OIDCName: "our provider",
	}
	provider.Redirect = p.Config.URL() + "/connect/oidc"
	s := testkit.Start(t, p, Service)
	owner, _ := signIn(t, s, "ours@example.org", "192.0.2.1")
	return s, provider, owner
}

// depart begins a sign-in: where the browser goes, and what it keeps.
func depart(t *testing.T, s *testkit.System) api.Redirect {
	t.Helper()
	var to api.Redirect
	if _, err := call(t, s, api.Caller{}, "GET /api/sessions/oidc", api.Input{}, &to); err != nil {
		t.Fatal(err)
	}
	return to
}

// comeBack brings what the provider said, in the browser that kept the secret.
func comeBack(t *testing.T, s *testkit.System, kept string, with url.Values) (api.Reply, error) {
	t.Helper()
	in := testkit.Params()
	for _, name := range []string{"code", "state", "error", "iss"} {
		if with.Has(name) {
			in.Params[name] = with.Get(name)
		}
	}
	return call(t, s, api.Caller{Kept: kept, Address: "192.0.2.8"}, "GET /connect/oidc", in, nil)
}

// through signs in at the provider, from beginning to end.
func through(t *testing.T, s *testkit.System) (api.Reply, error) {
	t.Helper()
	to := depart(t, s)
	return comeBack(t, s, to.Keep, testkit.Visit(t, to.URL).Query())
}

func TestSignInAtProvider(t *testing.T) {
	t.Parallel()
	s, provider, owner := provided(t)
	provider.SignIn("sub", "7", "email", "Ours@example.org", "email_verified", true)
	reply, err := through(t, s)
	caller, _ := opened(t, s, reply, err)
	if caller.Account != owner.Account || caller.Role != api.Owner {
		t.Errorf("it signs in %+v", caller)
	}
	// From now on the account is known by what never changes.
	provider.SignIn("sub", "7", "email", "renamed@example.org", "email_verified", false)
	reply, err = through(t, s)
	if caller, _ := opened(t, s, reply, err); caller.Account != owner.Account {
		t.Errorf("it signs in %+v", caller)
	}
	// The address now belongs to somebody else there.
	provider.SignIn("sub", "8", "email", "ours@example.org", "email_verified", true)
	_, err = through(t, s)
	testkit.WantFault(t, err, fault.Forbidden)
	var state SetupState
	if _, err := call(t, s, api.Caller{}, "GET /api/setup", api.Input{}, &state); err != nil || state.OIDC != "our provider" {
		t.Errorf("the sign-in page knows of %q: %v", state.OIDC, err)
	}
	wantFacts(t, s, 2, "~identity_linked ~session_opened ~session_opened", "renamed")
}

func TestProviderAcceptsInvitation(t *testing.T) {
	t.Parallel()
	s, provider, owner := provided(t)
	provider.SignIn("sub", "7", "email", "editor@example.org", "email_verified", true)
	_, err := through(t, s)
	testkit.WantFault(t, err, fault.Forbidden)
	made, secret := invite(t, s, owner, "EDITOR@example.org", api.Editor)
	for _, claims := range [][]any{
		{"sub", "7", "email", "editor@example.org", "email_verified", false},
		{"sub", "7", "email", "editor@example.org"},
		{"sub", "7", "email_verified", true},
		{"sub", "7", "email", "\uff45ditor@example.org", "email_verified", true},
		{"sub", "7", "email", "editor@example.org.evil.example", "email_verified", true},
	} {
		provider.SignIn(claims...)
		_, err := through(t, s)
		testkit.WantFault(t, err, fault.Forbidden)
	}
	provider.SignIn("sub", "7", "email", "editor@example.org", "email_verified", "true") // as some providers write it
	reply, err := through(t, s)
	caller, _ := opened(t, s, reply, err)
	if caller.Account != made.ID || caller.Owner != owner.Owner || caller.Role != api.Editor {
		t.Errorf("it signs in %+v", caller)
	}
	wantNoInvitation(t, s, secret)
	// An account without a password has none to guess.
	testkit.WantFault(t, try(t, s, "editor@example.org", password, "192.0.2.3"), fault.Unauthenticated)
	var me Account
	if _, err := call(t, s, caller, "GET /api/me", api.Input{}, &me); err != nil || me.HasPassword {
		t.Errorf("me is %+v: %v", me, err)
	}
	_, err = call(t, s, caller, "POST /api/me/password", testkit.Body(PasswordChange{password, another}), nil)
	testkit.WantFault(t, err, fault.Conflict)
	// A link from an owner gives it one, and whoever signed in as it at the provider proves anew who that is.
	reply, err = call(t, s, api.Caller{}, "POST /api/accounts/reset", testkit.Body(NewPassword{reset(t, s, owner, made.ID), password}), nil)
	opened(t, s, reply, err)
	provider.SignIn("sub", "7", "email", "elsewhere@example.org", "email_verified", true)
	_, err = through(t, s)
	testkit.WantFault(t, err, fault.Forbidden)
	if err := remove(t, s, owner, made.ID); err != nil {
		t.Fatal(err)
	}
	provider.SignIn("sub", "7", "email", "editor@example.org", "email_verified", true)
	_, err = through(t, s)
	testkit.WantFault(t, err, fault.Forbidden)
	wantFacts(t, s, 2, "~invited ~created ~identity_linked ~session_opened ~password_reset_offered ~password_changed ~session_opened ~removed")
}

func TestEmailFromUserinfo(t *testing.T) {
	t.Parallel()
	s, provider, owner := provided(t)
	provider.SignIn("sub", "7", "email", "ours@example.org", "email_verified", true)
	provider.Spoil(func(claims map[string]any) { delete(claims, "email") })
	reply, err := through(t, s)
	if caller, _ := opened(t, s, reply, err); caller.Account != owner.Account {
		t.Errorf("it signs in %+v", caller)
	}
	provider.Spoil(func(claims map[string]any) {
		delete(claims, "email")
		claims["sub"] = "another"
	})
	_, err = through(t, s)
	testkit.WantFault(t, err, fault.Unauthenticated)
}

func TestFirstSignInsAtTheSameMoment(t *testing.T) {
	t.Parallel()
	s, provider, owner := provided(t)
	provider.SignIn("sub", "7", "email", "ours@example.org", "email_verified", true)
	errs := make([]error, 3)
	var racing sync.WaitGroup
	for i := range errs {
		to := depart(t, s)
		back := testkit.Visit(t, to.URL).Query()
		racing.Go(func() {
			var reply api.Reply
			if reply, errs[i] = comeBack(t, s, to.Keep, back); errs[i] != nil {
				return
			}
			if caller, err := who(t, s, run.Credential{Session: *reply.Session}); err != nil || caller.Account != owner.Account {
				t.Errorf("it signs in %+v: %v", caller, err)
			}
		})
	}
	racing.Wait()
	if err := errors.Join(errs...); err != nil || count(t, s, "identities") != 1 {
		t.Errorf("%d identities are linked: %v", count(t, s, "identities"), err)
	}
}

// What was begun in one browser ends in no other, and once.
func TestReturnIsBoundToBrowser(t *testing.T) {
	t.Parallel()
	s, provider, _ := provided(t)
	provider.SignIn("sub", "7", "email", "ours@example.org", "email_verified", true)
	mine, theirs := depart(t, s), depart(t, s)
	back := testkit.Visit(t, theirs.URL).Query()
	for _, kept := range []string{"", mine.Keep, "nonsense"} { // a link that somebody else was sent back with
		_, err := comeBack(t, s, kept, back)
		testkit.WantFault(t, err, fault.Forbidden)
	}
	forged := url.Values{"code": {back.Get("code")}, "state": {derived("", "state")}}
	_, err := comeBack(t, s, "", forged)
	testkit.WantFault(t, err, fault.Forbidden)
	forged.Set("state", derived("made up", "state"))
	_, err = comeBack(t, s, "made up", forged)
	testkit.WantFault(t, err, fault.Forbidden)
	reply, err := comeBack(t, s, theirs.Keep, back)
	opened(t, s, reply, err)
	_, err = comeBack(t, s, theirs.Keep, back)
	testkit.WantFault(t, err, fault.Forbidden) // used
	late := testkit.Visit(t, mine.URL).Query()
	exec(t, s, "update vault.departures set expires = now() - interval '1 second'")
	_, err = comeBack(t, s, mine.Keep, late)
	testkit.WantFault(t, err, fault.Forbidden)
	if err := sweep(t.Context(), deps(t, s), now()); err != nil || count(t, s, "departures") != 0 {
		t.Errorf("departures are kept: %v", err)
	}
}

func TestProviderThatCannotBeTrusted(t *testing.T) {
	t.Parallel()
	s, provider, _ := provided(t)
	provider.SignIn("sub", "7", "email", "ours@example.org", "email_verified", true)
	set := func(name string, value any) func(map[string]any) {
		return func(claims map[string]any) { claims[name] = value }
	}
	for name, spoil := range map[string]func(map[string]any){
		"nonce":    set("nonce", "another"),
		"no nonce": func(claims map[string]any) { delete(claims, "nonce") },
		"audience": set("aud", "another"),
		"issuer":   set("iss", "https://another.example"),
		"expired":  set("exp", time.Now().Add(-time.Hour).Unix()),
		"unsigned": set("alg", "none"),
		"email":    set("email", 7),
		"sub":      set("sub", []string{"7"}),
	} {
		provider.Spoil(spoil)
		_, err := through(t, s)
		if !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
	provider.Spoil(nil)
	for name, with := range map[string]url.Values{
		"code":   {"code": {"another"}},
		"issuer": {"iss": {"https://another.example"}},
		"error":  {"error": {"<script>alert(1)</script>"}},
		"none":   {"code": {""}},
	} {
		to := depart(t, s)
		back := testkit.Visit(t, to.URL).Query()
		for key, values := range with {
			back[key] = values
		}
		_, err := comeBack(t, s, to.Keep, back)
		if !fault.Is(err, fault.Unauthenticated) || strings.Contains(err.Error(), "script") {
			t.Errorf("%s: %v", name, err)
		}
	}
	provider.SignIn()
	_, err := through(t, s)
	testkit.WantFault(t, err, fault.Unauthenticated)
	if n := count(t, s, "identities"); n != 0 {
		t.Errorf("%d identities are linked", n)
	}
	provider.SignIn("sub", "7", "email", "ours@example.org", "email_verified", true)
	provider.Rotate(t)
	reply, err := through(t, s)
	opened(t, s, reply, err)
}

func TestProviderThatIsAway(t *testing.T) {
	t.Parallel()
	s, provider, _ := provided(t)
	provider.SignIn("sub", "7", "email", "ours@example.org", "email_verified", true)
	provider.Break("/.well-known/openid-configuration", http.StatusBadGateway)
	_, err := call(t, s, api.Caller{}, "GET /api/sessions/oidc", api.Input{}, nil)
	testkit.WantFault(t, err, fault.Unavailable)
	provider.Break("/.well-known/openid-configuration", 0)
	provider.Break("/token", http.StatusServiceUnavailable)
	_, err = through(t, s)
	testkit.WantFault(t, err, fault.Unavailable)
	provider.Break("/token", 0)
	reply, err := through(t, s)
	opened(t, s, reply, err)
	provider.Hold("/token") // it is not waited for without end
	_, err = through(t, s)
	testkit.WantFault(t, err, fault.Unavailable)
	signIn(t, s, "ours@example.org", "192.0.2.2")
}

func TestNoProvider(t *testing.T) {
	t.Parallel()
	s, _ := system(t)
	_, err := call(t, s, api.Caller{}, "GET /api/sessions/oidc", api.Input{}, nil)
	testkit.WantFault(t, err, fault.NotFound)
	_, err = comeBack(t, s, "kept", url.Values{"code": {"x"}, "state": {derived("kept", "state")}})
	testkit.WantFault(t, err, fault.Forbidden)
}
