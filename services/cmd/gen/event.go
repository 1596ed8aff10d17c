package main

import (
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/afterglow-live/afterglow/events"
)

// eventSchema is the JSON Schema of one event, in the order in which people read it.
type eventSchema struct {
	Comment     string                 `json:"$comment"`
	Schema      string                 `json:"$schema"`
	Title       string                 `json:"title"`
	Description string                 `json:"description,omitempty"`
	Log         string                 `json:"x-log"`
	Version     int                    `json:"x-version"`
	Type        string                 `json:"type"`
	Properties  any                    `json:"properties"`
	Required    []string               `json:"required,omitempty"`
	Definitions jsonschema.Definitions `json:"$defs,omitempty"`
}

// eventSchemas writes events/schema: a JSON Schema for each event of the logs.
func eventSchemas(src source, logs []events.Log) (files, error) {
	out := files{}
	for _, log := range logs {
		for _, e := range log.Events {
			s := newSchemas(src)
			t := reflect.TypeOf(e)
			schema := s.object(t)
			if err := s.err(); err != nil {
				return nil, fmt.Errorf("event %s: %w", events.Name(e), err)
			}
			text, err := writeJSON(eventSchema{
				Comment: generated, Schema: jsonschema.Version, Title: t.Name(), Description: schema.Description,
				Log: log.Name, Version: events.Version(e),
				Type: schema.Type, Properties: schema.Properties, Required: schema.Required, Definitions: s.defs,
			})
			if err != nil {
				return nil, fmt.Errorf("event %s: %w", events.Name(e), err)
			}
			out["events/schema/"+events.Name(e)+".json"] = text
		}
	}
	return out, nil
}

// eventTypes writes web/src/gen/events.ts: an interface for each event of the logs, and which wire
// name has which.
func eventTypes(src source, logs []events.Log) (files, error) {
	s := newSchemas(src)
	var list []line
	for _, log := range logs {
		for _, e := range log.Events {
			list = append(list, line{name: events.Name(e), kind: typeScript(s.of(reflect.TypeOf(e)), "")})
		}
	}
	if err := s.err(); err != nil {
		return nil, err
	}
	var out script
	out.header()
	out.definitions(s.defs)
	out.record("Events", "Events are the bodies of all events, by wire name.", list)
	return files{"web/src/gen/events.ts": out.Bytes()}, nil
}
