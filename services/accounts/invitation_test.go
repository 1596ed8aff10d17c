package accounts

import (
	"strings"
	"sync"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// invite invites, and answers the invitation with the secret of its link.
func invite(t *testing.T, s *testkit.System, owner api.Caller, email string, role api.Role) (CreatedInvitation, string) {
	t.Helper()
	var made CreatedInvitation
	if _, err := call(t, s, owner, "POST /api/accounts/invitations", testkit.Body(NewInvitation{email, role}), &made); err != nil {
		t.Fatal(err)
	}
	secret, ok := strings.CutPrefix(made.Link, s.Config.URL()+"/invite#token=")
	if !ok || len(secret) < 40 {
		t.Fatalf("the link is %q", made.Link)
	}
	return made, secret
}

func acceptance(secret string) api.Input { return testkit.Body(Acceptance{secret, password}) }

// join invites somebody, who accepts.
func join(t *testing.T, s *testkit.System, owner api.Caller, email string, role api.Role) (api.Caller, string) {
	t.Helper()
	_, secret := invite(t, s, owner, email, role)
	reply, err := call(t, s, api.Caller{Address: "192.0.2.9"}, "POST /api/accounts/invitations/accept", acceptance(secret), nil)
	return opened(t, s, reply, err)
}

func invitations(t *testing.T, s *testkit.System, owner api.Caller) []Invitation {
	t.Helper()
	var list api.List[Invitation]
	if _, err := call(t, s, owner, "GET /api/accounts/invitations", api.Input{}, &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// wantNoInvitation fails the test if the secret still invites somebody.
func wantNoInvitation(t *testing.T, s *testkit.System, secret string) {
	t.Helper()
	for endpoint, in := range map[string]api.Input{
		"POST /api/accounts/invitations/show":   testkit.Body(InvitationSecret{secret}),
		"POST /api/accounts/invitations/accept": acceptance(secret),
	} {
		_, err := call(t, s, api.Caller{}, endpoint, in, nil)
		testkit.WantFault(t, err, fault.Invalid)
		if fault.From(err).Fields["token"] == "" {
			t.Errorf("the error does not name the token: %v", err)
		}
	}
}

func TestInvitation(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	made, secret := invite(t, s, owner, " Editor@Example.org", api.Editor)
	open := invitations(t, s, owner)
	if len(open) != 1 || open[0].ID != made.ID || open[0].Email != "editor@example.org" || open[0].InvitedBy != owner.Account ||
		!open[0].ExpiresAt.Equal(open[0].CreatedAt.Add(invitationValid)) {
		t.Fatalf("open are %+v", open)
	}
	var shown ShownInvitation
	if _, err := call(t, s, api.Caller{}, "POST /api/accounts/invitations/show", testkit.Body(InvitationSecret{secret}), &shown); err != nil ||
		shown.Email != "editor@example.org" || shown.Role != api.Editor {
		t.Fatalf("shown is %+v: %v", shown, err)
	}
	_, err := call(t, s, api.Caller{}, "POST /api/accounts/invitations/accept", testkit.Body(Acceptance{secret, "short"}), nil)
	testkit.WantFault(t, err, fault.Invalid)
	var a Account
	reply, err := call(t, s, api.Caller{Address: "192.0.2.9"}, "POST /api/accounts/invitations/accept", acceptance(secret), &a)
	member, _ := opened(t, s, reply, err)
	if a.ID != made.ID || a.Role != api.Editor || !a.HasPassword || member.Account != a.ID || member.Owner != owner.Owner || member.Role != api.Editor {
		t.Errorf("the account is %+v, and calls as %+v", a, member)
	}
	if member.Owner == member.Account {
		t.Error("the account has data of its own")
	}
	signIn(t, s, "EDITOR@example.org", "192.0.2.10")
	wantNoInvitation(t, s, secret) // used
	if open := invitations(t, s, owner); len(open) != 0 {
		t.Errorf("open are %+v", open)
	}
	_, err = call(t, s, owner, "POST /api/accounts/invitations", testkit.Body(NewInvitation{"editor@example.org", api.Owner}), nil)
	testkit.WantFault(t, err, fault.Conflict)
	wantFacts(t, s, 2, "~invited ~created ~session_opened ~session_opened", secret)
}

func TestInvitationsThatAreOver(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	_, first := invite(t, s, owner, "a@example.org", api.Owner)
	made, second := invite(t, s, owner, "A@example.org", api.Viewer)
	wantNoInvitation(t, s, first) // replaced
	_, err := call(t, s, testkit.Owner("theirs"), "DELETE /api/accounts/invitations/{invitation}", testkit.Params("invitation", made.ID), nil)
	testkit.WantFault(t, err, fault.NotFound)
	if _, err := call(t, s, owner, "DELETE /api/accounts/invitations/{invitation}", testkit.Params("invitation", made.ID), nil); err != nil {
		t.Fatal(err)
	}
	wantNoInvitation(t, s, second) // withdrawn
	_, third := invite(t, s, owner, "a@example.org", api.Viewer)
	exec(t, s, "update vault.invitations set expires = now() - interval '1 second'")
	wantNoInvitation(t, s, third) // too old
	if open := invitations(t, s, owner); len(open) != 0 {
		t.Errorf("open are %+v", open)
	}
	if err := sweep(t.Context(), deps(t, s), now()); err != nil || count(t, s, "invitations") != 0 {
		t.Errorf("old invitations are kept: %v", err)
	}
	for _, wrong := range []string{"", "nonsense", newSecret()} {
		wantNoInvitation(t, s, wrong)
	}
	if count(t, s, "accounts") != 1 {
		t.Error("somebody got in")
	}
	wantFacts(t, s, 2, "~invited ~invited ~invitation_withdrawn ~invited")
}

// Links are for one thing: that of a password lets nobody make an account, and so on.
func TestLinksAreNotInterchangeable(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	_, invited := invite(t, s, owner, "a@example.org", api.Owner)
	offered := reset(t, s, owner, owner.Account)
	wantNoInvitation(t, s, offered)
	_, err := call(t, s, api.Caller{}, "POST /api/accounts/reset", testkit.Body(NewPassword{invited, password}), nil)
	testkit.WantFault(t, err, fault.Invalid)
	for _, secret := range []string{invited, offered} {
		wantSignedOut(t, s, run.Credential{Session: secret})
		wantSignedOut(t, s, run.Credential{Token: secret})
	}
}

func TestInvitationIsAcceptedOnce(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	_, secret := invite(t, s, owner, "a@example.org", api.Editor)
	errs := make([]error, 4)
	var racing sync.WaitGroup
	for i := range errs {
		racing.Go(func() {
			_, errs[i] = call(t, s, api.Caller{}, "POST /api/accounts/invitations/accept", acceptance(secret), nil)
		})
	}
	racing.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !fault.Is(err, fault.Invalid) {
			t.Errorf("a loser got %v", err)
		}
	}
	if won != 1 || count(t, s, "accounts") != 2 || count(t, s, "sessions") != 2 {
		t.Errorf("%d won, and there are %d accounts and %d sessions", won, count(t, s, "accounts"), count(t, s, "sessions"))
	}
}

func TestOnlyOwnersAdministerAccounts(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	editor, _ := join(t, s, owner, "editor@example.org", api.Editor)
	for _, role := range []api.Role{api.Editor, api.Moderator, api.Developer, api.Viewer} {
		caller := editor
		caller.Role = role
		for endpoint, in := range map[string]api.Input{
			"GET /api/accounts":                             testkit.Params(),
			"PATCH /api/accounts/{account}":                 testkit.Body(map[string]any{"role": "owner"}, "account", editor.Account),
			"DELETE /api/accounts/{account}":                testkit.Params("account", owner.Account),
			"POST /api/accounts/{account}/reset":            testkit.Params("account", owner.Account),
			"GET /api/accounts/invitations":                 testkit.Params(),
			"POST /api/accounts/invitations":                testkit.Body(NewInvitation{"me@example.org", api.Owner}),
			"DELETE /api/accounts/invitations/{invitation}": testkit.Params("invitation", "x"),
		} {
			_, err := call(t, s, caller, endpoint, in, nil)
			testkit.WantFault(t, err, fault.Forbidden)
		}
	}
	for _, wrong := range []NewInvitation{{"nobody", api.Viewer}, {"a@example.org", "king"}, {"a@example.org", ""}} {
		_, err := call(t, s, owner, "POST /api/accounts/invitations", testkit.Body(wrong), nil)
		testkit.WantFault(t, err, fault.Invalid)
	}
}
