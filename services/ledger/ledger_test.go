package ledger_test

import (
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/ledger"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var ours = testkit.Owner("ours")

// An event shows what led to it and what came of it.
func TestChainOfCauseAndEffect(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, ledger.Service)
	var cause *es.Meta
	var last es.Position
	for _, e := range []events.Event{
		events.ClipRegistered{Clip: "c1", Name: "a.mkv"}, events.ClipProbed{Clip: "c1"}, events.ClipPackaged{Clip: "c1"},
	} {
		ctx := t.Context()
		if cause != nil {
			ctx = es.Because(ctx, *cause)
		}
		at, err := p.Logs.Append(ctx, "ours", e)
		if err != nil {
			t.Fatal(err)
		}
		written, err := p.Logs.Read(ctx, at)
		if err != nil {
			t.Fatal(err)
		}
		cause, last = &written.Meta, at
	}
	var detail ledger.EventDetail
	if _, err := s.Call(t, ours, "GET /api/events/{log}/{seq}", testkit.Params("log", "FACTS", "seq", "2"), &detail, last); err != nil {
		t.Fatal(err)
	}
	if detail.Event.Event != "clip.probed" || len(detail.Causes) != 1 || detail.Causes[0].Event != "clip.registered" ||
		len(detail.Effects) != 1 || detail.Effects[0].Event != "clip.packaged" || detail.Effects[0].Causation != detail.Event.ID {
		t.Errorf("detail %+v", detail)
	}
	_, err := s.Call(t, testkit.Owner("theirs"), "GET /api/events/{log}/{seq}", testkit.Params("log", "FACTS", "seq", "2"), nil)
	testkit.WantFault(t, err, fault.NotFound)
	_, err = s.Call(t, ours, "GET /api/events/{log}/{seq}", testkit.Params("log", "FACTS", "seq", "99"), nil)
	testkit.WantFault(t, err, fault.NotFound)
}

// The list can be narrowed down and paged, on every log.
func TestListOfEvents(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, ledger.Service)
	var last es.Position
	for range 5 {
		for _, e := range []events.Event{events.StreamRenamed{Stream: "s1"}, events.MarkerAdded{Stream: "s2"}, events.JobProgressed{Job: "j1"}} {
			at, err := p.Logs.Append(t.Context(), "ours", e)
			if err != nil {
				t.Fatal(err)
			}
			if at.Log == "FACTS" {
				last = at
			}
		}
	}
	list := func(params ...string) api.List[api.EventRecord] {
		t.Helper()
		var page api.List[api.EventRecord]
		if _, err := s.Call(t, ours, "GET /api/events", testkit.Params(params...), &page, last); err != nil {
			t.Fatal(err)
		}
		return page
	}
	if page := list(); len(page.Items) != 10 || page.Items[0].Seq != 10 || page.Next != "" {
		t.Errorf("all: %d events, next %q", len(page.Items), page.Next)
	}
	page := list("event", "stream.marker_added", "limit", "3")
	if len(page.Items) != 3 || page.Next == "" {
		t.Fatalf("page: %d events, next %q", len(page.Items), page.Next)
	}
	if rest := list("event", "stream.marker_added", "before", page.Next); len(rest.Items) != 2 {
		t.Errorf("rest: %d events", len(rest.Items))
	}
	if page := list("aggregate", "stream", "aggregateId", "s1"); len(page.Items) != 5 {
		t.Errorf("of one aggregate: %d events", len(page.Items))
	}
	if page := list("log", "TICKS", "limit", "2"); len(page.Items) != 2 || page.Items[0].Seq != 5 {
		t.Errorf("ticks: %+v", page.Items)
	}
	_, err := s.Call(t, ours, "GET /api/events", testkit.Params("log", "NOPE"), nil)
	testkit.WantFault(t, err, fault.Invalid)
}
