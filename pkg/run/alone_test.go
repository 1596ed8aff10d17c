package run_test

import (
	"context"
	"sync"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// Of two processes one works, and the other takes over when it has ended.
func TestAlone(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	service := run.Service{Name: "toys"}
	deps := func() *run.Deps {
		pool, err := p.Tables(t.Context(), service)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		return &run.Deps{Platform: p, Service: "toys", DB: pool}
	}
	first, second := make(chan struct{}), make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		_ = deps().Alone(ctx, "work", func(ctx context.Context) error {
			close(first)
			<-ctx.Done()
			return ctx.Err()
		})
	})
	<-first
	running.Go(func() {
		if err := deps().Alone(t.Context(), "work", func(context.Context) error {
			close(second)
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	select {
	case <-second:
		t.Error("two work at once")
	default:
	}
	stop()
	<-second
	running.Wait()
}

// Who works is told when somebody else may have taken over.
func TestAloneNoMore(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	pool, err := p.Tables(t.Context(), run.Service{Name: "toys"})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	d := &run.Deps{Platform: p, Service: "toys", DB: pool}
	turns := 0
	err = d.Alone(t.Context(), "work", func(ctx context.Context) error {
		if turns++; turns == 2 {
			return nil
		}
		if _, err := pool.Exec(ctx, `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'afterglow toys alone' and datname = current_database()`); err != nil {
			t.Error(err)
		}
		<-ctx.Done()
		return ctx.Err()
	})
	if err != nil || turns != 2 {
		t.Errorf("%d turns: %v", turns, err)
	}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	key, err := run.ParseKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	if err != nil {
		t.Fatal(err)
	}
	d := &run.Deps{Platform: run.Platform{Config: run.Config{SecretKey: key}}}
	sealed, err := d.Seal("twitch", []byte("a token"))
	if err != nil {
		t.Fatal(err)
	}
	if open, err := d.Unseal("twitch", sealed); err != nil || string(open) != "a token" {
		t.Errorf("it opens as %q: %v", open, err)
	}
	if _, err := d.Unseal("youtube", sealed); !fault.Is(err, fault.Unavailable) {
		t.Errorf("another name opens it: %v", err)
	}
	if _, err := (&run.Deps{}).Seal("twitch", []byte("a token")); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without a key: %v", err)
	}
	for _, bad := range []string{"", "short", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="} {
		if _, err := run.ParseKey(bad); err == nil {
			t.Errorf("%q is taken for a key", bad)
		}
	}
}
