package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// Run runs the services until the context ends or one of them fails. It calls ready once, when the
// tables of all have caught up with the logs and all endpoints answer.
func Run(ctx context.Context, p Platform, services []Service, ready func()) error {
	stop, err := startTracing(ctx, p.Version)
	if err != nil {
		return err
	}
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	started := make(chan struct{}, len(services))
	for _, s := range services {
		group.Go(func() error {
			if err := runAlways(ctx, p, s, func() { started <- struct{}{} }); err != nil && !errors.Is(err, context.Canceled) {
				return fmt.Errorf("service %s: %w", s.Name, err)
			}
			return nil
		})
	}
	group.Go(func() error {
		select {
		case <-ctx.Done():
			return nil
		case <-p.Logs.Closed():
			return errEnded
		}
	})
	group.Go(func() error {
		for range services {
			select {
			case <-started:
			case <-ctx.Done():
				return nil
			}
		}
		ready()
		return nil
	})
	err = group.Wait()
	select {
	case <-p.Logs.Closed(): // whoever noticed it first
		return errEnded
	default:
		return err
	}
}

var errEnded = errors.New("the connection to NATS has ended for good; start again")

// patience is how long a service waits at its start for a part that is starting too.
const patience = time.Minute

// runAlways runs a service, and again when it has ended because a part of the platform is away: as long as
// that lasts, but at its start no longer than people wait to be told. It calls ready once.
func runAlways(ctx context.Context, p Platform, s Service, ready func()) error {
	var ran atomic.Bool
	first := sync.OnceFunc(ready)
	for began := time.Now(); ; {
		err := runOne(ctx, p, s, func() {
			ran.Store(true)
			first()
		})
		if !es.Away(err) || ctx.Err() != nil || !ran.Load() && time.Since(began) > patience {
			return err
		}
		p.Logger.Warn("a service begins again, as a part of the platform is away", "service", s.Name, "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func runOne(ctx context.Context, p Platform, s Service, ready func()) error {
	d, err := open(ctx, p, s)
	if err != nil {
		return err
	}
	defer d.DB.Close()
	group, ctx := errgroup.WithContext(ctx)
	pulse := newPulse(d, s)
	group.Go(func() error { return pulse.run(ctx) })
	for _, projector := range d.projectors {
		group.Go(func() error { return projector.Run(ctx) })
	}
	group.Go(func() error {
		if err := catchUp(ctx, d); err != nil {
			return err
		}
		if s.Start != nil {
			if err := s.Start(ctx, d); err != nil {
				return err
			}
		}
		for _, reactor := range s.Reactors {
			group.Go(func() error { return es.RunReactor(ctx, d.Logs, reactor, d) })
		}
		if s.Loop != nil {
			group.Go(func() error { return s.Loop(ctx, d) })
		}
		endpoints := slices.Clone(s.Endpoints)
		if s.Authenticate != nil {
			endpoints = append(endpoints, authenticate(s))
		}
		server, err := api.Serve(context.WithoutCancel(ctx), d.Logs, s.Name, s.Doc, semantic(p.Version),
			endpoints, d, d.WaitFor, d.Logger)
		if err != nil {
			return err
		}
		pulse.ready.Store(true)
		pulse.soon()
		ready()
		<-ctx.Done()
		return server.Stop()
	})
	return group.Wait()
}

// lookEvery is how often it is asked where the logs end, while their tables catch up: what was there
// may not be kept any more.
const lookEvery = 5 * time.Second

// catchUp waits until the tables have come to where the logs are now.
func catchUp(ctx context.Context, d *Deps) error {
	for _, projector := range d.projectors {
		for behind := true; behind; {
			status, err := projector.Status(ctx)
			if err != nil {
				return err
			}
			behind = false
			for log := range status.At {
				last, err := d.Logs.Last(ctx, log)
				if err != nil {
					return err
				}
				waiting, cancel := context.WithTimeout(ctx, lookEvery)
				err = projector.WaitFor(waiting, es.Position{Log: log, Seq: last})
				cancel()
				if ctx.Err() != nil {
					return ctx.Err()
				}
				behind = behind || err != nil
			}
		}
	}
	return nil
}

// semantic is a version in the form that the micro protocol asks for.
func semantic(version string) string {
	var major, minor, patch int
	if n, _ := fmt.Sscanf(version, "v%d.%d.%d", &major, &minor, &patch); n == 3 {
		return fmt.Sprintf("%d.%d.%d", major, minor, patch)
	}
	return "0.0.0"
}
