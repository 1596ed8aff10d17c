package es

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Handler is what a projection or a reactor does with one kind of event. T is what it does it
// with: the transaction of a projection, or the dependencies of a reactor.
type Handler[T any] struct {
	// Event is the wire name of the event; empty for every event of Log.
	Event string
	// Log is where the event is kept.
	Log    string
	handle func(ctx context.Context, with T, e Event) error
}

// On routes one kind of event, told by the function's own argument.
func On[E events.Event, T any](f func(context.Context, T, E, Meta) error) Handler[T] {
	var zero E
	name := events.Name(zero)
	log, ok := events.LogOf(name)
	if !ok {
		panic(fmt.Sprintf("event %s is on no log: list it in package events", name))
	}
	return Handler[T]{Event: name, Log: log.Name, handle: func(ctx context.Context, with T, raw Event) error {
		if known := events.Version(zero); raw.Version > known {
			return fault.New(fault.Invalid, "it is %s in version %d, and this program knows version %d: update the program", name, raw.Version, known)
		}
		var e E
		if err := json.Unmarshal(raw.Data, &e); err != nil {
			return fault.New(fault.Invalid, "its body is not that of a %s: %v", name, err)
		}
		return f(ctx, with, e, raw.Meta)
	}}
}

// Any routes every event of a log.
func Any[T any](log events.Log, f func(context.Context, T, Event) error) Handler[T] {
	return Handler[T]{Log: log.Name, handle: f}
}

// routes finds the handlers of an event.
type routes[T any] struct {
	named map[string][]Handler[T]
	any   map[string][]Handler[T]
	logs  []string
}

func newRoutes[T any](handlers []Handler[T]) routes[T] {
	r := routes[T]{named: map[string][]Handler[T]{}, any: map[string][]Handler[T]{}}
	seen := map[string]bool{}
	for _, h := range handlers {
		if h.Event == "" {
			r.any[h.Log] = append(r.any[h.Log], h)
		} else {
			r.named[h.Event] = append(r.named[h.Event], h)
		}
		if !seen[h.Log] {
			seen[h.Log] = true
			r.logs = append(r.logs, h.Log)
		}
	}
	return r
}

// wants tells whether anything is done with the event.
func (r routes[T]) wants(e Event) bool {
	return e.Name != "" && (len(r.named[e.Name]) > 0 || len(r.any[e.Log]) > 0)
}

// dispatch gives the event to its handlers, and names it in their errors.
func (r routes[T]) dispatch(ctx context.Context, with T, e Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		if err != nil {
			err = fmt.Errorf("%s %s: %w", e.Name, e.Position, err)
		}
	}()
	for _, list := range [][]Handler[T]{r.named[e.Name], r.any[e.Log]} {
		for _, h := range list {
			if err := h.handle(ctx, with, e); err != nil {
				return err
			}
		}
	}
	return nil
}
