package es

import (
	"context"
	"maps"
)

// Status is how one projection is doing.
type Status struct {
	Name    string    `json:"name"`
	Version int       `json:"version"`
	At      Positions `json:"at"`
	// Lag is how many events are still to be folded.
	Lag uint64 `json:"lag"`
	// Follows tells that another process folds.
	Follows bool `json:"follows,omitempty"`
	// Parked is how many aggregates it goes on without, because an event of theirs could not be folded.
	Parked int `json:"parked,omitempty"`
	// Error is why it does not go on.
	Error string `json:"error,omitempty"`
}

// Status asks the logs how far the projection is behind.
func (r *Projector) Status(ctx context.Context) (Status, error) {
	r.mu.Lock()
	s := Status{Name: r.Name, Version: r.Version, At: maps.Clone(r.at), Follows: !r.leads, Parked: r.parked}
	if r.err != nil {
		s.Error = r.err.Error()
	}
	r.mu.Unlock()
	for log, seq := range s.At {
		last, err := r.conn.Last(ctx, log)
		if err != nil {
			return s, err
		}
		if last > seq {
			s.Lag += last - seq
		}
	}
	return s, nil
}
