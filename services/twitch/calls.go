package twitch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"time"

	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

const (
	// checkEvery is how often it is looked whether Twitch still sends everything.
	checkEvery = 10 * time.Minute
	// pending is the status of a subscription whose webhook Twitch has not tried yet.
	pending = "webhook_callback_verification_pending"
	// pendingCheck is when it is looked again whether Twitch has tried it.
	pendingCheck = time.Second
)

// answerCalls lets Twitch send what happens to the webhook, and sees to it that it goes on doing so, until
// the context ends.
func (l *listener) answerCalls(ctx context.Context) error {
	heard := false
	for failed := 0; ; {
		list, err := l.hook(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && !anyTold(list) && !isPending(list) {
			err = fmt.Errorf("nothing is sent to the webhook: %s", firstReason(list))
		}
		wait := checkEvery
		switch {
		case err != nil:
			failed++
			wait = backOff(failed)
			l.d.Logger.Warn("nothing is heard from twitch", "channel", l.Channel, "err", err)
			l.board.silent("webhook", l.stopped(err), err.Error())
			heard = false
		case anyTold(list):
			failed = 0
			if !heard {
				heard = true
				l.resumed()
			}
			l.board.heard("webhook", statuses(list))
		}
		if len(untold(list)) > 0 {
			wait = min(wait, againAfter)
		}
		if isPending(list) {
			wait = min(wait, pendingCheck)
		}
		if err := l.attend(ctx, wait); err != nil {
			return err
		}
	}
}

// attend waits, unless somebody wants it to be looked at once. As long as Twitch may send something to the
// webhook, whichever process that is in, it is heard.
func (l *listener) attend(ctx context.Context, d time.Duration) error {
	passed, stop := after(l.clock, d)
	defer stop()
	for {
		tick, stop := after(l.clock, markEvery)
		select {
		case <-ctx.Done():
			stop()
			return ctx.Err()
		case <-tick:
			l.heard(l.clock.Now())
			continue
		case <-passed:
		case <-l.again:
		}
		stop()
		return nil
	}
}

// hook subscribes to what is not subscribed to yet, and answers how all stand.
func (l *listener) hook(ctx context.Context) ([]subscription, error) {
	callback := l.d.Config.URL() + webhookPath
	if !reachable(callback) {
		return nil, errors.New("the webhook is not at an https address that Twitch can reach: set AFTERGLOW_PUBLIC_URL to one, or AFTERGLOW_TWITCH_TRANSPORT to websocket")
	}
	secret, err := l.ears.webhookSecret(ctx, l.d)
	if err != nil {
		return nil, err
	}
	client := asApp(l.d, l.Owner)
	there, err := client.Subscriptions(ctx)
	if err != nil {
		return nil, err
	}
	fresh, err := signedWith(ctx, l.d, l.link, secret)
	if err != nil {
		return nil, err
	}
	var list []subscription
	var open []subject
	for _, s := range grantedSubjects(l.Scopes) {
		adopted := false
		for _, sub := range there {
			if sub.Type != s.Type || sub.Transport.Callback != callback || !sameCondition(sub.Condition, s.condition(l.Channel)) {
				continue
			}
			if fresh && !adopted && sub.Version == s.Version && (sub.Status == enabled || sub.Status == pending) {
				adopted = true
				list = append(list, outcome(s, sub, nil))
			} else if err := client.DeleteSubscription(ctx, sub.ID); err != nil {
				return nil, err
			}
		}
		if !adopted {
			open = append(open, s)
		}
	}
	made := subscribe(ctx, client, l.Channel, open, helix.Transport{Method: "webhook", Callback: callback, Secret: string(secret)})
	if err := keepSigned(ctx, l.d, l.link, secret); err != nil {
		return nil, err
	}
	return ordered(append(list, made...)), nil
}

// reachable tells whether something may be sent to an address: by Twitch, or by what stands in for it on
// this machine.
func reachable(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "https" || err == nil && ip.IsLoopback()
}

// sameCondition compares conditions, in which Twitch also tells the names that were left empty.
func sameCondition(there, want map[string]string) bool {
	there = maps.Clone(there)
	maps.DeleteFunc(there, func(_, value string) bool { return value == "" })
	return maps.Equal(there, want)
}

// ordered are subscriptions in the order of the subjects, so that the same ones are told alike.
func ordered(list []subscription) []subscription {
	var sorted []subscription
	for _, s := range subjects {
		for _, each := range list {
			if each.Type == s.Type && each.Condition[0] == s.Condition[0] {
				sorted = append(sorted, each)
			}
		}
	}
	return sorted
}

func isPending(list []subscription) bool {
	for _, s := range list {
		if s.status.Status == pending {
			return true
		}
	}
	return false
}

func firstReason(list []subscription) string {
	for _, s := range list {
		if s.status.Reason != "" {
			return s.status.Reason
		}
	}
	return "there is nothing that may be told"
}

// signedWith tells whether the subscriptions that there are were made with the secret. Twitch does not tell.
func signedWith(ctx context.Context, d *run.Deps, l link, secret []byte) (bool, error) {
	var before []byte
	if err := d.DB.QueryRow(ctx, "select signed from vault.twitch_heard where owner = $1", l.Owner).Scan(&before); err != nil {
		return false, fmt.Errorf("secret of the webhook: %w", err)
	}
	sum := sha256.Sum256(secret)
	return bytes.Equal(before, sum[:]), nil
}

// keepSigned keeps what they are made with now, as a hash.
func keepSigned(ctx context.Context, d *run.Deps, l link, secret []byte) error {
	sum := sha256.Sum256(secret)
	if _, err := d.DB.Exec(ctx, "update vault.twitch_heard set signed = $2 where owner = $1", l.Owner, sum[:]); err != nil {
		return fmt.Errorf("secret of the webhook: %w", err)
	}
	return nil
}
