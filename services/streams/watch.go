package streams

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// WatchedStream is what everybody may know of a published stream.
type WatchedStream struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	// StartedAt is stream time zero on the wall clock.
	StartedAt time.Time `json:"startedAt"`
	// Duration in seconds, to the end of the last clip.
	Duration  float64 `json:"duration"`
	PosterURL string  `json:"posterUrl,omitempty"`
	// HLSURL plays the clips one after the other, without the gaps between them; absent while nothing
	// can be played.
	HLSURL string `json:"hlsUrl,omitempty"`
	// Complete tells that the stream is not live, and no clip is still on its way.
	Complete bool `json:"complete"`
	// Clips that can be played, in the order in which they are.
	Clips []WatchedClip `json:"clips"`
}

// WatchedClip is a clip of a published stream.
type WatchedClip struct {
	ID string `json:"id"`
	// Offset is the stream time in seconds at which the clip begins.
	Offset float64 `json:"offset"`
	// Duration in seconds.
	Duration float64 `json:"duration"`
	// Width and Height of the picture in pixels, as it is shown; absent without one.
	Width      int    `json:"width,omitempty"`
	Height     int    `json:"height,omitempty"`
	PosterURL  string `json:"posterUrl,omitempty"`
	SpritesURL string `json:"spritesUrl,omitempty"`
}

var watchStream = api.Get("/api/watch/{stream}", "shows everybody a published stream", api.Everybody,
	func(ctx context.Context, d *run.Deps, req GetStream) (WatchedStream, error) {
		var owner string
		err := d.DB.QueryRow(ctx, `select owner from stream where id = $1 and published`, req.Stream).Scan(&owner)
		if errors.Is(err, pgx.ErrNoRows) {
			return WatchedStream{}, noStream(req.Stream)
		}
		if err != nil {
			return WatchedStream{}, err
		}
		s, err := find(ctx, d.DB, owner, req.Stream)
		if err != nil {
			return WatchedStream{}, err
		}
		w := WatchedStream{
			ID: s.ID, Title: s.Title, StartedAt: s.StartedAt, Duration: s.Duration,
			PosterURL: s.PosterURL, HLSURL: s.HLSURL, Complete: s.State != "processing" && s.State != "live", Clips: []WatchedClip{},
		}
		for _, c := range s.Clips {
			if c.Playable {
				w.Clips = append(w.Clips, WatchedClip{
					ID: c.ID, Offset: c.Offset, Duration: c.Duration, Width: c.Width, Height: c.Height, PosterURL: c.PosterURL, SpritesURL: c.SpritesURL,
				})
			}
		}
		return w, nil
	})
