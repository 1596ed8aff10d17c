package accounts

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Tries to sign in are counted in the vault, for all replicas together: for the account, for the
// network they come from, and for the network at the account. What waits is the account's whole
// number of tries, so that many networks cannot guess together; but a network's own first tries at
// an account do not wait for it, so that nobody can keep its owner out.
const (
	// accountTries and networkTries are free; every further one makes the wait for the next longer.
	accountTries = 5
	networkTries = 20
	// longestWait bounds the wait.
	longestWait = time.Minute
	// forgetAfter is when tries are forgotten if no others follow.
	forgetAfter = 15 * time.Minute
)

// counter is how many tries there were for one thing.
type counter struct {
	key         []byte
	count       int
	last, until time.Time
}

// add counts a try, of which so many are free.
func (c *counter) add(at time.Time, free int) {
	c.count, c.last = c.count+1, at
	if over := c.count - free; over >= 0 {
		c.until = at.Add(min(time.Second<<min(over, 10), longestWait))
	}
}

// tryKeys are what a try counts for.
func tryKeys(email, address string) (account, network, pair []byte) {
	near := networkOf(address)
	return secretHash("account " + email), secretHash("network " + near), secretHash("network " + near + " account " + email)
}

// countTry counts a try as a failed one; forgetTries takes that back. Too many are fault.Limited.
func countTry(ctx context.Context, d *run.Deps, a stored, address string) error {
	at := now()
	accountKey, networkKey, pairKey := tryKeys(a.Email, address)
	var limited *fault.Error
	err := pgx.BeginFunc(ctx, d.DB, func(begun pgx.Tx) error {
		counters, err := lockCounters(ctx, begun, at, accountKey, networkKey, pairKey)
		if err != nil {
			return err
		}
		account, network, pair := counters[0], counters[1], counters[2]
		wait := network.until.Sub(at)
		if pair.count >= accountTries {
			wait = max(wait, account.until.Sub(at))
		}
		if wait > 0 {
			limited = fault.New(fault.Limited, "too many tries: wait %s and try again", wait.Truncate(time.Second)+time.Second).After(wait)
			return nil
		}
		account.add(at, accountTries)
		network.add(at, networkTries)
		pair.add(at, accountTries)
		if account.count == accountTries+1 && a.ID != "" {
			// The log is told later, so that an account takes as long as none.
			if err := outbox.Keep(ctx, begun, a.owner, "", at, events.SignInsLimited{Account: a.ID}); err != nil {
				return err
			}
		}
		batch := &pgx.Batch{}
		for _, c := range counters {
			batch.Queue("update vault.tries set count = $2, last_at = $3, until = $4 where key = $1", c.key, c.count, c.last, c.until)
		}
		return begun.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return fmt.Errorf("counting tries: %w", err)
	}
	if limited != nil {
		return limited
	}
	return nil
}

// lockCounters are the counters of the keys, in their order; nobody else changes them meanwhile.
func lockCounters(ctx context.Context, begun pgx.Tx, at time.Time, keys ...[]byte) ([]*counter, error) {
	sorted := slices.SortedFunc(slices.Values(keys), bytes.Compare) // the same order for all, so that none waits for another
	found := map[string]*counter{}
	for _, key := range sorted {
		c := &counter{key: key}
		err := begun.QueryRow(ctx, `insert into vault.tries (key, count, last_at, until) values ($1, 0, $2, $2)
			on conflict (key) do update set key = excluded.key returning count, last_at, until`, key, at).
			Scan(&c.count, &c.last, &c.until)
		if err != nil {
			return nil, err
		}
		if at.Sub(c.last) > forgetAfter {
			c.count = 0
		}
		found[string(key)] = c
	}
	var list []*counter
	for _, key := range keys {
		list = append(list, found[string(key)])
	}
	return list, nil
}

// forgetTries forgets the failed tries of an account that has signed in.
func forgetTries(ctx context.Context, d *run.Deps, a stored, address string) error {
	account, network, pair := tryKeys(a.Email, address)
	batch := &pgx.Batch{}
	batch.Queue("delete from vault.tries where key = any($1)", [][]byte{account, pair})
	batch.Queue("update vault.tries set count = greatest(count - 1, 0), until = last_at where key = $1", network)
	if err := d.DB.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("counting tries: %w", err)
	}
	return nil
}

// networkOf is the address, or of IPv6 the part that one household has.
func networkOf(address string) string {
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
