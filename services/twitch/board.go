package twitch

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// board tells the log what can be heard: only when that has changed, and without keeping those waiting who
// hear it.
type board struct {
	link
	d *run.Deps

	mu sync.Mutex
	// now is what there is to hear; heard is false while it is nothing.
	now  standing
	told standing
	wake chan struct{}
}

// standing is what can be heard.
type standing struct {
	// Heard is nil unless something is, Silent unless nothing is; both are while nothing is known.
	Heard  *events.ConnectionHeard  `json:"heard,omitempty"`
	Silent *events.ConnectionSilent `json:"silent,omitempty"`
}

// same tells that there is nothing new to tell. Why nothing is heard is told once.
func (s standing) same(other standing) bool {
	switch {
	case s.Heard != nil && other.Heard != nil:
		return s.Heard.Transport == other.Heard.Transport && slices.Equal(s.Heard.Subscriptions, other.Heard.Subscriptions)
	case s.Silent != nil && other.Silent != nil:
		return s.Silent.Transport == other.Silent.Transport
	}
	return s == other
}

// hearing is which types are told.
func (s standing) hearing() hearing {
	var types hearing
	if s.Heard != nil {
		for _, sub := range s.Heard.Subscriptions {
			if sub.Status == enabled {
				types = append(types, sub.Type)
			}
		}
	}
	return types
}

// enabled is the status of a subscription that is told.
const enabled = "enabled"

func newBoard(d *run.Deps, l link) *board {
	return &board{link: l, d: d, wake: make(chan struct{}, 1)}
}

// begin takes over what was told before.
func (b *board) begin(told []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = json.Unmarshal(told, &b.told) // what cannot be read is told anew
	b.now = b.told
}

func (b *board) hearing() hearing {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now.hearing()
}

// heard tells that there is something to hear.
func (b *board) heard(transport string, list []events.Subscription) {
	b.set(standing{Heard: &events.ConnectionHeard{Connection: connection, Transport: transport, Subscriptions: list}})
}

// silent tells that there is nothing to hear.
func (b *board) silent(transport string, since time.Time, reason string) {
	b.set(standing{Silent: &events.ConnectionSilent{Connection: connection, Transport: transport, Since: since.UTC().Round(0), Reason: reason}})
}

func (b *board) set(s standing) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = s
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// revoked takes note of a type that is no longer told, of which the log is told by itself.
func (b *board) revoked(kind, status string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now, b.told = b.now.without(kind, status), b.told.without(kind, status)
}

// without is the same but for the status of one type.
func (s standing) without(kind, status string) standing {
	if s.Heard == nil {
		return s
	}
	changed := *s.Heard
	changed.Subscriptions = slices.Clone(changed.Subscriptions)
	for i, sub := range changed.Subscriptions {
		if sub.Type == kind {
			changed.Subscriptions[i].Status = status
		}
	}
	return standing{Heard: &changed}
}

// run tells until the context ends.
func (b *board) run(ctx context.Context) error {
	for failed := 0; ; {
		b.mu.Lock()
		next, told := b.now, b.told
		b.mu.Unlock()
		if next.same(told) {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-b.wake:
				continue
			}
		}
		if err := b.tell(ctx, next); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			failed++
			b.d.Logger.Warn("what can be heard was not told yet", "err", err)
			if !pause(ctx, machine{}, backOff(failed)) {
				return ctx.Err()
			}
			continue
		}
		failed = 0
		b.mu.Lock()
		b.told = next
		b.mu.Unlock()
	}
}

// tell tells the log, and keeps what was told for the one that comes after.
func (b *board) tell(ctx context.Context, s standing) error {
	return change(ctx, b.d, func(t *tx) error {
		text, err := json.Marshal(s)
		if err != nil {
			return err
		}
		if _, err := t.Exec(ctx, `insert into vault.twitch_heard (owner, channel, told) values ($1, $2, $3)
			on conflict (owner) do update set told = excluded.told`, b.Owner, b.Channel, text); err != nil {
			return fmt.Errorf("what can be heard: %w", err)
		}
		if s.Heard != nil {
			return t.Tell(ctx, b.Owner, actor, now(), *s.Heard)
		}
		return t.Tell(ctx, b.Owner, actor, now(), *s.Silent)
	})
}
