package main

import (
	"context"
	"encoding/json"
	"time"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// promptly is how soon a marker has to be set to be one of this moment.
const promptly = 2 * time.Second

// air is what is on air, or was last.
type air struct {
	Stream    string     `json:"stream"`
	StartedAt *time.Time `json:"startedAt"`
	EndedAt   *time.Time `json:"endedAt"`
}

// covers tells whether the stream was live then.
func (a air) covers(at time.Time) bool {
	return a.Stream != "" && a.StartedAt != nil && !a.StartedAt.After(at) && (a.EndedAt == nil || !a.EndedAt.Before(at))
}

// mark sets a marker: at this moment of what is on air, or, when the platform was away meanwhile, at the
// time of the stream at which it was flagged.
func (b *obsBridge) mark(ctx context.Context, p platform, m flagged) error {
	p = p.keyed("obs-" + m.ID)
	var err error
	if time.Since(m.At) < promptly {
		err = p.call(ctx, "POST /api/live/markers", nil, map[string]string{"label": m.Label, "source": "obs"}, nil)
	} else {
		var now air
		if err := p.call(ctx, "GET /api/live", nil, nil, &now); err != nil {
			return err
		}
		if !now.covers(m.At) {
			return fault.New(fault.Conflict, "nothing was live then")
		}
		err = p.call(ctx, "POST /api/streams/{stream}/markers", map[string]string{"stream": now.Stream},
			map[string]any{"label": m.Label, "at": m.At.Sub(*now.StartedAt).Seconds()}, nil)
	}
	if fault.Is(err, fault.KeyReused) { // it was set before, the other way
		return nil
	}
	return err
}

// markerIn finds a marker in what somebody broadcasts: {"afterglow":"marker","label":"…"}.
func markerIn(data json.RawMessage) (label string, ok bool) {
	var custom struct {
		Data struct {
			Afterglow string `json:"afterglow"`
			Label     string `json:"label"`
		} `json:"eventData"`
	}
	if json.Unmarshal(data, &custom) != nil || custom.Data.Afterglow != "marker" {
		return "", false
	}
	if custom.Data.Label == "" {
		return "Marker", true
	}
	return custom.Data.Label, true
}
