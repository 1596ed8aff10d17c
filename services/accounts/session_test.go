package accounts

import (
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func sessions(t *testing.T, s *testkit.System, caller api.Caller) []Session {
	t.Helper()
	var list api.List[Session]
	if _, err := call(t, s, caller, "GET /api/sessions", api.Input{}, &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	var sentences []string
	for _, wrong := range []SignIn{{email, "wrong horse battery"}, {"stranger-" + email, password}} {
		_, err := call(t, s, api.Caller{Address: "192.0.2.2"}, "POST /api/sessions", testkit.Body(wrong), nil)
		testkit.WantFault(t, err, fault.Unauthenticated)
		sentences = append(sentences, err.Error())
	}
	if sentences[0] != sentences[1] {
		t.Errorf("the answer tells whether there is an account: %q", sentences)
	}
	caller, secret := signIn(t, s, email, "192.0.2.2")
	wantSignedOut(t, s, run.Credential{Session: secret + "x"})
	reply, err := call(t, s, caller, "DELETE /api/sessions/current", api.Input{}, nil)
	if err != nil || reply.Session == nil || *reply.Session != "" {
		t.Fatalf("signing out answered %+v, %v", reply, err)
	}
	wantSignedOut(t, s, run.Credential{Session: secret})
	if _, err := call(t, s, api.Caller{}, "DELETE /api/sessions/current", api.Input{}, nil); err != nil {
		t.Errorf("signing out twice: %v", err)
	}
	wantFacts(t, s, 0, "~created ~session_opened ~session_closed", secret)
}

// Whoever knew the session that a browser had before knows nothing of the one it has after.
func TestSigningInAgainEndsTheFormerSession(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	caller, secret := signIn(t, s, email, "192.0.2.3")
	reply, err := call(t, s, caller, "POST /api/sessions", testkit.Body(SignIn{email, password}), nil)
	if _, next := opened(t, s, reply, err); next == secret {
		t.Error("the session has the same secret")
	}
	wantSignedOut(t, s, run.Credential{Session: secret})
}

// A session that somebody put into a browser is not taken over at sign-in.
func TestSessionsCannotBeFixed(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	planted := newSecret()
	caller := api.Caller{Session: "c0ffee", Address: "192.0.2.3"}
	reply, err := call(t, s, caller, "POST /api/sessions", testkit.Body(SignIn{email, password}), nil)
	if _, secret := opened(t, s, reply, err); secret == planted {
		t.Error("the planted secret was taken")
	}
	wantSignedOut(t, s, run.Credential{Session: planted})
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	for _, sql := range []string{
		"update vault.sessions set seen_at = now() - interval '8 days'",
		"update vault.sessions set expires = now() - interval '1 second'",
	} {
		_, secret := signIn(t, s, email, "192.0.2.4")
		exec(t, s, sql)
		wantSignedOut(t, s, run.Credential{Session: secret})
		if err := sweep(t.Context(), deps(t, s), now()); err != nil || count(t, s, "sessions") != 0 {
			t.Errorf("ended sessions are kept: %v", err)
		}
	}
}

func TestSessionsAreListed(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	phone := api.Caller{Address: "2001:db8::7", Device: "a phone"}
	reply, err := call(t, s, phone, "POST /api/sessions", testkit.Body(SignIn{email, password}), nil)
	_, phoneSecret := opened(t, s, reply, err)
	exec(t, s, "update vault.sessions set seen_at = seen_at - interval '1 hour'")
	caller, secret := signIn(t, s, email, "192.0.2.5")
	list := sessions(t, s, caller)
	if len(list) != 2 || !list[0].Current || list[1].Current || list[1].Device != "a phone" || list[1].Address != "2001:db8::7" ||
		list[1].Method != "password" || !list[1].ExpiresAt.Equal(list[1].SeenAt.Add(sessionIdle)) {
		t.Fatalf("the sessions are %+v", list)
	}
	if _, err := call(t, s, caller, "DELETE /api/sessions/{session}", testkit.Params("session", list[1].ID), nil); err != nil {
		t.Fatal(err)
	}
	wantSignedOut(t, s, run.Credential{Session: phoneSecret})
	_, err = call(t, s, caller, "DELETE /api/sessions/{session}", testkit.Params("session", list[1].ID), nil)
	testkit.WantFault(t, err, fault.NotFound)
	_, other := signIn(t, s, email, "192.0.2.6")
	if _, err := call(t, s, caller, "DELETE /api/sessions", api.Input{}, nil); err != nil {
		t.Fatal(err)
	}
	wantSignedOut(t, s, run.Credential{Session: other})
	if caller, err := who(t, s, run.Credential{Session: secret}); err != nil || caller.Role != api.Owner {
		t.Errorf("the session that called is %+v's: %v", caller, err)
	}
	if _, text := facts(t, s); !strings.Contains(text, list[1].ID) {
		t.Errorf("the log does not say which session ended: %s", text)
	}
	wantFacts(t, s, 3, "~session_closed ~session_opened ~session_closed")
}

func TestSessionsOfOthersAreNotSeen(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	member, secret := join(t, s, owner, "editor@example.org", api.Editor)
	for _, session := range sessions(t, s, member) {
		for _, other := range []api.Caller{owner, testkit.Owner("theirs")} {
			other.Session = owner.Session
			_, err := call(t, s, other, "DELETE /api/sessions/{session}", testkit.Params("session", session.ID), nil)
			testkit.WantFault(t, err, fault.NotFound)
		}
	}
	if _, err := who(t, s, run.Credential{Session: secret}); err != nil {
		t.Error(err)
	}
	// A token that is lost tells nothing of sessions, and ends none.
	program := owner
	program.Session = ""
	for _, endpoint := range []string{"GET /api/sessions", "DELETE /api/sessions", "DELETE /api/sessions/{session}"} {
		in := api.Input{}
		if strings.Contains(endpoint, "{") {
			in = testkit.Params("session", "x")
		}
		_, err := call(t, s, program, endpoint, in, nil)
		testkit.WantFault(t, err, fault.Forbidden)
	}
}
