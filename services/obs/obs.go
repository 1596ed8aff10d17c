// Package obs takes in what bridges tell of the OBS beside them, and knows how each of them stands.
package obs

import (
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// Service is the obs service.
var Service = run.Service{
	Name:        "obs",
	Doc:         "what happens in OBS, as the bridges beside it tell",
	Projections: []es.Projection{bridges},
	Endpoints:   []run.Endpoint{listBridges, takeEvents},
}
