package es

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
)

// The headers of a message schedule, as JetStream reads them.
const (
	headerSchedule       = "Nats-Schedule"
	headerScheduleTarget = "Nats-Schedule-Target"
	headerScheduleTTL    = "Nats-Schedule-TTL"
)

// keepFired is how long a wake-up stays on the log for those who react to it.
const keepFired = "168h"

// SetTimer puts an event on the log of wake-ups at a time, or at once when that has passed: once,
// whatever is started again meanwhile. An aggregate has one timer for a kind of event; setting it
// again moves it. Reactors act on the event as on any other. It may still come right after it was
// cancelled or moved, so whoever acts on it looks whether it is due.
func (c *Conn) SetTimer(ctx context.Context, owner string, e events.Event, at time.Time) error {
	d, err := newDraft(withoutCause(ctx), owner, e, []Option{At(at)})
	if err != nil {
		return err
	}
	if !d.log.Scheduled {
		return fmt.Errorf("timer %s: its log %s keeps no timers", events.Name(e), d.log.Name)
	}
	msg := &nats.Msg{Subject: scheduleOf(d), Header: d.msg.Header, Data: d.msg.Data}
	msg.Header.Del(jetstream.MsgIDHeader) // what is put on the log then is another message
	msg.Header.Set(headerSchedule, "@at "+at.UTC().Format(time.RFC3339Nano))
	msg.Header.Set(headerScheduleTarget, d.msg.Subject)
	msg.Header.Set(headerScheduleTTL, keepFired)
	d.msg, d.expect = msg, nil
	if _, err := c.publish(ctx, d); err != nil {
		return fmt.Errorf("timer %s: %w", events.Name(e), err)
	}
	return nil
}

// CancelTimer forgets a timer. One that is not set is no error.
func (c *Conn) CancelTimer(ctx context.Context, owner string, e events.Event) error {
	d, err := newDraft(withoutCause(ctx), owner, e, nil)
	if err != nil {
		return err
	}
	stream, err := c.stream(d.log.Name)
	if err == nil {
		err = stream.Purge(ctx, jetstream.WithPurgeSubject(scheduleOf(d)))
	}
	if err != nil {
		return fmt.Errorf("timer %s: %w", events.Name(e), err)
	}
	return nil
}

// Timer tells when a timer is due; false when it is not set.
func (c *Conn) Timer(ctx context.Context, owner string, e events.Event) (at time.Time, set bool, err error) {
	d, err := newDraft(withoutCause(ctx), owner, e, nil)
	if err != nil {
		return at, false, err
	}
	msg, err := c.lastOf(ctx, d.log.Name, scheduleOf(d))
	if err != nil || msg == nil {
		return at, false, err
	}
	text, found := strings.CutPrefix(msg.Header.Get(headerSchedule), "@at ")
	if !found {
		return at, false, errors.New("timer " + events.Name(e) + ": its schedule names no time")
	}
	at, err = time.Parse(time.RFC3339Nano, text)
	return at, err == nil, err
}

// scheduleOf is where a timer waits: a subject of six parts, so that it is no event yet.
func scheduleOf(d *draft) string {
	return d.log.Prefix + ".at." + strings.TrimPrefix(d.msg.Subject, d.log.Prefix+".")
}
