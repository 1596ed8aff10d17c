package main

import (
	"fmt"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// logConfigs writes nats/logs: each log as `nats stream add --config` reads it. The format has no
// room for a comment.
func logConfigs(logs []events.Log) (files, error) {
	out := files{}
	for _, log := range logs {
		text, err := writeJSON(es.Config(log))
		if err != nil {
			return nil, fmt.Errorf("log %s: %w", log.Name, err)
		}
		out["nats/logs/"+log.Name+".json"] = text
	}
	return out, nil
}
