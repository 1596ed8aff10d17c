package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/bits"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// healthTopic is what clients subscribe to, to be told what is down.
	healthTopic = "health"
	// awayAfter is how long a service may not be heard of.
	awayAfter = 3 * run.HealthEvery
	// lagStep is by how many events a lag has to change for clients to be told.
	lagStep = 100
)

// HealthDocument is the live document that says what is down. It is every gateway's own, and the same
// for all accounts.
var HealthDocument = es.Document{Topic: healthTopic, Value: reflect.TypeFor[Health]()}

// Health is how the platform is doing, as far as this gateway hears.
type Health struct {
	// OK is true when all parts are.
	OK bool `json:"ok"`
	// Parts are "log", "database" and "objects", and then the services by their names.
	Parts []HealthPart `json:"parts"`
}

// HealthPart is how one part of the platform is doing.
type HealthPart struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Reason is a sentence that says what is wrong.
	Reason string `json:"reason,omitempty"`
	// Lag is roughly how many events the tables of a service are behind the logs.
	Lag uint64 `json:"lag"`
	// Parked is how many things a service goes on without, because an event could not be folded.
	Parked int `json:"parked,omitempty"`
}

// health folds what the services tell of themselves.
type health struct {
	deps     *run.Deps
	services []run.Service
	changed  chan struct{}
	// met is closed when every service has been ready once.
	met chan struct{}

	mu sync.Mutex
	// missing are the services that have not been ready yet.
	missing map[string]bool
	// copies are the running copies of the services that were heard of lately.
	copies map[string]copyHealth
	// newest is when anything was heard last; back is when that was for the first time after a silence.
	// While nothing at all is heard, nothing new is known of the services.
	newest, back time.Time
	// shown is what the clients know.
	shown es.Live
	shape string
}

type copyHealth struct {
	run.Health
	at time.Time
}

func newHealth(d *run.Deps, services []run.Service) *health {
	h := &health{
		deps: d, services: services, changed: make(chan struct{}, 1), met: make(chan struct{}),
		missing: map[string]bool{}, copies: map[string]copyHealth{}, newest: time.Now(), back: time.Now(),
	}
	for _, service := range services {
		h.missing[service.Name] = true
	}
	h.show()
	return h
}

// run listens until the context ends, and tells of every change.
func (h *health) run(ctx context.Context, tell func(es.Live)) error {
	stop, err := run.HealthSignal.Hear(h.deps.Logs, h.hear)
	if err != nil {
		return err
	}
	defer stop()
	if err := run.HealthAsked.Tell(h.deps.Logs, struct{}{}); err != nil {
		return err
	}
	ticker := time.NewTicker(run.HealthEvery / 2)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-h.changed:
		case <-ticker.C:
		}
		if h.show() {
			tell(h.live())
		}
	}
}

func (h *health) hear(told run.Health) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	if now.Sub(h.newest) > awayAfter {
		h.back = now
	}
	h.newest = now
	h.copies[told.Copy] = copyHealth{told, now}
	for id, c := range h.copies {
		if now.Sub(c.at) > awayAfter && now.Sub(h.back) > awayAfter {
			delete(h.copies, id)
		}
	}
	select {
	case h.changed <- struct{}{}:
	default: // it will be looked at
	}
	if told.Ready && h.missing[told.Service] {
		if delete(h.missing, told.Service); len(h.missing) == 0 {
			close(h.met)
		}
	}
}

// running are the copies of all services that were heard of lately.
func (h *health) running() []run.Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []run.Health
	for _, c := range h.copies {
		if time.Since(c.at) <= awayAfter {
			list = append(list, c.Health)
		}
	}
	return list
}

// of are the copies of a service. The lock is held.
func (h *health) of(service string) []copyHealth {
	var list []copyHealth
	for _, c := range h.copies {
		if c.Service == service {
			list = append(list, c)
		}
	}
	return list
}

// show folds what was heard, and tells whether clients have to know.
func (h *health) show() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	now, shape := h.fold(time.Now()), ""
	for _, p := range now.Parts {
		shape += fmt.Sprint(p.Name, p.OK, p.Reason, p.Parked, bits.Len64(p.Lag/lagStep), "\n")
	}
	if shape == h.shape {
		return false
	}
	value, _ := json.Marshal(now)
	rev := max(uint64(time.Now().UnixMicro()), h.shown.Rev+1) // grows across restarts and gateways
	h.shape, h.shown = shape, es.Live{Topic: healthTopic, Rev: rev, Value: value}
	return true
}

