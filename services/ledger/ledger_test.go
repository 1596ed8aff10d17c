package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/ledger"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var ours, theirs = testkit.Owner("ours"), testkit.Owner("theirs")

// book is the ledger of a test, with what the test has put on the logs.
type book struct {
	*testkit.System
	t    *testing.T
	told map[string]es.Position
}

func newBook(t *testing.T) *book {
	t.Helper()
	return &book{System: testkit.Start(t, testkit.Platform(t), ledger.Service(nil)), t: t, told: map[string]es.Position{}}
}

func (b *book) tell(ctx context.Context, owner string, e events.Event, opts ...es.Option) es.Event {
	b.t.Helper()
	at, err := b.Logs.Append(ctx, owner, e, opts...)
	if err != nil {
		b.t.Fatal(err)
	}
	written, err := b.Logs.Read(b.t.Context(), at)
	if err != nil {
		b.t.Fatal(err)
	}
	b.told[at.Log] = at
	return written
}

// because puts an effect of an event on its log.
func (b *book) because(cause es.Event, e events.Event) es.Event {
	b.t.Helper()
	return b.tell(es.Because(b.t.Context(), cause.Meta), cause.Owner, e)
}

// get asks when the index has everything that was told.
func get[T any](b *book, who api.Caller, endpoint string, params ...string) (T, error) {
	b.t.Helper()
	var out T
	for _, at := range b.told {
		if _, err := b.Call(b.t, who, endpoint, testkit.Params(params...), &out, at); err != nil {
			return out, err
		}
	}
	return out, nil
}

func (b *book) list(who api.Caller, params ...string) ledger.EventPage {
	b.t.Helper()
	page, err := get[ledger.EventPage](b, who, "GET /api/events", params...)
	if err != nil {
		b.t.Fatal(err)
	}
	return page
}

func (b *book) detail(e es.Event) ledger.EventDetail {
	b.t.Helper()
	detail, err := get[ledger.EventDetail](b, ours, "GET /api/events/{log}/{seq}", "log", e.Log, "seq", fmt.Sprint(e.Seq))
	if err != nil {
		b.t.Fatal(err)
	}
	return detail
}

func names(list []api.EventRecord) (names []string) {
	for _, e := range list {
		names = append(names, e.Event)
	}
	return names
}

// An event shows what led to it and what came of it, over all logs, to its owner alone.
func TestChainOfCauseAndEffect(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	root := b.tell(t.Context(), "ours", events.ClipRegistered{Clip: "c1", Name: "a.mkv"})
	probed := b.because(root, events.ClipProbed{Clip: "c1"})
	b.because(probed, events.ClipPackaged{Clip: "c1"})
	buried := b.because(probed, events.LetterBuried{Letter: "l1", Body: []byte("{}")})
	b.because(buried, events.LetterRedriven{Letter: "l1"})
	b.tell(t.Context(), "ours", events.StreamRenamed{Stream: "s1"})

	detail := b.detail(probed)
	if detail.Event.ID != probed.ID || fmt.Sprint(names(detail.Causes)) != "[clip.registered]" || detail.CausesCut || detail.EffectsCut {
		t.Errorf("detail %+v", detail)
	}
	effects := map[string]string{}
	for _, e := range detail.Effects {
		effects[e.Event] = e.Causation
	}
	if len(effects) != 3 || effects["clip.packaged"] != probed.ID || effects["letter.buried"] != probed.ID || effects["letter.redriven"] != buried.ID ||
		detail.Effects[2].Event != "letter.redriven" {
		t.Errorf("effects %+v", detail.Effects)
	}
	if causes := names(b.detail(buried).Causes); fmt.Sprint(causes) != "[clip.registered clip.probed]" {
		t.Errorf("causes %v", causes)
	}
	_, err := get[ledger.EventDetail](b, theirs, "GET /api/events/{log}/{seq}", "log", "FACTS", "seq", "2")
	testkit.WantFault(t, err, fault.NotFound)
	for _, nowhere := range [][]string{{"log", "FACTS", "seq", "99"}, {"log", "NOPE", "seq", "1"}} {
		_, err = get[ledger.EventDetail](b, ours, "GET /api/events/{log}/{seq}", nowhere...)
		testkit.WantFault(t, err, fault.NotFound)
	}
}

