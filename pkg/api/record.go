package api

import (
	"encoding/json"
	"time"

	"github.com/afterglow-live/afterglow/pkg/es"
)

// EventRecord is an event as people and programs outside see it.
type EventRecord struct {
	// Log and Seq are where the event is.
	Log     string `json:"log"`
	Seq     uint64 `json:"seq"`
	Subject string `json:"subject"`
	// Event is its wire name, for instance "clip.registered".
	Event   string `json:"event"`
	Version int    `json:"version"`
	ID      string `json:"id"`
	// Aggregate and AggregateID say what the event is about.
	Aggregate   string    `json:"aggregate"`
	AggregateID string    `json:"aggregateId"`
	Time        time.Time `json:"time"`
	// Actor is who did it: an account's id, or "reactor:<name>".
	Actor string `json:"actor,omitempty"`
	// Correlation is the id of what began it all; Causation is the id of the event that led to it.
	Correlation string `json:"correlation,omitempty"`
	Causation   string `json:"causation,omitempty"`
	// Data is the fact itself; what is no JSON is shown as a text.
	Data json.RawMessage `json:"data"`
}

// Record shows an event.
func Record(e es.Event) EventRecord {
	if !json.Valid(e.Data) {
		e.Data, _ = json.Marshal(string(e.Data))
	}
	return EventRecord{
		Log: e.Log, Seq: e.Seq, Subject: e.Subject, Event: e.Name, Version: e.Version, ID: e.ID,
		Aggregate: e.Aggregate, AggregateID: e.AggregateID, Time: e.Time, Actor: e.Actor,
		Correlation: e.Correlation, Causation: e.Causation, Data: e.Data,
	}
}
