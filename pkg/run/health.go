package run

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
)

const (
	// HealthEvery is how often every service tells how it is doing.
	HealthEvery = 2 * time.Second
	// checkWait is how long a part may take to answer before it counts as away.
	checkWait = HealthEvery / 2
)

// Health is how one running copy of a service is doing.
type Health struct {
	Service string `json:"service"`
	// Copy tells apart the processes that run the same service.
	Copy string `json:"copy"`
	// Ready is true when the tables have been caught up with once, and the endpoints answer.
	Ready bool `json:"ready"`
	// Log, Database and Objects tell whether the parts it works with answer. One that it has no use of
	// does.
	Log      bool `json:"log"`
	Database bool `json:"database"`
	Objects  bool `json:"objects"`

	Projections []es.Status        `json:"projections"`
	Reactors    []es.ReactorStatus `json:"reactors"`
	// Process that the copy runs in, and how many events it has appended since it started.
	Process  string `json:"process"`
	Appended uint64 `json:"appended"`
}

var (
	// HealthSignal is what every service tells, every two seconds and whenever it is asked.
	HealthSignal = api.Signal[Health]("health.told")
	// HealthAsked asks all services how they are doing.
	HealthAsked = api.Signal[struct{}]("health.asked")
)

// pulse tells how a service is doing.
type pulse struct {
	deps    *Deps
	service Service
	copy    string
	ready   atomic.Bool
	// due is signalled when it has to be told before its time.
	due chan struct{}
}

func newPulse(d *Deps, s Service) *pulse {
	return &pulse{deps: d, service: s, copy: es.NewID(), due: make(chan struct{}, 1)}
}

// soon has it told as soon as possible.
func (p *pulse) soon() {
	select {
	case p.due <- struct{}{}:
	default: // it will be
	}
}

// run tells it until the context ends.
func (p *pulse) run(ctx context.Context) error {
	stop, err := HealthAsked.Hear(p.deps.Logs, func(struct{}) { p.soon() })
	if err != nil {
		return err
	}
	defer stop()
	ticker := time.NewTicker(HealthEvery)
	defer ticker.Stop()
	for {
		h := p.look(ctx)
		if ctx.Err() != nil {
			return nil // it tells of the end, not of the parts
		}
		if err := HealthSignal.Tell(p.deps.Logs, h); err != nil {
			p.deps.Logger.Warn("health was not told", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-p.due:
		case <-ticker.C:
		}
	}
}

// look asks all parts at once.
func (p *pulse) look(ctx context.Context) Health {
	ctx, cancel := context.WithTimeout(ctx, checkWait)
	defer cancel()
	d := p.deps
	h := Health{
		Service: d.Service, Copy: p.copy, Ready: p.ready.Load(), Projections: make([]es.Status, len(d.projectors)),
		Reactors: make([]es.ReactorStatus, len(p.service.Reactors)), Process: process, Appended: d.Logs.Appended(),
	}
	var asking sync.WaitGroup
	ask := func(ok *bool, part string, check func() error) {
		asking.Go(func() {
			err := check()
			if *ok = err == nil; !*ok {
				d.Logger.Debug("part does not answer", "part", part, "err", err)
			}
		})
	}
	ask(&h.Log, "log", func() error {
		_, err := d.Logs.Last(ctx, events.Facts.Name)
		return err
	})
	ask(&h.Database, "database", func() error { return d.DB.Ping(ctx) })
	ask(&h.Objects, "objects", func() error {
		if !p.service.Objects {
			return nil
		}
		return d.Blob.Check(ctx)
	})
	for i, projector := range d.projectors {
		asking.Go(func() { h.Projections[i], _ = projector.Status(ctx) }) // fails as the log does
	}
	for i, reactor := range p.service.Reactors {
		asking.Go(func() { h.Reactors[i], _ = reactor.Status(ctx, d.Logs) }) // the same
	}
	asking.Wait()
	return h
}

// process tells this process from all others.
var process = es.NewID()
