// Package streams decides about streams and their markers, and knows which clips belong to which.
package streams

import (
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Service is the streams service.
var Service = run.Service{
	Name:        "streams",
	Doc:         "streams, their markers and their clips, on one clock",
	Projections: []es.Projection{library},
	Reactors:    []run.Reactor{home},
	Endpoints: []run.Endpoint{
		listStreams, getStream, createStream, renameStream, deleteStream,
		publishStream, unpublishStream, watchStream,
		addMarker, removeMarker,
	},
}
