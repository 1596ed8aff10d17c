package accounts

import (
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

const another = "another horse battery"

// reset makes a link to choose another password, and answers its secret.
func reset(t *testing.T, s *testkit.System, owner api.Caller, account string) string {
	t.Helper()
	var made PasswordReset
	if _, err := call(t, s, owner, "POST /api/accounts/{account}/reset", testkit.Params("account", account), &made); err != nil {
		t.Fatal(err)
	}
	secret, ok := strings.CutPrefix(made.Link, s.Config.URL()+"/reset#token=")
	if !ok || len(secret) < 40 {
		t.Fatalf("the link is %q", made.Link)
	}
	return secret
}

func TestOwnPassword(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	_, elsewhere := signIn(t, s, email, "192.0.2.1")
	caller, secret := signIn(t, s, email, "192.0.2.2")
	caller.Address = "192.0.2.2"
	offered := reset(t, s, caller, caller.Account)
	for current, wrong := range map[string]string{"mistyped battery": another, password: "short"} {
		_, err := call(t, s, caller, "POST /api/me/password", testkit.Body(PasswordChange{current, wrong}), nil)
		testkit.WantFault(t, err, fault.Invalid)
	}
	if _, err := call(t, s, caller, "POST /api/me/password", testkit.Body(PasswordChange{password, another}), nil); err != nil {
		t.Fatal(err)
	}
	wantSignedOut(t, s, run.Credential{Session: elsewhere})
	if _, err := who(t, s, run.Credential{Session: secret}); err != nil {
		t.Errorf("the session that called: %v", err)
	}
	testkit.WantFault(t, try(t, s, email, password, "192.0.2.3"), fault.Unauthenticated)
	if err := try(t, s, email, another, "192.0.2.3"); err != nil {
		t.Error(err)
	}
	_, err := call(t, s, api.Caller{}, "POST /api/accounts/reset", testkit.Body(NewPassword{offered, password}), nil)
	testkit.WantFault(t, err, fault.Invalid) // links from before have ended too
	wantFacts(t, s, 3, "~password_reset_offered ~password_changed ~session_opened", another)
}

// Whoever finds an open browser cannot guess on without end, and a program cannot change passwords.
func TestOwnPasswordIsGuarded(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	caller, _ := signIn(t, s, email, "192.0.2.1")
	guess := testkit.Body(PasswordChange{"mistyped battery", another})
	for range accountTries {
		_, err := call(t, s, caller, "POST /api/me/password", guess, nil)
		testkit.WantFault(t, err, fault.Invalid)
	}
	hold(t, s)
	_, err := call(t, s, caller, "POST /api/me/password", guess, nil)
	testkit.WantFault(t, err, fault.Limited)
	caller.Session = ""
	_, err = call(t, s, caller, "POST /api/me/password", guess, nil)
	testkit.WantFault(t, err, fault.Forbidden)
}

func TestPasswordReset(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	member, former := join(t, s, owner, "member@example.org", api.Viewer)
	replaced := reset(t, s, owner, member.Account)
	secret := reset(t, s, owner, member.Account)
	choose := func(secret string) (api.Reply, error) {
		return call(t, s, api.Caller{}, "POST /api/accounts/reset", testkit.Body(NewPassword{secret, another}), nil)
	}
	for _, wrong := range []string{"", "nonsense", replaced} {
		_, err := choose(wrong)
		testkit.WantFault(t, err, fault.Invalid)
	}
	if _, err := who(t, s, run.Credential{Session: former}); err != nil {
		t.Errorf("a link that nobody used ends the session: %v", err)
	}
	reply, err := choose(secret)
	if caller, _ := opened(t, s, reply, err); caller.Account != member.Account || caller.Role != api.Viewer {
		t.Errorf("the link signs in %+v", caller)
	}
	wantSignedOut(t, s, run.Credential{Session: former})
	_, err = choose(secret)
	testkit.WantFault(t, err, fault.Invalid) // used
	expired := reset(t, s, owner, member.Account)
	exec(t, s, "update vault.resets set expires = now() - interval '1 second'")
	_, err = choose(expired)
	testkit.WantFault(t, err, fault.Invalid)
	testkit.WantFault(t, try(t, s, "member@example.org", password, "192.0.2.3"), fault.Unauthenticated)
	if err := try(t, s, "member@example.org", another, "192.0.2.3"); err != nil {
		t.Error(err)
	}
	_, err = call(t, s, testkit.Owner("theirs"), "POST /api/accounts/{account}/reset", testkit.Params("account", member.Account), nil)
	testkit.WantFault(t, err, fault.NotFound)
	wantFacts(t, s, 5, "~password_reset_offered ~password_reset_offered ~password_changed ~session_opened ~password_reset_offered ~session_opened", secret, another)
}
