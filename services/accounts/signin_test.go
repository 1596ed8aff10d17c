package accounts

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// try tries a password from an address.
func try(t *testing.T, s *testkit.System, email, password, address string) error {
	t.Helper()
	_, err := call(t, s, api.Caller{Address: address}, "POST /api/sessions", testkit.Body(SignIn{email, password}), nil)
	return err
}

// later makes all tries so much older.
func later(t *testing.T, s *testkit.System, by time.Duration) {
	t.Helper()
	exec(t, s, "update vault.tries set last_at = last_at - make_interval(secs => $1), until = until - make_interval(secs => $1)", by.Seconds())
}

// hold makes the waits that have begun an hour longer, so that none ends while the test goes on.
func hold(t *testing.T, s *testkit.System) {
	t.Helper()
	exec(t, s, "update vault.tries set until = until + interval '1 hour' where until > last_at")
}

func TestWaitGrowsAndIsBounded(t *testing.T) {
	t.Parallel()
	var c counter
	at := now()
	for i, want := range []time.Duration{0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60} {
		c.add(at, accountTries)
		if wait := max(c.until.Sub(at), 0); wait != want*time.Second {
			t.Errorf("after %d tries the wait is %s", i+1, wait)
		}
	}
}

func TestTooManyTries(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	for range accountTries {
		testkit.WantFault(t, try(t, s, email, "wrong horse battery", "192.0.2.1"), fault.Unauthenticated)
	}
	hold(t, s)
	err := try(t, s, strings.ToUpper(email), password, "192.0.2.1")
	testkit.WantFault(t, err, fault.Limited)
	if wait := fault.From(err).RetryAfter; wait < 3500 || wait > 3601 {
		t.Errorf("the wait is %d s", wait)
	}
	later(t, s, time.Hour+longestWait)
	testkit.WantFault(t, try(t, s, email, "wrong horse battery", "192.0.2.1"), fault.Unauthenticated)
	if err := sweep(t.Context(), deps(t, s), now().Add(forgetAfter)); err != nil || count(t, s, "tries") != 0 {
		t.Errorf("tries are kept: %v", err)
	}
}

func TestNobodyIsLockedOutByOthers(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	for i := range 4 * accountTries { // from many networks
		_ = try(t, s, email, "wrong horse battery", fmt.Sprintf("198.51.100.%d", i%4))
	}
	hold(t, s)
	testkit.WantFault(t, try(t, s, email, password, "198.51.100.1"), fault.Limited)
	for range accountTries - 1 {
		testkit.WantFault(t, try(t, s, email, "mistyped battery", "192.0.2.1"), fault.Unauthenticated)
	}
	signIn(t, s, email, "192.0.2.1")
	names, _ := facts(t, s)
	if got := strings.Count(strings.Join(names, " "), "account.sign_ins_limited"); got != 1 {
		t.Errorf("the log says %d times that sign-ins are slowed down: %v", got, names)
	}
}

func TestStrangersAreLimitedAlike(t *testing.T) {
	t.Parallel()
	s, _ := system(t)
	for range accountTries {
		testkit.WantFault(t, try(t, s, "nobody@example.org", password, "192.0.2.1"), fault.Unauthenticated)
	}
	hold(t, s)
	testkit.WantFault(t, try(t, s, "nobody@example.org", password, "192.0.2.1"), fault.Limited)
	if n := count(t, s, "untold"); n != 0 {
		t.Errorf("%d facts of nobody", n)
	}
}

func TestOneHouseholdIsOneAddress(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	for i := range networkTries {
		testkit.WantFault(t, try(t, s, fmt.Sprintf("nobody%d@example.org", i), password, fmt.Sprintf("2001:db8::%x", i+1)), fault.Unauthenticated)
	}
	hold(t, s)
	testkit.WantFault(t, try(t, s, email, password, "2001:db8::ffff"), fault.Limited)
	signIn(t, s, email, "2001:db8:0:1::1")
}

// Replicas of the service share one vault, so tries at the same moment are as many in sum.
func TestTriesAtTheSameMomentAreAllCounted(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	errs := make([]error, 3*accountTries)
	var trying sync.WaitGroup
	for i := range errs {
		trying.Go(func() { errs[i] = try(t, s, email, "wrong horse battery", "192.0.2.1") })
	}
	trying.Wait()
	heard := 0
	for _, err := range errs {
		if !fault.Is(err, fault.Limited) {
			heard++
		}
	}
	// However slow it is, no more than the first, short waits pass meanwhile.
	if heard < accountTries || heard >= 2*accountTries {
		t.Errorf("%d of %d tries were heard", heard, len(errs))
	}
}

func TestSuccessForgetsTries(t *testing.T) {
	t.Parallel()
	s, email := system(t)
	for range 2 * accountTries {
		testkit.WantFault(t, try(t, s, email, "wrong horse battery", "192.0.2.1"), fault.Unauthenticated)
		signIn(t, s, email, "192.0.2.1")
	}
}

func TestEmailsAreComparedAsPeopleDo(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		" Ours@Example.ORG ":             "ours@example.org",
		"JO\u0308RG@b\u00fccher.example": "j\u00f6rg@b\u00fccher.example",
		"J\u00d6RG@B\u00dcCHER.example":  "j\u00f6rg@b\u00fccher.example",
		"m\u0130ke@example.org":          "m\u0130ke@example.org", // not mike
	} {
		if got := canonical(typed); got != want || checkEmail(typed) != "" {
			t.Errorf("%q is %q, want %q: %s", typed, got, want, checkEmail(typed))
		}
	}
	for _, wrong := range []string{
		"", "nobody", "a@", "@example.org", "A <a@example.org>", "a@example.org, b@example.org", "a@exam\u200bple.org",
		"\u212aate@example.org", "\uff41dmin@example.org", strings.Repeat("a", 250) + "@example.org", "a@example.org\x00",
	} {
		if checkEmail(wrong) == "" {
			t.Errorf("%q is an e-mail address", wrong)
		}
	}
}
