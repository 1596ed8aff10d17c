package ledger_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/ledger"
)

// titled is a service whose live documents are the titles of streams.
func titled() run.Service {
	return run.Service{Name: "titles", Doc: "titles", Projections: []es.Projection{{
		Name: "titles_of", Version: 1, SQL: "create table title (owner text, id text, title text, primary key (owner, id))",
		Handle: []es.Handler[*es.Tx]{
			es.On(func(ctx context.Context, tx *es.Tx, e events.StreamCreated, m es.Meta) error {
				tx.Touch(m.Owner, "title", e.Stream)
				return tx.Queue(ctx, "insert into title values ($1, $2, $3)", m.Owner, e.Stream, e.Title)
			}),
			es.On(func(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
				tx.Touch(m.Owner, "title", e.Stream)
				return tx.Queue(ctx, "update title set title = $3 where owner = $1 and id = $2", m.Owner, e.Stream, e.Title)
			}),
		},
		Documents: []es.Document{es.Each("title", func(ctx context.Context, q es.Querier, owner, id string) (title string, err error) {
			err = q.QueryRow(ctx, "select title from title where owner = $1 and id = $2", owner, id).Scan(&title)
			return title, err
		})},
	}}}
}

// A thing is shown as it was right after an event or at a time, to its owner alone; before it was
// there, there is nothing.
func TestStateAtAMoment(t *testing.T) {
	t.Parallel()
	b := &book{System: testkit.Start(t, testkit.Platform(t), ledger.Service([]run.Service{titled()})), t: t, told: map[string]es.Position{}}
	b.tell(t.Context(), "theirs", events.StreamCreated{Stream: "s1", Title: "theirs"})
	created := b.tell(t.Context(), "ours", events.StreamCreated{Stream: "s1", Title: "first"})
	renamed := b.tell(t.Context(), "ours", events.StreamRenamed{Stream: "s1", Title: "second"})
	state := func(who api.Caller, topic, at string) (ledger.PastState, error) {
		t.Helper()
		return get[ledger.PastState](b, who, "GET /api/log/state", "topic", topic, "at", at)
	}
	for _, c := range []struct {
		who             api.Caller
		topic, at, want string
	}{
		{ours, "title/s1", "FACTS/1", "null"},
		{ours, "title/s1", created.Position.String(), `"first"`},
		{ours, "title/s1", renamed.Position.String(), `"second"`},
		{ours, "title/s1", "2020-01-31T20:00:00Z", "null"},
		{ours, "title/s1", "2100-01-31T20:00:00+01:00", `"second"`},
		{ours, "title/s2", renamed.Position.String(), "null"},
		{theirs, "title/s1", renamed.Position.String(), `"theirs"`},
	} {
		got, err := state(c.who, c.topic, c.at)
		if err != nil || string(got.Value) != c.want || got.Topic != c.topic || got.At != c.at {
			t.Errorf("%s of %s at %s: %+v %s, %v; want %s", c.topic, c.who.Owner, c.at, got, got.Value, err, c.want)
		}
	}
	if got, err := state(ours, "title/s1", created.Position.String()); err != nil || got.Positions["FACTS"] != created.Seq {
		t.Errorf("positions %v, %v", got.Positions, err)
	}
	for field, wrong := range map[string][2]string{
		"topic": {"other/s1", "FACTS/1"}, "at": {"title/s1", "yesterday"},
	} {
		_, err := state(ours, wrong[0], wrong[1])
		if f := fault.From(err); f.Code != fault.Invalid || f.Fields[field] == "" {
			t.Errorf("%v: %v", wrong, err)
		}
	}
	for _, wrong := range [][2]string{{"", "FACTS/1"}, {"title", "FACTS/1"}, {"title/", "FACTS/1"}, {"title/a.b", "FACTS/1"}, {"title/*", "FACTS/1"}, {"title/s1", ""}, {"title/s1", "NOPE/1"}, {"title/s1", "FACTS/x"}} {
		_, err := state(ours, wrong[0], wrong[1])
		testkit.WantFault(t, err, fault.Invalid)
	}
	_, err := state(ours, "title/s1", "FACTS/99")
	testkit.WantFault(t, err, fault.NotFound)
	viewer := api.Caller{Account: "v", Owner: "ours", Role: api.Viewer}
	_, err = state(viewer, "title/s1", "FACTS/1")
	testkit.WantFault(t, err, fault.Forbidden)
}

// What can be asked for is listed, with what it follows from.
func TestTopics(t *testing.T) {
	t.Parallel()
	b := &book{System: testkit.Start(t, testkit.Platform(t), ledger.Service([]run.Service{titled()})), t: t}
	var list api.List[ledger.Topic]
	if _, err := b.Call(t, ours, "GET /api/log/topics", testkit.Params(), &list); err != nil {
		t.Fatal(err)
	}
	if got, _ := json.Marshal(list.Items); string(got) != `[{"topic":"title","byId":true,"service":"titles","events":["stream.created","stream.renamed"]}]` {
		t.Errorf("topics %s", got)
	}
}
