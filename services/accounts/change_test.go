package accounts

import (
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func TestStartTellsWhatACrashLeftUntold(t *testing.T) {
	t.Parallel()
	s, _ := system(t)
	s.Stop(t)
	exec(t, s, `insert into vault.untold (id, owner, actor, at, event, data)
		values ('E1', 'A1', 'A1', now(), 'account.role_changed', '{"account":"A1","role":"viewer","before":"editor"}')`)
	for range 2 {
		s = testkit.Start(t, s.Platform, Service)
		if n := count(t, s, "untold"); n != 0 {
			t.Errorf("%d facts are untold", n)
		}
		wantFacts(t, s, 1, "~role_changed")
		s.Stop(t)
	}
	if _, text := facts(t, s); !strings.Contains(text, `"before":"editor"`) {
		t.Errorf("the log has %s", text)
	}
}

func TestFactsAreToldOnce(t *testing.T) {
	t.Parallel()
	s, _ := owned(t)
	// As if it had ended between the log's answer and its own note of it.
	exec(t, s, `insert into vault.untold (id, owner, actor, at, event, data)
		values ('E1', 'A1', 'A1', now(), 'account.removed', '{"account":"A1"}')`)
	d := deps(t, s)
	for range 2 {
		if err := outbox.Flush(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		exec(t, s, `insert into vault.untold (id, owner, actor, at, event, data)
			values ('E1', 'A1', 'A1', now(), 'account.removed', '{"account":"A1"}')`)
	}
	wantFacts(t, s, 2, "~removed")
}
