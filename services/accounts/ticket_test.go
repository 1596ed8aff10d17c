package accounts

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func ticketOf(t *testing.T, s *testkit.System, caller api.Caller) Ticket {
	t.Helper()
	var made Ticket
	if _, err := call(t, s, caller, "POST /api/tickets", api.Input{}, &made); err != nil {
		t.Fatal(err)
	}
	return made
}

func TestTicketIsItsFirstHoldersAlone(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	owner, _ := signIn(t, s, email, "192.0.2.7")
	made := ticketOf(t, s, owner)
	if left := time.Until(made.ExpiresAt); left <= 0 || left > ticketValid {
		t.Errorf("it expires in %s", left)
	}
	var winners atomic.Int32
	var holder atomic.Value
	var trying sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d"} {
		trying.Go(func() {
			if _, err := who(t, s, run.Credential{Ticket: made.Ticket, Holder: name}); err == nil {
				winners.Add(1)
				holder.Store(name)
			}
		})
	}
	trying.Wait()
	if winners.Load() != 1 {
		t.Fatalf("%d hold the ticket", winners.Load())
	}
	caller, err := who(t, s, run.Credential{Ticket: made.Ticket, Holder: holder.Load().(string)})
	if err != nil || caller.Account != owner.Account || caller.Owner != owner.Owner || caller.Role != owner.Role || caller.Session != owner.Session {
		t.Errorf("the ticket is %+v's: %v", caller, err)
	}
	for _, wrong := range []run.Credential{{Ticket: made.Ticket, Holder: "e"}, {Ticket: newSecret(), Holder: "e"}, {Ticket: "nonsense", Holder: "e"}} {
		_, err := who(t, s, wrong)
		testkit.WantFault(t, err, fault.Unauthenticated)
	}
}

func TestTicketLastsAsLongAsWhatItWasMadeWith(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	owner, _ := signIn(t, s, email, "192.0.2.7")
	token := create(t, s, owner, api.Viewer)
	program, err := who(t, s, run.Credential{Token: token.Token})
	if err != nil {
		t.Fatal(err)
	}
	ofToken := run.Credential{Ticket: ticketOf(t, s, program).Ticket, Holder: "a"}
	ofSession := run.Credential{Ticket: ticketOf(t, s, owner).Ticket, Holder: "a"}
	unused := run.Credential{Ticket: ticketOf(t, s, owner).Ticket, Holder: "a"}
	if caller, err := who(t, s, ofToken); err != nil || caller != program {
		t.Fatalf("the ticket is %+v's: %v", caller, err)
	}
	if _, err := who(t, s, ofSession); err != nil {
		t.Fatal(err)
	}
	if _, err := call(t, s, owner, "DELETE /api/tokens/{token}", testkit.Params("token", token.ID), nil); err != nil {
		t.Fatal(err)
	}
	_, err = who(t, s, ofToken)
	testkit.WantFault(t, err, fault.Unauthenticated)
	if _, err := who(t, s, ofSession); err != nil {
		t.Errorf("a revoked token ends the ticket of a session: %v", err)
	}
	if _, err := call(t, s, owner, "DELETE /api/sessions/current", api.Input{}, nil); err != nil {
		t.Fatal(err)
	}
	for _, ended := range []run.Credential{ofSession, unused} {
		_, err := who(t, s, ended)
		testkit.WantFault(t, err, fault.Unauthenticated)
	}
}