// A chain that is too long is shown as far as it goes from the event, and says that it goes on.
func TestLongChainIsCut(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	chain := []es.Event{b.tell(t.Context(), "ours", events.MarkerAdded{Stream: "s1"})}
	for range 250 {
		chain = append(chain, b.because(chain[len(chain)-1], events.MarkerAdded{Stream: "s1"}))
	}
	first := b.detail(chain[0])
	if len(first.Effects) != 200 || !first.EffectsCut || first.CausesCut || first.Effects[0].ID != chain[1].ID || first.Effects[199].ID != chain[200].ID {
		t.Errorf("%d effects, cut %v", len(first.Effects), first.EffectsCut)
	}
	last := b.detail(chain[250])
	if len(last.Causes) != 200 || !last.CausesCut || last.EffectsCut || last.Causes[0].ID != chain[50].ID || last.Causes[199].ID != chain[249].ID {
		t.Errorf("%d causes, cut %v", len(last.Causes), last.CausesCut)
	}
}

// The list can be narrowed down by all that an event says of itself, on every log.
func TestListIsNarrowedDown(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	evening := time.Date(2026, 1, 31, 20, 0, 0, 0, time.UTC)
	var first es.Event
	for i := range 5 {
		at := es.At(evening.Add(time.Duration(i) * time.Minute))
		first = b.tell(es.As(t.Context(), "anna"), "ours", events.StreamRenamed{Stream: "s1"}, at)
		b.tell(es.As(t.Context(), "bert"), "ours", events.MarkerAdded{Stream: "s2"}, at)
		b.tell(es.As(t.Context(), "anna"), "ours", events.JobProgressed{Job: "j1"}, at)
		b.tell(es.As(t.Context(), "anna"), "ours", events.LetterUnparked{Letter: "l1"}, at)
		b.tell(es.As(t.Context(), "anna"), "ours", events.UploadLapsed{Upload: "u1"}, at)
		b.tell(t.Context(), "theirs", events.StreamRenamed{Stream: "s1"}, at)
		b.tell(t.Context(), "theirs", events.JobProgressed{Job: "j1"}, at)
	}
	b.because(first, events.MarkerRemoved{Stream: "s2"})
	for _, c := range []struct {
		want   int
		params []string
	}{
		{11, nil},
		{11, []string{"log", "facts"}},
		{5, []string{"name", "stream.renamed"}},
		{11, []string{"aggregate", "stream"}},
		{5, []string{"aggregate", "stream", "aggregateId", "s1"}},
		{5, []string{"actor", "bert"}},
		{2, []string{"correlation", first.Correlation}},
		{4, []string{"since", "2026-01-31T20:01:00Z", "until", "2026-01-31T20:03:00Z"}},
		{2, []string{"since", "2026-01-31T21:01:00+01:00", "until", "2026-01-31T21:02:00+01:00"}},
		{5, []string{"log", "TICKS"}},
		{2, []string{"log", "TICKS", "since", "2026-01-31T20:03:00Z", "actor", "anna", "aggregateId", "j1"}},
		{0, []string{"log", "TICKS", "name", "job.other"}},
		{5, []string{"log", "DEAD"}},
		{5, []string{"log", "TIMERS"}},
	} {
		if page := b.list(ours, c.params...); len(page.Items) != c.want || page.Next != "" || page.Previous != "" {
			t.Errorf("%v: %d events, want %d", c.params, len(page.Items), c.want)
		}
	}
	for _, log := range []string{"FACTS", "TICKS"} {
		for _, e := range b.list(theirs, "log", log).Items {
			if e.Subject[5:11] != "theirs" {
				t.Errorf("%s: they see %s", log, e.Subject)
			}
		}
	}
	for _, wrong := range [][]string{{"log", "NOPE"}, {"cursor", "x"}, {"cursor", api.Cursor("-1", "true")}, {"since", "yesterday"}, {"before", "7"}} {
		_, err := get[ledger.EventPage](b, ours, "GET /api/events", wrong...)
		testkit.WantFault(t, err, fault.Invalid)
	}
}

