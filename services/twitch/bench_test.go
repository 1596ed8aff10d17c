package twitch

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	fake "github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

// burst is how many messages come at once.
const burst = 50_000

// listenedDurably is a service on logs that sync what they acknowledge.
func listenedDurably(b *testing.B, transport string) (*hall, *front) {
	server, err := fake.New(fake.Config{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(server.Close)
	p := setUp(testkit.Durable(b), server)
	f := newFront(b)
	p.Config.PublicURL, p.Config.Twitch.Transport = f.URL, transport
	f.open(p.Logs)
	h := enter(b, p, server, machine{})
	h.connect(b)
	h.await(b, events.Facts, "connection.heard", 1)
	return h, f
}

// BenchmarkWebhook sends chat messages over 64 connections to the webhook and, on the same log, to a handler
// that verifies, decodes and publishes each by itself. The CPU time is that of the whole process, whoever
// sends and the log included: cores divided by it is as fast as it can get, whatever the disk does.
func BenchmarkWebhook(b *testing.B) {
	const connections, each = 64, 100
	h, ours := listenedDurably(b, "webhook")
	raw := httptest.NewServer(publishing(h))
	defer raw.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	round := 0
	send := func(address string) (took, cpu time.Duration) {
		round++
		requests := make([][]*http.Request, connections)
		for c := range requests {
			for i := range each {
				requests[c] = append(requests[c], asRequest(b, address, fmt.Sprintf("%d-%d-%d", round, c, i)))
			}
		}
		began, before := time.Now(), cpuTime(b)
		var sending sync.WaitGroup
		for _, list := range requests {
			sending.Go(func() {
				for _, r := range list {
					answer, err := client.Do(r)
					if err != nil {
						b.Error(err)
						return
					}
					_, _ = io.Copy(io.Discard, answer.Body)
					if _ = answer.Body.Close(); answer.StatusCode != http.StatusNoContent {
						b.Errorf("answered %s", answer.Status)
					}
				}
			})
		}
		sending.Wait()
		return time.Since(began), cpuTime(b) - before
	}
	var took, cpu [2]time.Duration
	for b.Loop() {
		for i, address := range []string{raw.URL, ours.URL} {
			t, c := send(address)
			took[i], cpu[i] = took[i]+t, cpu[i]+c
		}
	}
	n := float64(b.N * connections * each)
	for i, name := range []string{"raw", "ours"} {
		b.ReportMetric(n/took[i].Seconds(), name+"-requests/s")
		b.ReportMetric(float64(cpu[i].Microseconds())/n, name+"-cpu-µs")
	}
	b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}

// cpuTime is what this process has used so far.
func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// publishing is a handler that puts each message on the log by itself.
func publishing(h *hall) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c := Call{ID: r.Header.Get("Twitch-Eventsub-Message-Id"), Timestamp: r.Header.Get("Twitch-Eventsub-Message-Timestamp"), Body: body}
		if !hmac.Equal([]byte(sign([]byte("a secret of tests"), c)), []byte(r.Header.Get("Twitch-Eventsub-Message-Signature"))) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var p payload
		if json.Unmarshal(body, &p) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if _, err := h.Logs.NATS().Request("chat.raw.channel.raw.sent", p.Event, time.Minute); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

// asRequest is a chat message on its way to a webhook.
func asRequest(b *testing.B, address, id string) *http.Request {
	in := message(id, notifies, time.Now(), map[string]any{
		"subscription": map[string]any{"type": "channel.chat.message", "condition": map[string]string{"broadcaster_user_id": ourChannel}},
		"event":        json.RawMessage(richMessage),
	})
	in.Params["Twitch-Eventsub-Subscription-Type"] = "channel.chat.message"
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, address+webhookPath, bytes.NewReader(in.Body))
	if err != nil {
		b.Fatal(err)
	}
	for name, value := range in.Params {
		r.Header.Set(name, value)
	}
	return r
}

// BenchmarkSocket lets 50 000 messages come over a socket at once, until all are on the log, whole and in
// order, against publishing each by itself.
func BenchmarkSocket(b *testing.B) {
	h, _ := listenedDurably(b, "websocket")
	var ours, raw time.Duration
	const published = burst / 10
	for round := 0; b.Loop(); round++ {
		began := time.Now()
		h.tellBurst(b, round*burst)
		h.awaitBurst(b, round*(burst+published), round*burst)
		ours += time.Since(began)
		began = time.Now()
		for range published {
			if _, err := h.Logs.NATS().Request("chat.raw.channel.raw.sent", []byte(richMessage), time.Minute); err != nil {
				b.Fatal(err)
			}
		}
		raw += time.Since(began) * burst / published
	}
	n := float64(b.N * burst)
	b.ReportMetric(n/ours.Seconds(), "ours-messages/s")
	b.ReportMetric(n/raw.Seconds(), "raw-messages/s")
	b.ReportMetric(raw.Seconds()/ours.Seconds(), "ratio")
	b.ReportMetric(0, "ns/op")
}

// tellBurst lets Twitch tell a burst of messages with consecutive numbers.
func (h *hall) tellBurst(t testing.TB, from int) {
	t.Helper()
	theirs := h.fake.User("theirs")
	for i := range burst {
		h.fake.Say(theirs, fmt.Sprint(from+i))
	}
}

// awaitBurst waits until a burst is on the log, after a sequence, and looks whether it is whole and in order.
func (h *hall) awaitBurst(t testing.TB, after, from int) {
	t.Helper()
	got := make([]string, 0, burst)
	err := h.Logs.Tail(t.Context(), events.Chat, es.TailFrom{After: uint64(after)}, func(e es.Event) error {
		if e.Name == "channel.message_sent" {
			got = append(got, bodyAs[events.MessageSent](t, e).Text)
		}
		if len(got) == burst {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	if !slices.Equal(got, numbers(from, from+burst)) {
		t.Error("the messages are in another order")
	}
}

func TestABurstComesWholeAndInOrder(t *testing.T) {
	t.Parallel()
	h := listened(t)
	h.tellBurst(t, 0)
	h.awaitBurst(t, 0, 0)
	if last, err := h.Logs.Last(context.WithoutCancel(t.Context()), events.Chat.Name); err != nil || last != burst {
		t.Errorf("%d events, %v", last, err)
	}
	if gaps := h.all(t, events.Facts, "capture.gap_detected"); len(gaps) != 0 {
		t.Errorf("%d gaps", len(gaps))
	}
}
