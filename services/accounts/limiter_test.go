package accounts

import (
	"fmt"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

func newLimiter(now *time.Time) *limiter {
	return &limiter{now: func() time.Time { return *now }, tries: map[string]tries{}, trusted: map[string]bool{}}
}

func TestWaitGrowsAndIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Now()
	l := newLimiter(&now)
	var waits []time.Duration
	for range 12 {
		began := now
		for l.take("A@example.org", "192.0.2.1") != nil {
			now = now.Add(time.Second)
		}
		waits = append(waits, now.Sub(began))
	}
	want := []time.Duration{0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60}
	for i := range waits {
		if waits[i] != want[i]*time.Second {
			t.Fatalf("the waits were %v", waits)
		}
	}
	now = now.Add(forgetAfter + longestWait)
	for range accountTries {
		if err := l.take("a@EXAMPLE.org", "192.0.2.1"); err != nil {
			t.Fatalf("a try after a long time: %v", err)
		}
	}
}

func TestOneHouseholdIsOneAddress(t *testing.T) {
	t.Parallel()
	now := time.Now()
	l := newLimiter(&now)
	for i := range addressTries {
		if err := l.take(fmt.Sprint(i), fmt.Sprintf("2001:db8::%x", i+1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.take("another", "2001:db8::ffff"); !fault.Is(err, fault.Limited) {
		t.Errorf("the household may try on: %v", err)
	}
	if err := l.take("another", "2001:db8:0:1::1"); err != nil {
		t.Errorf("another household may not try: %v", err)
	}
}

func TestSuccessForgetsTries(t *testing.T) {
	t.Parallel()
	now := time.Now()
	l := newLimiter(&now)
	for range 3 * addressTries {
		if err := l.take("a@example.org", "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
		l.succeeded("a@example.org", "192.0.2.1")
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	hash, err := hashPassword(t.Context(), "pässword of mine") // one character
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]bool{"pässword of mine": true, "pa\u0308ssword of mine": true, "password of mine": false} {
		if ok, err := checkHash(t.Context(), password, hash); ok != want || err != nil {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
	for _, broken := range []string{"", "x", "$argon2id$v=19$m=1,t=1,p=1$$", hash[:20], "$argon2id$v=18" + hash[len("$argon2id$v=19"):]} {
		if ok, err := checkHash(t.Context(), "", broken); ok || err == nil {
			t.Errorf("%q: %v, %v", broken, ok, err)
		}
	}
}
