package es_test

import (
	"context"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// A timer that is due wakes its reactor once, one that was moved only then, and one that was
// cancelled never; what waits outlives those who set it.
func TestTimers(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	woken := make(chan string, 10)
	sleeper := reacting(run.Reactor{Name: "toy-wake", Doc: "wakes", Quiet: true, Handle: []es.Handler[*run.Deps]{
		es.On(func(_ context.Context, _ *run.Deps, e events.UploadLapsed, m es.Meta) error {
			if m.ID == "" || m.Owner != "o1" {
				t.Errorf("woken by %+v", m)
			}
			woken <- e.Upload
			return nil
		}),
	}})
	set := func(upload string, in time.Duration) {
		if err := p.Logs.SetTimer(t.Context(), "o1", events.UploadLapsed{Upload: upload}, time.Now().Add(in)); err != nil {
			t.Fatal(err)
		}
	}
	s := testkit.Start(t, p, sleeper)
	set("cancelled", time.Minute)
	set("moved-away", time.Minute)
	set("moved-here", time.Hour)
	set("past", -time.Hour)
	if got := <-woken; got != "past" {
		t.Errorf("woken by %s", got)
	}
	s.Stop(t)
	set("moved-away", time.Hour)
	set("moved-here", time.Second)
	if err := p.Logs.CancelTimer(t.Context(), "o1", events.UploadLapsed{Upload: "cancelled"}); err != nil {
		t.Fatal(err)
	}
	if err := p.Logs.CancelTimer(t.Context(), "o1", events.UploadLapsed{Upload: "never-set"}); err != nil {
		t.Fatal(err)
	}
	next(t, p.Logs, events.Timers, "upload.lapsed")
	testkit.Start(t, p, sleeper)
	if got := <-woken; got != "moved-here" {
		t.Errorf("woken by %s", got)
	}
	set("last", 1500*time.Millisecond)
	if got := <-woken; got != "last" {
		t.Errorf("woken by %s", got)
	}
	for upload, want := range map[string]bool{"moved-away": true, "cancelled": false, "last": false} {
		at, set, err := p.Logs.Timer(t.Context(), "o1", events.UploadLapsed{Upload: upload})
		if err != nil || set != want || set && time.Until(at) < 30*time.Minute {
			t.Errorf("timer %s is set: %v, for %s, %v", upload, set, at, err)
		}
	}
	if err := p.Logs.SetTimer(t.Context(), "o1", renamed("x"), time.Now()); err == nil {
		t.Error("a log without timers took one")
	}
}
