// Package series keeps the plans of streams that come again: when they come, and what is to be said of them.
package series

import (
	"embed"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

//go:embed vault/*.sql
var vault embed.FS

// Service is the series service.
var Service = run.Service{
	Name:        "series",
	Doc:         "plans of streams: when they come, in whose time zone, and what is prepared for them",
	Vault:       vault,
	Projections: []es.Projection{plans},
	Endpoints: []run.Endpoint{
		listSeries, getSeries, createSeries, changeSeries, deleteSeries,
		skipOccurrence, unskipOccurrence, listOccurrences, getCalendar,
		getAddress, makeAddress, endAddress, getShared,
	},
}
