package testkit

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/pkg/run"
)

// Plain is a message as a log has it.
type Plain struct {
	Subject string
	Header  map[string][]string
	Data    []byte
	Seq     uint64
	Stored  time.Time
}

// ReadPlainly reads the first n messages of a log by an ordered consumer and nothing else, to compare with.
func ReadPlainly(t testing.TB, p run.Platform, log string, n int, f func(Plain)) {
	t.Helper()
	js, err := jetstream.New(p.Logs.NATS())
	if err != nil {
		t.Fatal(err)
	}
	consumer, err := js.OrderedConsumer(t.Context(), log, jetstream.OrderedConsumerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		t.Fatal(err)
	}
	defer messages.Stop()
	for range n {
		msg, err := messages.Next(jetstream.NextContext(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		md, err := msg.Metadata()
		if err != nil {
			t.Fatal(err)
		}
		f(Plain{msg.Subject(), msg.Headers(), msg.Data(), md.Sequence.Stream, md.Timestamp})
	}
}
