package e2e

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/testkit/twitch"
)

const (
	// liveTimes is how many messages are told, 500 a second.
	liveTimes = 2000
	// signedWith is what Twitch signs with.
	signedWith = "a secret for the bench"
)

// BenchmarkLive lets Twitch tell 500 messages a second to the webhook, and measures until a browser has each
// of them, against the sum of the raw parts: a request that is verified and put on a log that is synced, and
// a write on a websocket.
func BenchmarkLive(b *testing.B) {
	p := alone(b)
	p.env = append(p.env, "TWITCH_EVENTSUB_SECRET="+signedWith)
	up := p.up(b)
	up.waitReady(b)
	owner := p.browser(b)
	p.connectTwitch(b, owner)
	var stored, written, live []time.Duration
	for b.Loop() {
		stored = append(stored, rawWebhook(b)...)
		written = append(written, rawWrites(b)...)
		live = append(live, p.liveRounds(b, owner)...)
	}
	for _, at := range []int{50, 99} {
		raw := percentile(stored, at) + percentile(written, at)
		b.ReportMetric(float64(percentile(stored, at).Microseconds()), fmt.Sprintf("webhook-p%d-µs", at))
		b.ReportMetric(float64(percentile(written, at).Microseconds()), fmt.Sprintf("write-p%d-µs", at))
		b.ReportMetric(float64(percentile(live, at).Microseconds()), fmt.Sprintf("live-p%d-µs", at))
		b.ReportMetric(percentile(live, at).Seconds()/raw.Seconds(), fmt.Sprintf("ratio-p%d", at))
	}
}

// percentile is how long so many percent took at most.
func percentile(took []time.Duration, percent int) time.Duration {
	took = slices.Sorted(slices.Values(took))
	return took[len(took)*percent/100]
}

// paced calls f 500 times a second, whatever it takes.
func paced(f func(i int)) {
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for i := range liveTimes {
		<-ticker.C
		f(i)
	}
}

// signedMessage is a request with a chat message as Twitch sends it.
func signedMessage(b *testing.B, url, id string, event any) *http.Request {
	body, err := json.Marshal(map[string]any{
		"subscription": map[string]any{
			"id": "a-subscription", "type": "channel.chat.message", "version": "1", "status": "enabled",
			"condition": map[string]string{"broadcaster_user_id": "1001", "user_id": "1001"}, "transport": map[string]string{"method": "webhook"},
		},
		"event": event,
	})
	check(b, err)
	at := time.Now().UTC().Format(time.RFC3339Nano)
	req, err := http.NewRequestWithContext(context.WithoutCancel(b.Context()), http.MethodPost, url, bytes.NewReader(body))
	check(b, err)
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Twitch-Eventsub-Message-Id": id, "Twitch-Eventsub-Message-Type": "notification",
		"Twitch-Eventsub-Message-Timestamp": at, "Twitch-Eventsub-Message-Retry": "0",
		"Twitch-Eventsub-Message-Signature": twitch.Sign(signedWith, id, at, body),
		"Twitch-Eventsub-Subscription-Type": "channel.chat.message", "Twitch-Eventsub-Subscription-Version": "1",
	} {
		req.Header.Set(name, value)
	}
	return req
}

// deliver sends a request as Twitch does.
func deliver(b *testing.B, req *http.Request) {
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Error(err)
		return
	}
	defer func() { _ = res.Body.Close() }()
	if text, _ := io.ReadAll(res.Body); res.StatusCode/100 != 2 {
		b.Errorf("%d %s", res.StatusCode, text)
	}
}

// liveRounds measures from when a message is sent until a browser has it.
func (p *platform) liveRounds(b *testing.B, owner *client) []time.Duration {
	s := owner.open(b)
	s.subscribe("chat/1001")
	sent, took := map[string]time.Time{}, []time.Duration{}
	var mu sync.Mutex
	var sending sync.WaitGroup
	sending.Go(func() {
		var each sync.WaitGroup
		paced(func(i int) {
			m := p.twitch.Message(p.twitch.User("theirs"), fmt.Sprintf("line %d", i))
			req := signedMessage(b, p.url()+"/eventsub/webhook", m.MessageID, m)
			mu.Lock()
			sent[m.MessageID] = time.Now()
			mu.Unlock()
			each.Go(func() { deliver(b, req) })
		})
		each.Wait()
	})
	for len(took) < liveTimes {
		event := s.next("chat/1001").Event
		now := time.Now()
		mu.Lock()
		if at, ok := sent[decode[struct{ Message string }](b, event.Data).Message]; ok {
			took = append(took, now.Sub(at))
		}
		mu.Unlock()
	}
	sending.Wait()
	return took
}

// rawWebhook is a handler that verifies what came and puts it on a log that is synced.
func rawWebhook(b *testing.B) (took []time.Duration) {
	server, err := local.StartNATS(b.Context(), local.NATSOptions{Dir: filepath.Join(b.TempDir(), "nats"), Durable: true})
	check(b, err)
	defer server.Stop()
	nc, err := server.Connect()
	check(b, err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	check(b, err)
	_, err = js.CreateStream(b.Context(), jetstream.StreamConfig{Name: "RAW", Subjects: []string{"raw.>"}})
	check(b, err)
	handler := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte(signedWith))
		mac.Write([]byte(r.Header.Get("Twitch-Eventsub-Message-Id") + r.Header.Get("Twitch-Eventsub-Message-Timestamp")))
		mac.Write(body)
		if err != nil || !hmac.Equal([]byte("sha256="+hex.EncodeToString(mac.Sum(nil))), []byte(r.Header.Get("Twitch-Eventsub-Message-Signature"))) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		if _, err := js.Publish(r.Context(), "raw.chat", body); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}))
	defer handler.Close()
	event := map[string]string{"message_id": "m", "text": strings.Repeat("x", 1000)}
	var mu sync.Mutex
	var each sync.WaitGroup
	paced(func(i int) {
		req := signedMessage(b, handler.URL, fmt.Sprint(i), event)
		began := time.Now()
		each.Go(func() {
			deliver(b, req)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(began))
		})
	})
	each.Wait()
	return took
}

// rawWrites are writes on a websocket until they are read.
func rawWrites(b *testing.B) (took []time.Duration) {
	upgrader := websocket.Upgrader{}
	conns := make(chan *websocket.Conn, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			b.Error(err)
		}
		conns <- conn
	}))
	defer server.Close()
	reading, _, err := websocket.DefaultDialer.DialContext(b.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
	check(b, err)
	defer func() { _ = reading.Close() }()
	writing := <-conns
	defer func() { _ = writing.Close() }()
	text := []byte(strings.Repeat("x", 1000))
	paced(func(int) {
		began := time.Now()
		check(b, writing.WriteMessage(websocket.TextMessage, text))
		_, _, err := reading.ReadMessage()
		check(b, err)
		took = append(took, time.Since(began))
	})
	return took
}
