package main

import (
	"context"
	"encoding/json"
	"slices"
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
	heard, missing := map[string]run.Health{}, map[string]bool{}
	for _, s := range services.All() {
		missing[s.Name] = true
	}
	for waiting := true; waiting && len(missing) > 0; {
		select {
		case h := <-told:
			heard[h.Service] = h
			delete(missing, h.Service)
		case <-ctx.Done():
			waiting = false
		}
	}
	for _, s := range services.All() {
		if h, ok := heard[s.Name]; ok {
			d.service(h)
			continue
		}
		remedy := "stop `afterglow up` and start it again"
		if d.outer {
			remedy = "start it: afterglow run " + s.Name
		}
		d.wrong("services", remedy, "%s does not answer", s.Name)
	}
}

// service says how one service is doing.
func (d *doctor) service(h run.Health) {
	var lag, parked uint64
	var problems, away []string
	for part, there := range map[string]bool{"nats": h.Log, "database": h.Database, "s3": h.Objects} {
		if !there {
			away = append(away, part)
		}
	}
	slices.Sort(away)
	for _, p := range h.Projections {
		lag, parked = lag+p.Lag, parked+uint64(p.Parked)
		if p.Error != "" {
			problems = append(problems, p.Name+": "+p.Error)
		}
	}
	behind := count(lag, "event") + " behind"
	switch {
	case len(away) > 0:
		d.wrong("services", "mend that first; the service goes on by itself then", "%s runs, but gets no answer from: %s", h.Service, strings.Join(away, ", "))
	case len(problems) > 0:
		d.wrong("services", "mend what it says, or restart the service", "%s does not go on: %s", h.Service, strings.Join(problems, "; "))
	case !h.Ready:
		d.wrong("services", "wait until it has caught up", "%s does not answer yet, %s", h.Service, behind)
	case parked > 0:
		d.warn("services", "look at `afterglow dead`: it shows why, and tries again", "%s goes on without %s, because an event could not be folded", h.Service, count(parked, "thing"))
	default:
		d.ok("services", "%s answers, %s", h.Service, behind)
	}
}

// letters counts what nobody has seen to.
func (d *doctor) letters(ctx context.Context, conn *es.Conn) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	caller, err := ownerAccount(ctx, conn, false)
	if err != nil {
		d.note("letters", "", "%v", err)
		return
	}
	var open uint64
	err = letters(ctx, conn, caller, "open", func(json.RawMessage, letter) error { open++; return nil })
	switch {
	case err != nil:
		d.wrong("letters", "see what is said of the service jobs and of the database", "they cannot be listed: %v", err)
	case open > 0:
		d.warn("letters", "look at `afterglow dead`, which shows them; `afterglow dead retry --all` tries again", "%s could not be handled", count(open, "event"))
	default:
		d.ok("letters", "all events could be handled")
	}
}
