package ledger

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// patience is how long folding up to a moment may take.
	patience = 30 * time.Second
	// atOnce is for how many callers it is done at the same time.
	atOnce = 2
)

// past folds the projections of all services up to a moment.
type past struct {
	list []Topic
	// makers are the projections that make a kind of live document, by the kind; byID are the kinds
	// of which there is one for each id.
	makers map[string]es.Projection
	byID   map[string]bool
	// places are for those who fold now; the others wait, no longer than patience.
	places   chan struct{}
	patience time.Duration
}

func newPast(services []run.Service) past {
	p := past{
		list: []Topic{}, makers: map[string]es.Projection{}, byID: map[string]bool{},
		places: make(chan struct{}, atOnce), patience: patience - 2*time.Second, // to tell while the caller still listens
	}
	for _, s := range services {
		for _, projection := range s.Projections {
			for _, d := range projection.Documents {
				p.makers[d.Topic], p.byID[d.Topic] = projection, d.ByID
				p.list = append(p.list, Topic{Topic: d.Topic, ByID: d.ByID, Service: s.Name, Events: projection.Events()})
			}
		}
	}
	return p
}

// Topic is a kind of live document.
type Topic struct {
	// Topic is the first part of what browsers subscribe to: "stream" for "stream/01J…".
	Topic string `json:"topic"`
	// ByID is true when there is one for each id, and false for an owner's only one.
	ByID bool `json:"byId"`
	// Service is the name of the service that makes the document.
	Service string `json:"service"`
	// Events are the wire names of the events that it may follow from; "FACTS/*" for a whole log.
	Events []string `json:"events"`
}

func (p past) topics(context.Context, *run.Deps, struct{}) (api.List[Topic], error) {
	return api.List[Topic]{Items: p.list}, nil
}

// GetState asks for a live document as it was.
type GetState struct {
	// Topic is what browsers subscribe to, for instance "stream/01J…".
	Topic string `query:"topic" json:"-"`
	// At is a position, for instance "FACTS/123", or a time such as 2026-01-31T20:00:00Z.
	At string `query:"at" json:"-"`
}

// moment reads At.
func (r GetState) moment() (es.Moment, error) {
	if at, err := time.Parse(time.RFC3339, r.At); err == nil {
		return es.Moment{Time: at}, nil
	}
	p, err := es.ParsePosition(r.At)
	if err == nil {
		if _, ok := events.LogNamed(p.Log); ok {
			return es.Moment{Position: p}, nil
		}
	}
	return es.Moment{}, fault.Field("at", "%.100q is neither a position such as FACTS/123 nor a time such as 2026-01-31T20:00:00Z", r.At)
}

// PastState is a live document as it was at a moment.
type PastState struct {
	Topic string `json:"topic"`
	At    string `json:"at"`
	// Positions is how far each log had come.
	Positions es.Positions `json:"positions"`
	// Value is what the document said; null when there was none.
	Value json.RawMessage `json:"value"`
}

func (p past) state(ctx context.Context, d *run.Deps, req GetState) (PastState, error) {
	kind, id, named := strings.Cut(req.Topic, "/")
	maker, ok := p.makers[kind]
	if !ok || named != p.byID[kind] || named && !events.IsToken(id) {
		return PastState{}, fault.Field("topic", "there is no state of %.100q; GET /api/log/topics lists of what there is", req.Topic)
	}
	at, err := req.moment()
	if err != nil {
		return PastState{}, err
	}
	tooLong := fault.New(fault.Unavailable, "folding everything up to that moment takes too long; choose an earlier one, or try again when there is less to do")
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	select {
	case p.places <- struct{}{}:
		defer func() { <-p.places }()
	case <-ctx.Done():
		return PastState{}, tooLong
	}
	live, err := d.Logs.StateAt(ctx, d.DB, maker, api.OwnerOf(ctx), req.Topic, at)
	switch {
	case ctx.Err() != nil:
		return PastState{}, tooLong
	case err != nil:
		return PastState{}, err
	}
	return PastState{Topic: req.Topic, At: req.At, Positions: live.Positions, Value: live.Value}, nil
}
