package main

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services"
)

// services hears how all services are doing.
func (d *doctor) services(ctx context.Context, conn *es.Conn) {
	ctx, cancel := context.WithTimeout(ctx, 2*run.HealthEvery)
	defer cancel()
	told := make(chan run.Health, 100)
	stop, err := run.HealthSignal.Hear(conn, func(h run.Health) {
		select {
		case told <- h:
		default: // it is told again
		}
	})
	if err != nil {
		d.wrong("services", "try again", "%v", err)
		return
	}
	defer stop()
	if err := run.HealthAsked.Tell(conn, struct{}{}); err != nil {
		d.wrong("services", "try again", "%v", err)
		return
	}
	missing := map[string]bool{}
	for _, s := range services.All() {
		missing[s.Name] = true
	}
	for len(missing) > 0 {
		select {
		case h := <-told:
			if missing[h.Service] {
				delete(missing, h.Service)
				d.service(h)
			}
		case <-ctx.Done():
			for _, s := range services.All() {
				if missing[s.Name] {
					d.wrong("services", "start it: afterglow run "+s.Name, "%s does not answer", s.Name)
				}
			}
			return
		}
	}
}

// service says how one service is doing.
func (d *doctor) service(h run.Health) {
	var lag uint64
	var parked int
	var problems []string
	for _, p := range h.Projections {
		lag, parked = lag+p.Lag, parked+p.Parked
		if p.Error != "" {
			problems = append(problems, p.Name+": "+p.Error)
		}
	}
	switch {
	case len(problems) > 0:
		d.wrong("services", "mend what it says, or restart the service", "%s does not go on: %s", h.Service, strings.Join(problems, "; "))
	case !h.Ready:
		d.note("services", "wait until it has caught up", "%s starts, %d events behind", h.Service, lag)
	case parked > 0:
		d.wrong("services", "`afterglow dead` shows why, and tries again", "%s goes on without %d things, because an event could not be folded", h.Service, parked)
	default:
		d.ok("services", "%s answers, %d events behind", h.Service, lag)
	}
}

// letters counts what nobody has seen to.
func (d *doctor) letters(ctx context.Context, conn *es.Conn) {
	caller, err := ownerAccount(ctx, conn, false)
	if err != nil {
		d.note("letters", "", "%v", err)
		return
	}
	open := 0
	err = letters(ctx, conn, caller, "open", func(json.RawMessage, letter) error { open++; return nil })
	switch {
	case err != nil:
		d.wrong("letters", "start the service jobs", "they cannot be listed: %v", err)
	case open > 0:
		d.wrong("letters", "`afterglow dead` shows them, `afterglow dead retry --all` tries again", "%d events could not be handled", open)
	default:
		d.ok("letters", "all events could be handled")
	}
}
