package streams

import (
	"context"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

var publishStream = api.Post("/api/streams/{stream}/publish", "lets everybody watch a stream", api.Editors,
	func(ctx context.Context, d *run.Deps, req GetStream) (Stream, error) {
		return setPublished(ctx, d, req.Stream, true, events.StreamPublished{Stream: req.Stream})
	}).Versioned("stream")

var unpublishStream = api.Post("/api/streams/{stream}/unpublish", "lets only those watch a stream who are signed in", api.Editors,
	func(ctx context.Context, d *run.Deps, req GetStream) (Stream, error) {
		return setPublished(ctx, d, req.Stream, false, events.StreamUnpublished{Stream: req.Stream})
	}).Versioned("stream")

func setPublished(ctx context.Context, d *run.Deps, stream string, published bool, e events.Event) (Stream, error) {
	p, err := decide(ctx, d, api.OwnerOf(ctx), stream, func(now current) (events.Event, error) {
		if now.published == published {
			return nil, nil
		}
		return e, nil
	})
	if err != nil {
		return Stream{}, err
	}
	return after(ctx, d, p, stream)
}

var deleteStream = api.Delete("/api/streams/{stream}", "deletes a stream with its markers and its clips", api.Editors,
	func(ctx context.Context, d *run.Deps, req GetStream) (api.None, error) {
		p, err := decide(ctx, d, api.OwnerOf(ctx), req.Stream, func(now current) (events.Event, error) {
			if now.live {
				return nil, fault.New(fault.Conflict, "the stream is live; end it first")
			}
			return events.StreamDeleted{Stream: req.Stream}, nil
		})
		if err != nil {
			return api.None{}, err
		}
		return api.None{}, d.WaitFor(ctx, p)
	}).Versioned("stream")
