package es_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

type titles struct {
	Titles []string `json:"titles"`
}

// counted is a projection that counts and lists titles, and shows them as a document.
func counted(version int, sql string) es.Projection {
	return es.Projection{
		Name: "titles", Version: version, SQL: sql,
		Handle: []es.Handler[*es.Tx]{es.On(func(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
			tx.Touch(m.Owner, "titles", e.Stream)
			return tx.Insert(ctx, "title", []string{"seq", "stream", "title"}, int64(m.Seq), e.Stream, e.Title)
		})},
		Documents: []es.Document{es.Each("titles", func(ctx context.Context, q es.Querier, _, id string) (titles, error) {
			var v titles
			err := q.QueryRow(ctx, `select array_agg(title order by seq) from title where stream = $1`, id).Scan(&v.Titles)
			return v, err
		})},
	}
}

const titlesSQL = `create table title (seq bigint primary key, stream text not null, title text not null);`

func service(p es.Projection) run.Service {
	return run.Service{Name: "toy", Doc: "a toy", Projections: []es.Projection{p}}
}

func count(t *testing.T, p run.Platform, schema string) int {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), p.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var n int
	if err := pool.QueryRow(t.Context(), "select count(*) from "+schema+".title").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Whatever the number of starts, every event is folded once, and a new version folds all again.
func TestProjectionFoldsOnceAndIsRebuilt(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	add := func(n int) {
		for i := range n {
			if _, err := p.Logs.Append(t.Context(), "o1", renamed(fmt.Sprint(i))); err != nil {
				t.Fatal(err)
			}
		}
	}
	for round := range 3 {
		add(50)
		s := testkit.Start(t, p, service(counted(1, titlesSQL)))
		if n, want := count(t, p, "titles_v1"), 50*(round+1); n != want {
			t.Fatalf("round %d: %d rows, want %d", round, n, want)
		}
		s.Stop(t)
	}
	testkit.Start(t, p, service(counted(2, titlesSQL+"create index on title (title);")))
	if n := count(t, p, "titles_v2"); n != 150 {
		t.Fatalf("version 2 has %d rows, want 150", n)
	}
}

// Tables that were changed under the same version are not used.
func TestProjectionRefusesChangedTables(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	testkit.Start(t, p, service(counted(1, titlesSQL))).Stop(t)
	err := run.Run(t.Context(), p, []run.Service{service(counted(1, titlesSQL+" "))}, func() {})
	if err == nil || !strings.Contains(err.Error(), "give the projection version 2") {
		t.Fatalf("got %v", err)
	}
}

// A batch that fails leaves neither rows nor position, and is folded when the fault is gone.
func TestProjectionFailsWhole(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	var broken atomic.Bool
	broken.Store(true)
	toy := counted(1, titlesSQL)
	toy.Handle = append(toy.Handle, es.On(func(_ context.Context, _ *es.Tx, e events.StreamRenamed, _ es.Meta) error {
		if e.Title == "9" && broken.CompareAndSwap(true, false) {
			return errors.New("broken")
		}
		return nil
	}))
	for i := range 10 {
		if _, err := p.Logs.Append(t.Context(), "o1", renamed(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Start(t, p, service(toy))
	if n := count(t, p, "titles_v1"); n != 10 {
		t.Fatalf("%d rows, want 10", n)
	}
}

// A document is shown after the commit, with what the tables then say.
func TestLiveDocument(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := testkit.Start(t, p, service(counted(1, titlesSQL)))
	for i := range 3 {
		if _, err := p.Logs.Append(t.Context(), "o1", renamed(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	v := testkit.WaitDocument(t, s, "o1", "titles/s1", func(v titles) bool { return len(v.Titles) == 3 })
	if strings.Join(v.Titles, "") != "012" {
		t.Fatalf("titles %v", v.Titles)
	}
	if _, err := p.Logs.Document(t.Context(), "o2", "titles/s1"); err == nil {
		t.Fatal("somebody else's document was given")
	}
}

// A log that was made anew is another log: what was folded from the old one is forgotten.
func TestProjectionOfANewLog(t *testing.T) {
	t.Parallel()
	p, other := testkit.Platform(t), testkit.Platform(t)
	for i := range 5 {
		if _, err := p.Logs.Append(t.Context(), "o1", renamed(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Start(t, p, service(counted(1, titlesSQL))).Stop(t)
	p.Logs = other.Logs
	if _, err := p.Logs.Append(t.Context(), "o1", renamed("new")); err != nil {
		t.Fatal(err)
	}
	testkit.Start(t, p, service(counted(1, titlesSQL)))
	if n := count(t, p, "titles_v1"); n != 1 {
		t.Fatalf("%d rows, want 1", n)
	}
}

// Whatever a handler mixes, statements take effect in their order, and it reads its own writes.
func TestTxKeepsTheOrder(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	mixed := es.Projection{
		Name: "titles", Version: 1, SQL: titlesSQL,
		Handle: []es.Handler[*es.Tx]{es.On(func(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
			if err := tx.Insert(ctx, "title", []string{"seq", "stream", "title"}, int64(m.Seq), e.Stream, e.Title); err != nil {
				return err
			}
			if err := tx.Queue(ctx, `update title set title = title || '!' where seq = $1`, int64(m.Seq)); err != nil {
				return err
			}
			if m.Seq%3 != 0 {
				return nil
			}
			var n int
			if err := tx.QueryRow(ctx, `select count(*) from title where title like '%!'`).Scan(&n); err != nil {
				return err
			}
			if n != int(m.Seq) {
				return fmt.Errorf("%d rows are changed at event %d", n, m.Seq)
			}
			return nil
		})},
	}
	for i := range 10 {
		if _, err := p.Logs.Append(t.Context(), "o1", renamed(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Start(t, p, service(mixed))
	if n := count(t, p, "titles_v1"); n != 10 {
		t.Fatalf("%d rows, want 10", n)
	}
}

// One document that cannot be shown stops neither the tables nor the other documents.
func TestDocumentThatCannotBeShown(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	toy := counted(1, titlesSQL)
	load := toy.Documents[0].Load
	toy.Documents[0].Load = func(ctx context.Context, q es.Querier, owner, id string) (any, error) {
		switch id {
		case "large":
			return strings.Repeat("x", 9<<20), nil
		case "broken":
			return time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC), nil // no JSON
		}
		return load(ctx, q, owner, id)
	}
	s := testkit.Start(t, p, service(toy))
	for _, id := range []string{"large", "broken", "good"} {
		if _, err := p.Logs.Append(t.Context(), "o1", events.StreamRenamed{Stream: id, Title: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	testkit.WaitDocument(t, s, "o1", "titles/good", func(v titles) bool { return len(v.Titles) == 1 })
	if n := count(t, p, "titles_v1"); n != 3 {
		t.Fatalf("%d rows, want 3", n)
	}
}
