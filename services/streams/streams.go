// Package streams decides about streams and their markers, knows which clips belong to which, and lets what
// channels, OBS and a button say become one live stream.
package streams

import (
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Service is the streams service.
var Service = run.Service{
	Name:        "streams",
	Doc:         "streams, live and recorded, with their markers and their clips, on one clock",
	Projections: []es.Projection{library, live},
	Reactors:    []run.Reactor{home, onAir, waited, follow, mark},
	Endpoints: []run.Endpoint{
		listStreams, getStream, createStream, renameStream, deleteStream,
		publishStream, unpublishStream, watchStream,
		addMarker, removeMarker,
		getLive, startLive, stopLive, addLiveMarker,
	},
}
