package accounts

import (
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func create(t *testing.T, s *testkit.System, caller api.Caller, role api.Role) CreatedToken {
	t.Helper()
	var token CreatedToken
	if _, err := call(t, s, caller, "POST /api/tokens", testkit.Body(NewToken{"for " + string(role), role}), &token); err != nil {
		t.Fatal(err)
	}
	return token
}

func list(t *testing.T, s *testkit.System, caller api.Caller) []Token {
	t.Helper()
	var tokens api.List[Token]
	if _, err := call(t, s, caller, "GET /api/tokens", api.Input{}, &tokens); err != nil {
		t.Fatal(err)
	}
	return tokens.Items
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	owner, _ := signIn(t, s, email, "192.0.2.7")
	if tokens := list(t, s, owner); tokens == nil || len(tokens) != 0 {
		t.Errorf("there are tokens %v", tokens)
	}
	token := create(t, s, owner, api.Editor)
	if !strings.HasPrefix(token.Token, "agl_") || len(token.Token) != 4+43 {
		t.Errorf("the token is %q", token.Token)
	}
	if tokens := list(t, s, owner); len(tokens) != 1 || tokens[0].ID != token.ID || tokens[0].LastUsedAt != nil {
		t.Errorf("there are tokens %+v", tokens)
	}
	caller, err := who(t, s, run.Credential{Token: token.Token})
	if err != nil || caller.Account != owner.Account || caller.Owner != owner.Owner || caller.Role != api.Editor || caller.Session != "" {
		t.Fatalf("the token is %+v's: %v", caller, err)
	}
	if tokens := list(t, s, owner); tokens[0].LastUsedAt == nil {
		t.Error("the use of the token was not noted")
	}
	reply, err := call(t, s, owner, "DELETE /api/tokens/{token}", testkit.Params("token", token.ID), nil)
	if err != nil || len(reply.Body) > 0 {
		t.Fatalf("revoking answered %s, %v", reply.Body, err)
	}
	_, err = who(t, s, run.Credential{Token: token.Token})
	testkit.WantFault(t, err, fault.Unauthenticated)
	_, err = call(t, s, owner, "DELETE /api/tokens/{token}", testkit.Params("token", token.ID), nil)
	testkit.WantFault(t, err, fault.NotFound)
	names, text := facts(t, s)
	if got := strings.Join(names[2:], " "); got != "account.token_created account.token_revoked" {
		t.Errorf("the log has %s", got)
	}
	if strings.Contains(text, token.Token) || strings.Contains(text, "for editor") {
		t.Errorf("the log tells secrets: %s", text)
	}
}

func TestTokenRoles(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	owner, _ := signIn(t, s, email, "192.0.2.8")
	top := create(t, s, owner, api.Owner)
	for _, try := range []struct {
		as, of api.Role
		ok     bool
	}{
		{api.Owner, api.Owner, true},
		{api.Editor, api.Owner, false},
		{api.Editor, api.Developer, true},
		{api.Moderator, api.Developer, false},
		{api.Developer, api.Moderator, false},
		{api.Moderator, api.Viewer, true},
		{api.Viewer, api.Editor, false},
	} {
		caller := owner
		caller.Role = try.as
		_, err := call(t, s, caller, "POST /api/tokens", testkit.Body(NewToken{"x", try.of}), nil)
		if try.ok != (err == nil) || !try.ok && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s makes a token for %s: %v", try.as, try.of, err)
		}
	}
	viewer := owner
	viewer.Role = api.Viewer
	stranger := testkit.Owner("stranger")
	for _, caller := range []api.Caller{viewer, stranger} {
		for _, token := range list(t, s, caller) {
			if caller.Account == stranger.Account || token.Role != api.Viewer {
				t.Errorf("%s %s sees the token %+v", caller.Role, caller.Account, token)
			}
		}
		_, err := call(t, s, caller, "DELETE /api/tokens/{token}", testkit.Params("token", top.ID), nil)
		testkit.WantFault(t, err, fault.NotFound)
	}
	if _, err := who(t, s, run.Credential{Token: top.Token}); err != nil {
		t.Error(err)
	}
	for _, wrong := range []NewToken{{"", api.Viewer}, {"x", "king"}, {"x\x00", api.Viewer}} {
		_, err := call(t, s, owner, "POST /api/tokens", testkit.Body(wrong), nil)
		testkit.WantFault(t, err, fault.Invalid)
	}
}

// A token that is lost must not leave others behind, nor take any away.
func TestWhoManagesTokens(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	session, _ := signIn(t, s, email, "192.0.2.9")
	victim := create(t, s, session, api.Viewer)
	for _, role := range api.AllRoles() {
		program, err := who(t, s, run.Credential{Token: create(t, s, session, role).Token})
		if err != nil {
			t.Fatal(err)
		}
		viewer := session
		viewer.Role = role
		for caller, allowed := range map[api.Caller]bool{program: role == api.Owner, viewer: true} {
			for endpoint, in := range map[string]api.Input{
				"GET /api/tokens":            {},
				"POST /api/tokens":           testkit.Body(NewToken{"x", api.Viewer}),
				"DELETE /api/tokens/{token}": testkit.Params("token", "none"),
			} {
				_, err := call(t, s, caller, endpoint, in, nil)
				if refused := fault.Is(err, fault.Forbidden); refused == allowed {
					t.Errorf("%s with the role %s, session %q: %v", endpoint, role, caller.Session, err)
				}
			}
		}
	}
	if _, err := who(t, s, run.Credential{Token: victim.Token}); err != nil {
		t.Error(err)
	}
	command := api.Caller{Account: session.Account, Owner: session.Owner, Role: api.Owner} // as the command line calls
	create(t, s, command, api.Editor)
}
