package accounts

import (
	"sync"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func people(t *testing.T, s *testkit.System, owner api.Caller, params ...string) api.List[Account] {
	t.Helper()
	var page api.List[Account]
	if _, err := call(t, s, owner, "GET /api/accounts", testkit.Params(params...), &page); err != nil {
		t.Fatal(err)
	}
	return page
}

func edit(t *testing.T, s *testkit.System, owner api.Caller, account string, role api.Role) (Account, error) {
	t.Helper()
	var a Account
	_, err := call(t, s, owner, "PATCH /api/accounts/{account}", testkit.Body(map[string]any{"role": role}, "account", account), &a)
	return a, err
}

func remove(t *testing.T, s *testkit.System, owner api.Caller, account string) error {
	t.Helper()
	_, err := call(t, s, owner, "DELETE /api/accounts/{account}", testkit.Params("account", account), nil)
	return err
}

func TestAccountsAreListed(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	editor, _ := join(t, s, owner, "editor@example.org", api.Editor)
	page := people(t, s, owner)
	if len(page.Items) != 2 || page.Items[0].ID != owner.Account || page.Items[1].ID != editor.Account ||
		page.Items[1].Email != "editor@example.org" || page.Items[1].SeenAt == nil {
		t.Fatalf("there are %+v", page.Items)
	}
	first := people(t, s, owner, "limit", "1")
	second := people(t, s, owner, "limit", "1", "cursor", first.Next)
	if len(first.Items) != 1 || len(second.Items) != 1 || second.Items[0].ID != editor.Account || second.Next != "" {
		t.Errorf("the pages are %+v and %+v", first, second)
	}
	if page := people(t, s, testkit.Owner("theirs")); len(page.Items) != 0 {
		t.Errorf("a foreign owner sees %+v", page.Items)
	}
}

func TestRoleChangeEndsWhatWasMoreThanIt(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	second, secret := join(t, s, owner, "second@example.org", api.Owner)
	_, invited := invite(t, s, second, "friend@example.org", api.Owner)
	offered := reset(t, s, second, owner.Account)
	high, low := create(t, s, second, api.Editor), create(t, s, second, api.Viewer)
	a, err := edit(t, s, owner, second.Account, api.Moderator)
	if err != nil || a.Role != api.Moderator {
		t.Fatalf("the account is %+v: %v", a, err)
	}
	wantSignedOut(t, s, run.Credential{Session: secret})
	wantSignedOut(t, s, run.Credential{Token: high.Token})
	if caller, err := who(t, s, run.Credential{Token: low.Token}); err != nil || caller.Role != api.Viewer {
		t.Errorf("the token that is no more than the role is %+v's: %v", caller, err)
	}
	wantNoInvitation(t, s, invited)
	_, err = call(t, s, api.Caller{}, "POST /api/accounts/reset", testkit.Body(NewPassword{offered, password}), nil)
	testkit.WantFault(t, err, fault.Invalid)
	if caller, _ := signIn(t, s, "second@example.org", "192.0.2.2"); caller.Role != api.Moderator || caller.Owner != owner.Owner {
		t.Errorf("it signs in as %+v", caller)
	}
	if _, err := edit(t, s, owner, second.Account, api.Moderator); err != nil { // nothing to do
		t.Fatal(err)
	}
	wantFacts(t, s, 5, "~invited ~password_reset_offered ~token_created ~token_created ~role_changed ~invitation_withdrawn ~token_revoked ~session_opened")
}

// A call that was let in before the role changed makes no token that is more than the new role.
func TestTokenIsNoMoreThanTheRoleIsNow(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	editor, _ := join(t, s, owner, "editor@example.org", api.Editor)
	if _, err := edit(t, s, owner, editor.Account, api.Viewer); err != nil {
		t.Fatal(err)
	}
	_, err := call(t, s, editor, "POST /api/tokens", testkit.Body(NewToken{"x", api.Editor}), nil)
	testkit.WantFault(t, err, fault.Forbidden)
	if err := remove(t, s, owner, editor.Account); err != nil {
		t.Fatal(err)
	}
	_, err = call(t, s, editor, "POST /api/tokens", testkit.Body(NewToken{"x", api.Viewer}), nil)
	testkit.WantFault(t, err, fault.Unauthenticated)
	_, err = call(t, s, editor, "GET /api/me", api.Input{}, nil)
	testkit.WantFault(t, err, fault.Unauthenticated)
}

func TestRemovedAccountIsGoneWithAllItHad(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	second, secret := join(t, s, owner, "second@example.org", api.Owner)
	token := create(t, s, second, api.Owner)
	_, invited := invite(t, s, second, "friend@example.org", api.Owner)
	offered := reset(t, s, owner, second.Account)
	testkit.WantFault(t, remove(t, s, testkit.Owner("theirs"), second.Account), fault.NotFound)
	if err := remove(t, s, owner, second.Account); err != nil {
		t.Fatal(err)
	}
	wantSignedOut(t, s, run.Credential{Session: secret})
	wantSignedOut(t, s, run.Credential{Token: token.Token})
	wantNoInvitation(t, s, invited)
	_, err := call(t, s, api.Caller{}, "POST /api/accounts/reset", testkit.Body(NewPassword{offered, password}), nil)
	testkit.WantFault(t, err, fault.Invalid)
	testkit.WantFault(t, try(t, s, "second@example.org", password, "192.0.2.2"), fault.Unauthenticated)
	testkit.WantFault(t, remove(t, s, owner, second.Account), fault.NotFound)
	again, _ := join(t, s, owner, "second@example.org", api.Viewer)
	if again.Account == second.Account {
		t.Error("the account is the former one")
	}
	wantFacts(t, s, 5, "~token_created ~invited ~password_reset_offered ~invitation_withdrawn ~removed ~invited ~created ~session_opened")
}

func TestLastOwnerStays(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	join(t, s, owner, "editor@example.org", api.Editor)
	_, err := edit(t, s, owner, owner.Account, api.Editor)
	testkit.WantFault(t, err, fault.Conflict)
	testkit.WantFault(t, remove(t, s, owner, owner.Account), fault.Conflict)
	second, _ := join(t, s, owner, "second@example.org", api.Owner)
	// Two owners who take the role of each other at the same moment.
	errs := make([]error, 2)
	var racing sync.WaitGroup
	racing.Go(func() { errs[0] = remove(t, s, owner, second.Account) })
	racing.Go(func() { _, errs[1] = edit(t, s, second, owner.Account, api.Viewer) })
	racing.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("they were answered %v", errs)
	}
	owners := 0
	for _, a := range people(t, s, owner).Items {
		if a.Role == api.Owner {
			owners++
		}
	}
	if owners != 1 {
		t.Errorf("there are %d owners", owners)
	}
}

func TestFoundingOwnerMayLeave(t *testing.T) {
	t.Parallel()
	s, owner := owned(t)
	second, _ := join(t, s, owner, "second@example.org", api.Owner)
	if err := remove(t, s, second, owner.Account); err != nil {
		t.Fatal(err)
	}
	third, _ := join(t, s, second, "third@example.org", api.Editor)
	if third.Owner != owner.Account {
		t.Errorf("the data is %s's now", third.Owner)
	}
}
