package accounts

import (
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

const (
	// accountTries and addressTries are free; every further one makes the wait for the next longer.
	accountTries = 5
	addressTries = 20
	// longestWait bounds the wait, so that nobody can lock somebody else out for good.
	longestWait = time.Minute
	// forgetAfter is when a key without tries is as good as new.
	forgetAfter = 15 * time.Minute
	// sweepAt is how many keys there are when the forgotten ones are thrown away.
	sweepAt = 10_000
)

// limiter slows down the guessing of passwords, by account and by network address.
type limiter struct {
	now func() time.Time

	mu    sync.Mutex
	tries map[string]tries
	// trusted are the pairs of account and address that have signed in. They are counted apart from
	// the account, so that a stranger's guessing does not keep its owner out.
	trusted map[string]bool
}

type tries struct {
	count       int
	last, until time.Time
}

// signIns counts those of the whole process.
var signIns = &limiter{now: time.Now, tries: map[string]tries{}, trusted: map[string]bool{}}

// take counts a try as a failed one; succeeded takes that back. Too many of them are fault.Limited.
func (l *limiter) take(email, address string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if len(l.tries) > sweepAt {
		for key, t := range l.tries {
			if now.Sub(t.last) > forgetAfter {
				delete(l.tries, key)
			}
		}
	}
	allowed := map[string]int{l.account(email, address): accountTries, network(address): addressTries}
	for key := range allowed {
		if wait := l.tries[key].until.Sub(now); wait > 0 {
			return fault.New(fault.Limited, "too many tries: wait %s and try again", wait.Truncate(time.Second)+time.Second)
		}
	}
	for key, free := range allowed {
		t := l.tries[key]
		if now.Sub(t.last) > forgetAfter {
			t = tries{}
		}
		t.count, t.last = t.count+1, now
		if over := t.count - free; over >= 0 {
			t.until = now.Add(min(time.Second<<min(over, 10), longestWait))
		}
		l.tries[key] = t
	}
	return nil
}

// succeeded forgets the failed tries of the account, and trusts the address with it.
func (l *limiter) succeeded(email, address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.tries, l.account(email, address))
	if t, ok := l.tries[network(address)]; ok {
		t.count, t.until = t.count-1, time.Time{}
		l.tries[network(address)] = t
	}
	if len(l.trusted) > sweepAt {
		clear(l.trusted)
	}
	l.trusted[pair(email, address)] = true
}

// account is what a try on the account counts for.
func (l *limiter) account(email, address string) string {
	if p := pair(email, address); l.trusted[p] {
		return p
	}
	return strings.ToLower(email)
}

func pair(email, address string) string { return strings.ToLower(email) + " at " + network(address) }

// network is the address, or of IPv6 the part that one household has.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
