// Package clips takes recordings in, finds out what is in them, and makes them playable.
package clips

import (
	"embed"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

//go:embed vault/*.sql
var vault embed.FS

// Service is the clips service.
var Service = run.Service{
	Name:        "clips",
	Doc:         "uploads, clips, and what is known of each; makes them playable as HLS and DASH",
	Objects:     true,
	Projections: []es.Projection{catalog},
	Reactors:    []run.Reactor{probe, prepare, encode, pictures, schedule, redriven, clean, orphans, lapse},
	Work:        packaging,
	Endpoints: []run.Endpoint{
		startUpload, listUploads, getUpload, completeUpload, abortUpload,
		listClips, getClip, retryClip, cancelClip, pauseClip, resumeClip, prioritizeClip, deleteClip, getMedia,
		getStreamMedia, getSignedMedia, linkClip, linkStream, getStorage,
	},
	Vault: vault,
	Start: reap,
	Loop:  keepClear,
}

// packaging is the work on a clip.
var packaging = run.Work{
	Begins:    []events.Event{events.ClipRegistered{}, events.ClipRetried{}},
	Done:      []events.Event{events.ClipPackaged{}},
	Failed:    []events.Event{events.ClipRefused{}, events.ClipFailed{}},
	Cancelled: []events.Event{events.ClipDeleted{}},
}
