package es_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// catchUpEvents is how many events one catch-up folds.
const catchUpEvents = 200_000

// BenchmarkCatchUp folds a log into one table, by the kit and by a loop written by hand over the
// same log in the same run, and tells the ratio of their speeds.
func BenchmarkCatchUp(b *testing.B) {
	p := testkit.Platform(b)
	js, err := jetstream.New(p.Logs.NATS())
	if err != nil {
		b.Fatal(err)
	}
	for i := range catchUpEvents {
		body, _ := json.Marshal(events.StreamRenamed{Stream: fmt.Sprint(i % 100), Title: "a title of some length"})
		if _, err := js.PublishAsync(fmt.Sprintf("fact.o1.stream.%d.renamed", i%100), body); err != nil {
			b.Fatal(err)
		}
	}
	<-js.PublishAsyncComplete()
	pool, err := pgxpool.New(b.Context(), p.DatabaseURL)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	var raw, kit time.Duration
	version := 0
	for b.Loop() {
		version++
		began := time.Now()
		catchUpByHand(b, js, pool)
		raw += time.Since(began)
		began = time.Now()
		testkit.Start(b, p, service(es.Projection{
			Name: "titles", Version: version, SQL: titlesSQL,
			Handle: []es.Handler[*es.Tx]{es.On(func(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
				return tx.Insert(ctx, "title", []string{"seq", "stream", "title"}, int64(m.Seq), e.Stream, e.Title)
			})},
		})).Stop(b)
		kit += time.Since(began)
	}
	perRun := float64(catchUpEvents * b.N)
	b.ReportMetric(perRun/raw.Seconds(), "raw-events/s")
	b.ReportMetric(perRun/kit.Seconds(), "kit-events/s")
	b.ReportMetric(raw.Seconds()/kit.Seconds(), "ratio")
}

// catchUpByHand is the raw part: an ordered consumer, COPY of 10 000 rows, and the position in the
// same transaction.
func catchUpByHand(b *testing.B, js jetstream.JetStream, pool *pgxpool.Pool) {
	b.Helper()
	ctx := b.Context()
	_, err := pool.Exec(ctx, `drop table if exists hand, hand_position;
		create table hand (seq bigint primary key, stream text not null, title text not null);
		create table hand_position (seq bigint); insert into hand_position values (0)`)
	if err != nil {
		b.Fatal(err)
	}
	consumer, err := js.OrderedConsumer(ctx, "FACTS", jetstream.OrderedConsumerConfig{})
	if err != nil {
		b.Fatal(err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		b.Fatal(err)
	}
	defer messages.Stop()
	for done := 0; done < catchUpEvents; {
		var rows [][]any
		for len(rows) < 10_000 && done < catchUpEvents {
			msg, err := messages.Next(jetstream.NextContext(ctx))
			if err != nil {
				b.Fatal(err)
			}
			var e events.StreamRenamed
			if err := json.Unmarshal(msg.Data(), &e); err != nil {
				b.Fatal(err)
			}
			done++
			rows = append(rows, []any{int64(done), e.Stream, e.Title})
		}
		if err := copyByHand(ctx, pool, rows, done); err != nil {
			b.Fatal(err)
		}
	}
}

func copyByHand(ctx context.Context, pool *pgxpool.Pool, rows [][]any, position int) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"hand"}, []string{"seq", "stream", "title"}, pgx.CopyFromRows(rows)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update hand_position set seq = $1`, position)
		return err
	})
}
