package run_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var toy = run.Service{Name: "toy", Doc: "a toy"}

// A connection to NATS that has ended for good ends the process, which can then be started again.
func TestRunEndsWithItsConnection(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- run.Run(t.Context(), p, []run.Service{toy}, func() { close(ready) }) }()
	<-ready
	p.Logs.NATS().Close()
	if err := <-done; err == nil || !strings.Contains(err.Error(), "start again") {
		t.Fatalf("got %v", err)
	}
}

func TestSelectNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	all := []run.Service{toy, {Name: "other"}}
	if chosen, err := run.Select(all, []string{"other"}); err != nil || len(chosen) != 1 || chosen[0].Name != "other" {
		t.Errorf("got %v, %v", chosen, err)
	}
	if _, err := run.Select(all, []string{"nope"}); err == nil || !strings.Contains(err.Error(), "toy, other") {
		t.Errorf("got %v", err)
	}
}

// A part that goes away while services run ends none of them.
func TestServiceBeginsAgain(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	runs, done := make(chan error), make(chan error, 1)
	service := run.Service{Name: "toy", Doc: "a toy", Loop: func(ctx context.Context, _ *run.Deps) error {
		select {
		case err := <-runs:
			return err
		case <-ctx.Done():
			return nil
		}
	}}
	ready := make(chan struct{})
	go func() { done <- run.Run(t.Context(), p, []run.Service{service}, func() { close(ready) }) }()
	<-ready
	runs <- fault.New(fault.Unavailable, "the database is away")
	runs <- fmt.Errorf("asking the database: %w", syscall.EPIPE)
	runs <- errors.New("this is wrong")
	if err := <-done; err == nil || !strings.Contains(err.Error(), "service toy: this is wrong") {
		t.Fatalf("got %v", err)
	}
}

// Commands about one aggregate take turns, and each sees what the one before has done.
func TestDecideTakesTurns(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	seen := make(chan uint64, 10)
	service := run.Service{Name: "toy", Doc: "a toy", Start: func(ctx context.Context, d *run.Deps) error {
		for range 10 {
			_, err := d.Decide(ctx, "o1", "stream", "s1", func(ctx context.Context) (events.Event, error) {
				version, err := d.Logs.Version(ctx, events.Facts, "o1", "stream", "s1")
				seen <- version.Seq
				return events.StreamRenamed{Stream: "s1", Title: "x"}, err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}}
	testkit.Start(t, p, service)
	for i := range uint64(10) {
		if got := <-seen; got != i {
			t.Errorf("decision %d was made on version %d", i, got)
		}
	}
	if last, err := p.Logs.Version(t.Context(), events.Facts, "o1", "stream", "s1"); err != nil || last != (es.Position{Log: "FACTS", Seq: 10}) {
		t.Errorf("version %v, %v", last, err)
	}
}
