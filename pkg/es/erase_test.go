package es_test

import (
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// What is about a person can be taken off the log; what happened cannot.
func TestErase(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	gone, err := p.Logs.Append(t.Context(), "ours", events.MessageSent{Channel: "c1", Message: "m1", Text: "a secret"})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := p.Logs.Append(t.Context(), "ours", events.MessageSent{Channel: "c1", Message: "m2", Text: "no secret"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // once more changes nothing
		if err := p.Logs.Erase(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Logs.Read(t.Context(), gone); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is still there: %v", err)
	}
	if _, err := p.Logs.Read(t.Context(), kept); err != nil {
		t.Error(err)
	}
	fact, err := p.Logs.Append(t.Context(), "ours", events.StreamCreated{Stream: "s1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Logs.Erase(t.Context(), es.Position{Log: fact.Log, Seq: fact.Seq}); err == nil {
		t.Error("a fact was erased")
	}
}
