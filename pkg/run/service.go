// Package run is what a service is, and how services run: together in one process or each in its
// own, which nothing else may ask about.
package run

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// Service is a list of projections, reactors and endpoints that run together. It is a value that
// can be listed without running it.
type Service struct {
	Name string
	// Doc says in a sentence what the service decides and answers.
	Doc string
	// Projections are its tables; endpoints answer from these alone.
	Projections []es.Projection
	// Reactors are what it does in the outside world.
	Reactors []Reactor
	// Work tells which of its events begin and end the work on a thing; none tells that by its jobs alone.
	Work Work
	// Endpoints are the questions and commands that it answers.
	Endpoints []Endpoint
	// Feeds are the lists of events that browsers can subscribe to.
	Feeds []api.Feed
	// Authenticate tells who shows a credential; exactly one service knows.
	Authenticate func(ctx context.Context, d *Deps, c Credential) (api.Caller, error)
	// Vault are the goose migrations of its tables that are no facts: secrets, sessions, half-done
	// work. They are the files of its folder "vault", and live in the PostgreSQL schema of that name.
	Vault fs.FS
	// Objects is true when it reads or writes the object store.
	Objects bool
	// Images are the sites, such as https://pictures.example, that the service's pages show pictures from.
	Images func(Config) []string
	// Start is called once before anything runs, for what has to be there first.
	Start func(ctx context.Context, d *Deps) error
	// Loop is for a service that has a loop of its own: it runs until the context ends.
	Loop func(ctx context.Context, d *Deps) error
}

// Work is the work on one aggregate as a whole. It goes on from an event that begins it to the first one
// that ends it, also while no reactor has anything to do for it.
type Work struct {
	// Begins are the events that begin it, or begin it anew; like all of these, one empty value each.
	Begins []events.Event
	// Done are the events that end it well.
	Done []events.Event
	// Failed are the events that end it without success. It was cancelled when a person tells one, or a
	// reactor whose job was cancelled.
	Failed []events.Event
	// Cancelled are the events after which nobody wants it any more.
	Cancelled []events.Event
}

// Ends tells whether an event of this name ends the work.
func (w Work) Ends(name string) bool {
	return slices.ContainsFunc(slices.Concat(w.Done, w.Failed, w.Cancelled), func(e events.Event) bool { return events.Name(e) == name })
}

// Reactor is a reactor of a service.
type Reactor = es.Reactor[*Deps]

// Endpoint is an endpoint of a service.
type Endpoint = api.Endpoint[*Deps]

// Select finds services by name; all of them when no name is given. An unknown name is an error
// that lists the known ones.
func Select(services []Service, names []string) ([]Service, error) {
	if len(names) == 0 {
		return services, nil
	}
	byName := map[string]Service{}
	var known []string
	for _, s := range services {
		byName[s.Name] = s
		known = append(known, s.Name)
	}
	var chosen []Service
	for _, name := range names {
		s, ok := byName[name]
		if !ok {
			return nil, fmt.Errorf("there is no service %q; there are %s", name, strings.Join(known, ", "))
		}
		chosen = append(chosen, s)
	}
	return chosen, nil
}
