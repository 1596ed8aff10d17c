package es_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// Every benchmark here does the same work by the kit and by the raw parts on the same servers, in
// turns, and tells both speeds and their ratio.

// catchUpEvents is how many events one catch-up folds; replayEvents how many one replay does.
const (
	catchUpEvents = 400_000
	replayEvents  = 1_000_000
	writers       = 256
)

// fill puts events of 300 bytes, over 10 000 aggregates, on the log.
func fill(b *testing.B, p run.Platform, n int) {
	b.Helper()
	filling := string(make300())
	for i := 0; i < n; {
		var drafts []es.Draft
		for len(drafts) < 1000 && i < n {
			drafts = append(drafts, es.Draft{Owner: "o1", Event: events.StreamRenamed{Stream: fmt.Sprint(i % 10_000), Title: filling}})
			i++
		}
		if _, err := p.Logs.AppendAll(b.Context(), drafts...); err != nil {
			b.Fatal(err)
		}
	}
}

func make300() []byte {
	text := make([]byte, 260)
	for i := range text {
		text[i] = 'a' + byte(i%26)
	}
	return text
}

// ratio tells how fast each did n things, and how the kit compares.
func ratio(b *testing.B, unit string, n int, raw, kit time.Duration) {
	b.Helper()
	b.ReportMetric(float64(n)/raw.Seconds(), "raw-"+unit+"/s")
	b.ReportMetric(float64(n)/kit.Seconds(), "kit-"+unit+"/s")
	b.ReportMetric(raw.Seconds()/kit.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkCatchUp folds a log into rows of one table; the raw part is an ordered consumer and COPY.
func BenchmarkCatchUp(b *testing.B) {
	benchmarkCatchUp(b, es.Projection{
		Name: "titles", SQL: titlesSQL,
		Handle: []es.Handler[*es.Tx]{es.On(func(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
			return tx.Insert(ctx, "title", []string{"seq", "stream", "title"}, int64(m.Seq), e.Stream, e.Title)
		})},
	}, titlesSQL, copyByHand)
}

// BenchmarkCatchUpUpsert folds a log into one row for each aggregate; the raw part folds each batch
// in memory and merges it by one statement.
func BenchmarkCatchUpUpsert(b *testing.B) {
	const sql = `create table title (stream text primary key, title text not null, n bigint not null);`
	merge := es.Upsert{Table: "title", Key: []string{"stream"}, Set: []string{"title"}, Add: []string{"n"}}
	benchmarkCatchUp(b, es.Projection{
		Name: "titles", SQL: sql,
		Handle: []es.Handler[*es.Tx]{es.On(func(ctx context.Context, tx *es.Tx, e events.StreamRenamed, _ es.Meta) error {
			return tx.Upsert(ctx, merge, e.Stream, e.Title, int64(1))
		})},
	}, sql, mergeByHand)
}

type renamedAt struct {
	seq int64
	events.StreamRenamed
}

func benchmarkCatchUp(b *testing.B, projection es.Projection, sql string, write func(context.Context, pgx.Tx, []renamedAt) error) {
	p := testkit.Platform(b)
	fill(b, p, catchUpEvents)
	db := pool(b, p)
	var raw, kit time.Duration
	for b.Loop() {
		projection.Version++
		raw += timed(func() { catchUpByHand(b, p, db, sql, write) })
		kit += timed(func() {
			projector := es.NewProjector(p.Logs, db, projection)
			if err := projector.Prepare(b.Context()); err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(b.Context())
			done := make(chan error, 1)
			go func() { done <- projector.Run(ctx) }()
			if err := projector.WaitFor(ctx, es.Position{Log: "FACTS", Seq: catchUpEvents}); err != nil {
				b.Fatal(err)
			}
			cancel()
			if err := <-done; err != nil {
				b.Fatal(err)
			}
		})
	}
	ratio(b, "events", catchUpEvents*b.N, raw, kit)
}

func timed(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

// consumeByHand reads the log with a bare ordered consumer.
func consumeByHand(b *testing.B, p run.Platform, n int, f func(jetstream.Msg)) {
	b.Helper()
	js, err := jetstream.New(p.Logs.NATS())
	if err != nil {
		b.Fatal(err)
	}
	consumer, err := js.OrderedConsumer(b.Context(), "FACTS", jetstream.OrderedConsumerConfig{})
	if err != nil {
		b.Fatal(err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		b.Fatal(err)
	}
	defer messages.Stop()
	for range n {
		msg, err := messages.Next(jetstream.NextContext(b.Context()))
		if err != nil {
			b.Fatal(err)
		}
		f(msg)
	}
}

// catchUpByHand is what one would write without the kit: 10 000 events in a transaction, with the
// position.
func catchUpByHand(b *testing.B, p run.Platform, db *pgxpool.Pool, sql string, write func(context.Context, pgx.Tx, []renamedAt) error) {
	b.Helper()
	_, err := db.Exec(b.Context(), `drop schema if exists hand cascade; create schema hand; set search_path = hand; `+sql+`
		reset search_path; create table hand.position (seq bigint); insert into hand.position values (0)`)
	if err != nil {
		b.Fatal(err)
	}
	var batch []renamedAt
	consumeByHand(b, p, catchUpEvents, func(msg jetstream.Msg) {
		md, err := msg.Metadata()
		if err != nil {
			b.Fatal(err)
		}
		e := renamedAt{seq: int64(md.Sequence.Stream)}
		if err := json.Unmarshal(msg.Data(), &e.StreamRenamed); err != nil {
			b.Fatal(err)
		}
		if batch = append(batch, e); len(batch) < 10_000 {
			return
		}
		if err := pgx.BeginFunc(b.Context(), db, func(tx pgx.Tx) error {
			if err := write(b.Context(), tx, batch); err != nil {
				return err
			}
			_, err := tx.Exec(b.Context(), `update hand.position set seq = $1`, e.seq)
			return err
		}); err != nil {
			b.Fatal(err)
		}
		batch = batch[:0]
	})
}

func copyByHand(ctx context.Context, tx pgx.Tx, batch []renamedAt) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"hand", "title"}, []string{"seq", "stream", "title"},
		pgx.CopyFromSlice(len(batch), func(i int) ([]any, error) {
			return []any{batch[i].seq, batch[i].Stream, batch[i].Title}, nil
		}))
	return err
}

func mergeByHand(ctx context.Context, tx pgx.Tx, batch []renamedAt) error {
	type row struct {
		title string
		n     int64
	}
	rows := map[string]*row{}
	for _, e := range batch {
		if rows[e.Stream] == nil {
			rows[e.Stream] = &row{}
		}
		rows[e.Stream].title = e.Title
		rows[e.Stream].n++
	}
	var streams, titles []string
	var counts []int64
	for stream, r := range rows {
		streams, titles, counts = append(streams, stream), append(titles, r.title), append(counts, r.n)
	}
	_, err := tx.Exec(ctx, `insert into hand.title as t (stream, title, n) select * from unnest($1::text[], $2::text[], $3::bigint[])
		on conflict (stream) do update set title = excluded.title, n = t.n + excluded.n`, streams, titles, counts)
	return err
}

// BenchmarkAppendMany is 256 writers at once on a log that syncs every message; the raw part is
// plain synchronous publishing by as many.
func BenchmarkAppendMany(b *testing.B) { benchmarkAppend(b, writers, 20) }

// BenchmarkAppendLone is one writer.
func BenchmarkAppendLone(b *testing.B) { benchmarkAppend(b, 1, 2000) }

func benchmarkAppend(b *testing.B, writers, each int) {
	logs := testkit.Durable(b).Logs
	js, err := jetstream.New(logs.NATS())
	if err != nil {
		b.Fatal(err)
	}
	title := string(make300())
	round := func(write func(w, i int) error) time.Duration {
		return timed(func() {
			var group sync.WaitGroup
			for w := range writers {
				group.Go(func() {
					for i := range each {
						if err := write(w, i); err != nil {
							b.Error(err)
						}
					}
				})
			}
			group.Wait()
		})
	}
	byHand := func(w, _ int) error {
		body, _ := json.Marshal(events.StreamRenamed{Stream: fmt.Sprint(w), Title: title})
		msg := &nats.Msg{Subject: fmt.Sprintf("fact.o1.stream.%d.renamed", w), Data: body, Header: nats.Header{}}
		msg.Header.Set(jetstream.MsgIDHeader, es.NewID())
		_, err := js.PublishMsg(b.Context(), msg)
		return err
	}
	byKit := func(w, _ int) error {
		_, err := logs.Append(b.Context(), "o1", events.StreamRenamed{Stream: fmt.Sprint(w), Title: title})
		return err
	}
	round(byHand)
	round(byKit)
	var raw, kit time.Duration
	for b.Loop() {
		raw += round(byHand)
		kit += round(byKit)
	}
	ratio(b, "events", writers*each*b.N, raw, kit)
}

// BenchmarkReplay folds a million events in memory; the raw part is the bare ordered consumer with
// the same decoding.
func BenchmarkReplay(b *testing.B) {
	p := testkit.Platform(b)
	fill(b, p, replayEvents)
	var raw, kit time.Duration
	enough := errors.New("enough")
	for b.Loop() {
		byHand, byKit := map[string]int{}, map[string]int{}
		raw += timed(func() {
			consumeByHand(b, p, replayEvents, func(msg jetstream.Msg) {
				var e events.StreamRenamed
				if err := json.Unmarshal(msg.Data(), &e); err != nil {
					b.Fatal(err)
				}
				byHand[e.Stream] += len(e.Title)
			})
		})
		kit += timed(func() {
			n := 0
			err := p.Logs.Tail(b.Context(), events.Facts, es.TailFrom{}, func(event es.Event) error {
				var e events.StreamRenamed
				if err := json.Unmarshal(event.Data, &e); err != nil {
					return err
				}
				byKit[e.Stream] += len(e.Title)
				if n++; n == replayEvents {
					return enough
				}
				return nil
			})
			if !errors.Is(err, enough) {
				b.Fatal(err)
			}
		})
		if len(byHand) != len(byKit) || slices.ContainsFunc([]string{"1", "9999"}, func(s string) bool { return byHand[s] != byKit[s] }) {
			b.Fatal("the two folds differ")
		}
	}
	ratio(b, "events", replayEvents*b.N, raw, kit)
}