// One can leaf through the events in both directions, on a log with an index and on one without,
// while more happens.
func TestPagesInBothDirections(t *testing.T) {
	t.Parallel()
	for log, e := range map[string]events.Event{"FACTS": events.StreamRenamed{Stream: "s1"}, "TICKS": events.JobProgressed{Job: "j1"}} {
		t.Run(log, func(t *testing.T) {
			t.Parallel()
			b := newBook(t)
			for range 10 {
				b.tell(t.Context(), "ours", e)
			}
			page := func(cursor string) ledger.EventPage {
				t.Helper()
				return b.list(ours, "log", log, "limit", "4", "cursor", cursor)
			}
			want := func(p ledger.EventPage, seqs string, previous, next bool) {
				t.Helper()
				var got []uint64
				for _, e := range p.Items {
					got = append(got, e.Seq)
				}
				if fmt.Sprint(got) != seqs || (p.Previous != "") != previous || (p.Next != "") != next {
					t.Errorf("%v, previous %q, next %q; want %s, %v, %v", got, p.Previous, p.Next, seqs, previous, next)
				}
			}
			newest := page("")
			want(newest, "[10 9 8 7]", false, true)
			older := page(newest.Next)
			want(older, "[6 5 4 3]", true, true)
			oldest := page(older.Next)
			want(oldest, "[2 1]", true, false)
			b.tell(t.Context(), "ours", e)
			want(page(oldest.Previous), "[6 5 4 3]", true, true)
			back := page(older.Previous)
			want(back, "[10 9 8 7]", true, true)
			want(page(back.Previous), "[11]", false, true)
		})
	}
}

// What somebody wrote on a log that is no event of ours stands in nobody's way.
func TestBodyThatIsNoJSON(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	if err := b.Logs.NATS().Publish("fact.ours.stream.s1.renamed", []byte("no \"JSON\"")); err != nil {
		t.Fatal(err)
	}
	b.tell(t.Context(), "ours", events.StreamRenamed{Stream: "s1"})
	page := b.list(ours)
	if len(page.Items) != 2 || string(page.Items[1].Data) != `"no \"JSON\""` {
		t.Errorf("%+v", page.Items)
	}
	detail, err := get[ledger.EventDetail](b, ours, "GET /api/events/{log}/{seq}", "log", "FACTS", "seq", "1")
	if err != nil || string(detail.Event.Data) != `"no \"JSON\""` {
		t.Errorf("%+v, %v", detail, err)
	}
}

// On a log without an index, what others do in between hides nothing.
func TestManyEventsOfOthers(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	b.tell(t.Context(), "ours", events.JobProgressed{Job: "first"})
	for range 6000 {
		if err := b.Logs.NATS().Publish("tick.theirs.job.j1.progressed", []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	b.tell(t.Context(), "ours", events.JobProgressed{Job: "last"})
	page := b.list(ours, "log", "TICKS")
	if len(page.Items) != 2 || page.Items[0].AggregateID != "last" || page.Items[1].AggregateID != "first" {
		t.Errorf("%+v", page.Items)
	}
}

// A timer is an event when its time has come, and none before.
func TestTimers(t *testing.T) {
	t.Parallel()
	b := newBook(t)
	for upload, in := range map[string]time.Duration{"due": -time.Hour, "later": time.Hour} {
		if err := b.Logs.SetTimer(t.Context(), "ours", events.UploadLapsed{Upload: upload}, time.Now().Add(in)); err != nil {
			t.Fatal(err)
		}
	}
	found := errors.New("found")
	err := b.Logs.Tail(t.Context(), events.Timers, es.TailFrom{Subject: events.Timers.Owned("ours")}, func(e es.Event) error {
		b.told[e.Log] = e.Position
		return found
	})
	if !errors.Is(err, found) {
		t.Fatal(err)
	}
	if page := b.list(ours, "log", "TIMERS"); len(page.Items) != 1 || page.Items[0].AggregateID != "due" {
		t.Errorf("%+v", page.Items)
	}
}
