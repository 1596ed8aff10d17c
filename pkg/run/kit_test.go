package run_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// The examples of the page about the kit, ../README.md. TestKitPage runs them, and TestKitPageIsTrue
// finds every block of the page here.

const titlesSQL = `create table title (owner text, stream text, title text not null, renamed bigint not null, primary key (owner, stream));`

var titles = es.Projection{
	Name: "toy_titles", Version: 1, SQL: titlesSQL,
	Handle: []es.Handler[*es.Tx]{es.On(titled), es.On(retitled)},
	Documents: []es.Document{
		es.Each("title", func(ctx context.Context, q es.Querier, owner, stream string) (Title, error) {
			return load(ctx, q, owner, stream)
		}),
	},
}

func titled(ctx context.Context, tx *es.Tx, e events.StreamCreated, m es.Meta) error {
	tx.Touch(m.Owner, "title", e.Stream)
	return tx.Insert(ctx, "title", []string{"owner", "stream", "title", "renamed"}, m.Owner, e.Stream, e.Title, int64(0))
}

func retitled(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
	tx.Touch(m.Owner, "title", e.Stream)
	return tx.Upsert(ctx, renamed, m.Owner, e.Stream, e.Title, int64(1))
}

var renamed = es.Upsert{Table: "title", Key: []string{"owner", "stream"}, Set: []string{"title"}, Add: []string{"renamed"}}

// Title is what a stream is called.
type Title struct {
	Title string `json:"title"`
	// Renamed is how often it was given another one.
	Renamed int64 `json:"renamed"`
}

func load(ctx context.Context, q es.Querier, owner, stream string) (t Title, err error) {
	err = q.QueryRow(ctx, `select title, renamed from title where owner = $1 and stream = $2`, owner, stream).Scan(&t.Title, &t.Renamed)
	return t, err
}

// Rename asks for another title.
type Rename struct {
	Stream string `path:"stream" json:"-"`
	Title  string `json:"title"`
}

var rename = api.Post("/api/toys/{stream}/title", "gives a stream another title", api.Editors,
	func(ctx context.Context, d *run.Deps, req Rename) (api.None, error) {
		_, err := d.Decide(ctx, api.OwnerOf(ctx), "stream", req.Stream, func(ctx context.Context) (events.Event, error) {
			now, err := load(ctx, d.DB, api.OwnerOf(ctx), req.Stream)
			if err != nil {
				return nil, fault.New(fault.NotFound, "there is no stream %s", req.Stream)
			}
			if now.Title == req.Title {
				return nil, nil // nothing to do
			}
			return events.StreamRenamed{Stream: req.Stream, Title: req.Title}, nil
		})
		return api.None{}, err
	})

var welcome = run.Reactor{
	Name: "toy-welcome", Doc: "flags the beginning of every stream",
	Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, e events.StreamCreated, m es.Meta) error {
		es.Progress(ctx, "flag", 50, 0, 0)
		_, err := d.Append(ctx, m.Owner, events.MarkerAdded{Stream: e.Stream, Marker: es.DerivedID(m.ID), Label: "beginning"})
		return err
	})},
	GiveUp: func(ctx context.Context, d *run.Deps, e es.Event, reason error) error {
		d.Logger.Warn("stream has no beginning", "stream", e.AggregateID, "err", reason)
		return nil
	},
}

var toys = run.Service{
	Name: "toys", Doc: "what streams are called",
	Projections: []es.Projection{titles},
	Reactors:    []run.Reactor{welcome},
	Endpoints:   []run.Endpoint{rename},
}

func TestKitPage(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, toys)
	ours := testkit.Owner("ours")

	at, err := p.Logs.Append(t.Context(), "ours", events.StreamCreated{Stream: "s1", Title: "first"}, es.Expect(0), es.ID("from-the-source"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Call(t, ours, "POST /api/toys/{stream}/title", testkit.Body(map[string]any{"title": "second"}, "stream", "s1"), nil, at)
	if err != nil {
		t.Fatal(err)
	}
	title := testkit.WaitDocument(t, s, "ours", "title/s1", func(now Title) bool { return now.Renamed == 1 })
	if title.Title != "second" {
		t.Errorf("got %+v", title)
	}

	tomorrow := time.Now().Add(24 * time.Hour)
	if err := p.Logs.SetTimer(t.Context(), "ours", events.UploadLapsed{Upload: "u1"}, tomorrow); err != nil {
		t.Fatal(err)
	}
	if err := p.Logs.CancelTimer(t.Context(), "ours", events.UploadLapsed{Upload: "u1"}); err != nil {
		t.Fatal(err)
	}

	err = p.Logs.Rebuild(t.Context(), s.Pool(t), titles, nil)
	if err != nil {
		t.Fatal(err)
	}
	replay, err := p.Logs.Compare(t.Context(), s.Pool(t), titles, nil)
	if err != nil || len(replay.Differences) > 0 {
		t.Errorf("a replay gives %+v, %v", replay, err)
	}
	then, err := p.Logs.StateAt(t.Context(), s.Pool(t), titles, "ours", "title/s1", es.Moment{Position: at})
	if err != nil || !strings.Contains(string(then.Value), "first") {
		t.Errorf("it was %s, %v", then.Value, err)
	}
}

func TestKitPageIsTrue(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("kit_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) < 5 {
		t.Errorf("the page has %d examples", len(blocks))
	}
	words := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	for _, block := range blocks {
		if !strings.Contains(words(string(source)), words(block[1])) {
			t.Errorf("this example is not run by a test:\n%s", block[1])
		}
	}
}
