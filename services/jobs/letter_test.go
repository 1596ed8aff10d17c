package jobs_test

import (
	"fmt"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/jobs"
)

const getLetter, redriveLetter = "GET /api/letters/{letter}", "POST /api/letters/{letter}/redrive"

func (d *desk) letters(who api.Caller, params ...string) api.List[jobs.Letter] {
	d.t.Helper()
	page, err := ask[api.List[jobs.Letter]](d, who, "GET /api/letters", params...)
	if err != nil {
		d.t.Fatal(err)
	}
	return page
}

// A parked event is shown with its letter; asking for another try tells its projection, as often as
// somebody asks, until it is folded.
func TestParkedEvent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	e := d.tell(t.Context(), "ours", events.StreamRenamed{Stream: "s1", Title: "an evening"})
	d.tell(t.Context(), "ours", events.LetterParked{Letter: "p1", Projection: "streams_library", Position: e.Position.String(), Name: e.Name, Reason: "no such row"})
	l, err := ask[jobs.LetterDetail](d, ours, getLetter, "letter", "p1")
	if err != nil || l.Kind != "parked" || l.State != "open" || l.Source != "streams_library" || l.Event != "stream.renamed" ||
		l.Position != e.Position.String() || l.Reason != "no such row" || string(l.Data) != string(e.Data) {
		t.Fatalf("%+v, %v", l, err)
	}
	for _, endpoint := range []string{getLetter, redriveLetter} {
		_, err = ask[jobs.LetterDetail](d, theirs, endpoint, "letter", "p1")
		testkit.WantFault(t, err, fault.NotFound)
		_, err = ask[jobs.LetterDetail](d, ours, endpoint, "letter", "no.token")
		testkit.WantFault(t, err, fault.NotFound)
	}
	for range 2 {
		l, err = ask[jobs.LetterDetail](d, ours, redriveLetter, "letter", "p1")
		if err != nil || l.State != "open" || l.RedrivenAt == nil {
			t.Fatalf("%+v, %v", l, err)
		}
	}
	asked, err := d.Logs.Read(t.Context(), es.Position{Log: "DEAD", Seq: 3})
	if want := fmt.Sprintf(`{"letter":"p1","reactor":"","position":"%s"}`, e.Position); err != nil || string(asked.Data) != want || asked.Actor != "ours" {
		t.Errorf("the log says %s by %s, %v", asked.Data, asked.Actor, err)
	}
	d.tell(t.Context(), "ours", events.LetterUnparked{Letter: "p1", Projection: "streams_library"})
	_, err = ask[jobs.LetterDetail](d, ours, redriveLetter, "letter", "p1")
	testkit.WantFault(t, err, fault.Conflict)
	if done := d.letters(ours, "state", "done"); len(done.Items) != 1 {
		t.Errorf("%+v", done)
	}
}

// Letters of a quiet reactor, and of one that no service has any more, are letters like any other.
func TestLetterWithoutAJob(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cause := d.tell(t.Context(), "ours", events.StreamCreated{Stream: "s1", Title: "an evening"})
	d.tell(t.Context(), "ours", events.LetterBuried{
		Letter: "b1", Reactor: "long-gone", Position: cause.Position.String(), Name: cause.Name, Attempts: 5, Reason: "it broke", Body: cause.Data,
	})
	if list := d.list(ours); len(list) != 0 {
		t.Errorf("jobs: %+v", list)
	}
	l, err := ask[jobs.LetterDetail](d, ours, redriveLetter, "letter", "b1")
	if err != nil || l.State != "redriven" || l.Attempts != 5 || string(l.Data) != string(cause.Data) {
		t.Errorf("%+v, %v", l, err)
	}
	_, err = ask[jobs.LetterDetail](d, ours, redriveLetter, "letter", "b1")
	testkit.WantFault(t, err, fault.Conflict)
}

// Many letters come page by page, each once, narrowed down as asked, to their owner alone.
func TestPagesOfLetters(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range 25 {
		d.tell(t.Context(), "ours", events.LetterParked{Letter: fmt.Sprintf("p%02d", i), Projection: "streams_library", Position: "FACTS/1", Name: "stream.created", Reason: "no"})
		d.tell(t.Context(), "ours", events.LetterBuried{Letter: fmt.Sprintf("b%02d", i), Reactor: "worker-probe", Position: "FACTS/1", Name: "clip.registered", Body: []byte("{}")})
		d.tell(t.Context(), "theirs", events.LetterBuried{Letter: fmt.Sprintf("b%02d", i), Reactor: "worker-probe", Position: "FACTS/1", Name: "clip.registered", Body: []byte("{}")})
	}
	for want, params := range map[int][]string{
		50: nil, 25: {"kind", "parked"}, 0: {"source", "nobody"},
	} {
		seen := map[string]bool{}
		for cursor := ""; ; {
			page := d.letters(ours, append(params, "limit", "7", "cursor", cursor)...)
			for _, l := range page.Items {
				if seen[l.ID] {
					t.Errorf("letter %s came twice", l.ID)
				}
				seen[l.ID] = true
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(seen) != want {
			t.Errorf("%v: %d letters, want %d", params, len(seen), want)
		}
	}
	if open := d.letters(theirs, "state", "open", "kind", "buried", "source", "worker-probe", "limit", "200"); len(open.Items) != 25 {
		t.Errorf("theirs: %d letters", len(open.Items))
	}
	for _, wrong := range [][]string{{"kind", "x"}, {"state", "x"}, {"cursor", "x"}} {
		_, err := ask[api.List[jobs.Letter]](d, ours, "GET /api/letters", wrong...)
		testkit.WantFault(t, err, fault.Invalid)
	}
	viewer := api.Caller{Account: "v", Owner: "ours", Role: api.Viewer}
	_, err := ask[api.List[jobs.Letter]](d, viewer, "GET /api/letters")
	testkit.WantFault(t, err, fault.Forbidden)
}
