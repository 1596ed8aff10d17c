// Package clips takes recordings in, finds out what is in them, and makes them playable.
package clips

import (
	"embed"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

//go:embed vault/*.sql
var vault embed.FS

// Service is the clips service.
var Service = run.Service{
	Name:        "clips",
	Doc:         "uploads, clips, and what is known of each; makes HLS, DASH, posters and sprites",
	Objects:     true,
	Projections: []es.Projection{catalog},
	Reactors:    []run.Reactor{probe, pack, lapse},
	Endpoints: []run.Endpoint{
		startUpload, getUpload, completeUpload, abortUpload,
		listClips, getClip, retryClip, getMedia,
	},
	Vault: vault,
	Start: sweep,
}
