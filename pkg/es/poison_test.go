package es_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// numbered is a projection that does with the number in a title what the test wants.
func numbered(f func(ctx context.Context, tx *es.Tx, title string, seq int64) error) es.Projection {
	return es.Projection{
		Name: "titles", Version: 1,
		SQL: `create table title (seq bigint primary key, n int not null); create table other (seq bigint primary key);`,
		Handle: []es.Handler[*es.Tx]{es.On(func(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
			return f(ctx, tx, e.Title, int64(m.Seq))
		})},
	}
}

func insertNumber(ctx context.Context, tx *es.Tx, title string, seq int64) error {
	n, err := strconv.ParseInt(title, 10, 64)
	if err != nil {
		return fmt.Errorf("title %s: %w", title, err)
	}
	return tx.Insert(ctx, "title", []string{"seq", "n"}, seq, n)
}

// Whatever it is that cannot be folded, and whatever way it goes to the database, it is parked, and
// everything else is folded.
func TestAnyPoisonIsParked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		poison string
		handle func(ctx context.Context, tx *es.Tx, title string, seq int64) error
	}{
		"a value that does not fit its column": {"5000000000", insertNumber},
		"the same behind another statement": {"5000000000", func(ctx context.Context, tx *es.Tx, title string, seq int64) error {
			if err := tx.Insert(ctx, "other", []string{"seq"}, seq); err != nil {
				return err
			}
			return insertNumber(ctx, tx, title, seq)
		}},
		"a reason that PostgreSQL does not take": {"no\x00number", insertNumber},
		"an error of the database that is passed over": {"13", func(ctx context.Context, tx *es.Tx, title string, seq int64) error {
			if title == "13" {
				_, _ = tx.Exec(ctx, "select 1/0")
			}
			return insertNumber(ctx, tx, title, seq)
		}},
		"a panic": {"13", func(ctx context.Context, tx *es.Tx, title string, seq int64) error {
			if title == "13" {
				panic("a fault of the handler")
			}
			return insertNumber(ctx, tx, title, seq)
		}},
	} {
		for _, n := range []int{1, 20, 200} { // alone, among statements, among many that are copied
			t.Run(fmt.Sprintf("%s, among %d", name, n), func(t *testing.T) {
				t.Parallel()
				p := testkit.Platform(t)
				var last es.Position
				for i := range n {
					e := events.StreamRenamed{Stream: fmt.Sprint(i), Title: fmt.Sprint(100 + i)}
					if i == n/2 {
						e.Title = c.poison
					}
					var err error
					if last, err = p.Logs.Append(t.Context(), "o1", e); err != nil {
						t.Fatal(err)
					}
				}
				projector, _ := projecting(t, p, p.Logs, numbered(c.handle))
				reach(t, projector, last)
				if got := count(t, p, "titles_v1"); got != n-1 {
					t.Errorf("%d rows, want %d", got, n-1)
				}
				letters(t, p.Logs, 1)
				if err := p.Logs.Rebuild(t.Context(), pool(t, p), numbered(c.handle), nil); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// A header that is no text stops nothing.
func TestStrangeHeader(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	toy := counted(1, titlesSQL)
	toy.Handle = append(toy.Handle, es.Any(events.Facts, func(ctx context.Context, tx *es.Tx, e es.Event) error {
		return tx.Insert(ctx, "title", []string{"seq", "stream", "title"}, int64(e.Seq)+1_000_000, e.AggregateID, e.Name)
	}))
	projector, _ := projecting(t, p, p.Logs, toy)
	strange := &nats.Msg{Subject: "fact.o1.stream.s1.renamed", Data: []byte(`{}`), Header: nats.Header{"Event-Type": {"a\xffb"}}}
	if _, err := p.Logs.NATS().RequestMsgWithContext(t.Context(), strange); err != nil {
		t.Fatal(err)
	}
	reach(t, projector, appendTitles(t, p.Logs, 1))
}

// Parked events that are tried again while the tables are built anew are folded once.
func TestRetryDuringRebuild(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	var mended, blocked atomic.Bool
	inside, release := make(chan struct{}), make(chan struct{})
	merge := es.Upsert{Table: "title", Key: []string{"stream"}, Add: []string{"n"}}
	toy := es.Projection{
		Name: "titles", Version: 1, SQL: `create table title (stream text primary key, n bigint not null);`,
		Handle: []es.Handler[*es.Tx]{es.On(func(ctx context.Context, tx *es.Tx, e events.StreamRenamed, _ es.Meta) error {
			if !mended.Load() {
				return errors.New("a fault")
			}
			if blocked.CompareAndSwap(false, true) {
				close(inside)
				<-release
			}
			return tx.Upsert(ctx, merge, e.Stream, int64(1))
		})},
	}
	projector, _ := projecting(t, p, p.Logs, toy)
	reach(t, projector, appendTitles(t, p.Logs, 7))
	list := letters(t, p.Logs, 7)
	mended.Store(true)
	if _, err := p.Logs.Append(t.Context(), "o1", events.LetterRedriven{Letter: list[0].AggregateID}); err != nil {
		t.Fatal(err)
	}
	<-inside
	if err := p.Logs.Rebuild(t.Context(), pool(t, p), toy, nil); err != nil {
		t.Fatal(err)
	}
	close(release)
	letters(t, p.Logs, 7+1+7)
	reach(t, projector, appendTitles(t, p.Logs, 7))
	var n, sum int
	if err := pool(t, p).QueryRow(t.Context(), `select count(*), sum(n) from titles_v1.title`).Scan(&n, &sum); err != nil || n != 7 || sum != 14 {
		t.Errorf("%d rows, %d events folded of 14; %v", n, sum, err)
	}
}

// A version without documents takes over as well: what the one before had parked is told as folded.
func TestLettersOfTheVersionBefore(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	plain := func(version int) es.Projection {
		toy := numbered(func(ctx context.Context, tx *es.Tx, title string, seq int64) error {
			if version == 1 && title == "0" {
				return errors.New("a fault of version 1")
			}
			return insertNumber(ctx, tx, title, seq)
		})
		toy.Version = version
		return toy
	}
	last := appendTitles(t, p.Logs, 3)
	projector, stop := projecting(t, p, p.Logs, plain(1))
	reach(t, projector, last)
	letters(t, p.Logs, 1)
	stop()
	projector, _ = projecting(t, p, p.Logs, plain(2))
	reach(t, projector, last)
	if e := letters(t, p.Logs, 2)[1]; e.Name != "letter.unparked" {
		t.Errorf("got %+v", e.Meta)
	}
}

// Whichever version comes or comes back shows all documents as it has them.
func TestWayBack(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	type shape struct {
		Shape int `json:"shape"`
	}
	shaped := func(version int) es.Projection {
		toy := counted(version, titlesSQL)
		toy.Documents = []es.Document{es.Each("titles", func(context.Context, es.Querier, string, string) (shape, error) {
			return shape{version}, nil
		})}
		return toy
	}
	s := testkit.Start(t, p)
	for i, version := range []int{1, 2, 1} {
		projector, stop := projecting(t, p, p.Logs, shaped(version))
		at, err := p.Logs.Append(t.Context(), "o1", events.StreamRenamed{Stream: fmt.Sprint(i), Title: "x"})
		if err != nil {
			t.Fatal(err)
		}
		reach(t, projector, at)
		for id := range i + 1 {
			testkit.WaitDocument(t, s, "o1", fmt.Sprint("titles/", id), func(v shape) bool { return v.Shape == version })
		}
		stop()
	}
}

// A connection that is cut while nothing happens costs no event and doubles none.
func TestConnectionLostWhileIdle(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	one, _ := projecting(t, p, p.Logs, counted(1, titlesSQL))
	other, _ := projecting(t, p, p.Logs, counted(1, titlesSQL))
	db := pool(t, p)
	for round := range 4 {
		at := appendTitles(t, p.Logs, 50)
		reach(t, one, at)
		reach(t, other, at)
		if n := count(t, p, "titles_v1"); n != 50*(round+1) {
			t.Errorf("%d rows, want %d", n, 50*(round+1))
		}
		_, err := db.Exec(t.Context(), `select pg_terminate_backend(l.pid) from pg_locks l join pg_stat_activity a on a.pid = l.pid
			where l.locktype = 'advisory' and l.granted and a.datname = current_database() and a.application_name like 'afterglow projection%'`)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A rebuild before anything was ever folded makes the tables.
func TestRebuildOfNothing(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	appendTitles(t, p.Logs, 5)
	if err := p.Logs.Rebuild(t.Context(), pool(t, p), counted(1, titlesSQL), nil); err != nil {
		t.Fatal(err)
	}
	if n := count(t, p, "titles_v1"); n != 5 {
		t.Errorf("%d rows", n)
	}
}