// live is the document that clients subscribe to.
func (h *health) live() es.Live {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.shown
}

// fold tells how all parts are doing. The lock is held.
func (h *health) fold(now time.Time) Health {
	log := HealthPart{Name: "log", OK: h.deps.Logs.NATS().IsConnected() && now.Sub(h.newest) <= awayAfter}
	database, objects := HealthPart{Name: "database", OK: true}, HealthPart{Name: "objects", OK: true}
	for _, c := range h.copies {
		log.OK, database.OK, objects.OK = log.OK && c.Log, database.OK && c.Database, objects.OK && c.Objects
	}
	for _, p := range []*HealthPart{&log, &database, &objects} {
		if !p.OK {
			p.Reason = "it does not answer; everything goes on by itself once it does"
		}
	}
	all := Health{OK: true, Parts: []HealthPart{log, database, objects}}
	for _, service := range h.services {
		all.Parts = append(all.Parts, h.service(service.Name).part())
	}
	for _, p := range all.Parts {
		all.OK = all.OK && p.OK
	}
	return all
}

// service folds what the copies of a service tell. The lock is held.
func (h *health) service(name string) ServiceHealth {
	s := ServiceHealth{Service: name, Projections: []es.Status{}}
	copies := h.of(name)
	switch {
	case len(copies) > 0:
	case h.newest.Sub(h.back) <= awayAfter:
		s.unknown, s.Error = true, "it was not heard of yet"
		return s
	default:
		s.Error = "it does not run, or cannot be reached"
		return s
	}
	for _, c := range copies {
		s.Ready = s.Ready || c.Ready
		s.Projections = append(s.Projections, c.Projections...)
	}
	if !s.Ready {
		s.Error = "it is starting"
	}
	s.Projections = foremost(s.Projections)
	for _, p := range s.Projections {
		if p.Error != "" {
			s.Ready, s.Error = false, "projection "+p.Name+" does not go on; the log of the service says why"
		}
	}
	return s
}

// foremost keeps one status of each projection: the one of the copy that is furthest, with the error
// of any.
func foremost(list []es.Status) []es.Status {
	kept := []es.Status{}
	index := map[string]int{}
	for _, p := range list {
		i, ok := index[p.Name]
		if !ok {
			index[p.Name] = len(kept)
			kept = append(kept, p)
			continue
		}
		other := kept[i]
		if p.Lag < other.Lag {
			p, other = other, p
		}
		other.Error, other.Parked = cmp.Or(other.Error, p.Error), max(other.Parked, p.Parked)
		kept[i] = other
	}
	return kept
}

// Readiness is how the platform is doing, with the details of every service.
type Readiness struct {
	Health
	Services []ServiceHealth `json:"services"`
}

// ServiceHealth is how one service is doing.
type ServiceHealth struct {
	Service string `json:"service"`
	// Ready is true when the service answers and all its projections go on.
	Ready       bool        `json:"ready"`
	Projections []es.Status `json:"projections"`
	// Error is why the service is not ready.
	Error string `json:"error,omitempty"`
	// unknown is true while it was not heard of, but for no longer than that may take.
	unknown bool
}

func (s ServiceHealth) part() HealthPart {
	p := HealthPart{Name: s.Service, OK: s.Ready || s.unknown}
	if !p.OK {
		p.Reason = s.Error
	}
	for _, projection := range s.Projections {
		p.Lag += projection.Lag
		p.Parked += projection.Parked
	}
	return p
}

// readiness waits for every service to become ready at a start, but not for long.
func (h *health) readiness(ctx context.Context) Readiness {
	select {
	case <-h.met:
	case <-time.After(run.HealthEvery / 2):
	case <-ctx.Done():
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	all := Readiness{Health: h.fold(time.Now()), Services: []ServiceHealth{}}
	for _, service := range h.services {
		all.Services = append(all.Services, h.service(service.Name))
	}
	return all
}

// getHealth tells that the process lives.
func getHealth(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// getReady tells how the platform is doing; 503 unless all parts are well.
func (s *server) getReady(c echo.Context) error {
	ready := s.health.readiness(c.Request().Context())
	status := http.StatusOK
	for i, h := range ready.Services {
		ready.OK = ready.OK && h.Ready
		for j := range h.Projections {
			ready.Services[i].Projections[j].Error = "" // it may name what only the log should
		}
	}
	if !ready.OK {
		status = http.StatusServiceUnavailable
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(status, ready)
}
