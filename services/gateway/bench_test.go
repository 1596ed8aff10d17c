package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// crowdSize is how many clients hear of everything.
const crowdSize = 1000

// crowd are clients that read as fast as they can, and a way to tell all of them something.
type crowd struct {
	tell func()
	// size is how many bytes one client reads of what is told once.
	size int64
	read atomic.Int64
	// want is how many bytes have to be read for all to have come.
	want atomic.Int64
	come chan struct{}

	// sent is when the last was told; took is when each client had it, unless nobody asks.
	sent  time.Time
	timed atomic.Bool
	mu    sync.Mutex
	took  []time.Duration
}

// gather connects clients to a server.
func gather(b *testing.B, serve http.HandlerFunc, ready func(*websocket.Conn)) *crowd {
	var serving sync.WaitGroup
	b.Cleanup(serving.Wait)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serving.Add(1)
		defer serving.Done()
		serve(w, r)
	}))
	b.Cleanup(server.Close)
	c := &crowd{come: make(chan struct{}, 1)}
	done := make(chan struct{})
	b.Cleanup(func() { close(done) })
	for range crowdSize {
		conn, _, err := websocket.DefaultDialer.DialContext(b.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		ready(conn)
		go func() { // says every now and then that it is there
			for {
				select {
				case <-done:
					return
				case <-time.After(silence / 3):
					_ = conn.WriteControl(websocket.PongMessage, nil, time.Now().Add(writeWait))
				}
			}
		}()
		go func() {
			buffer := make([]byte, 64<<10)
			for {
				n, err := conn.NetConn().Read(buffer)
				if err != nil {
					return
				}
				if c.timed.Load() {
					c.mu.Lock()
					c.took = append(c.took, time.Since(c.sent))
					c.mu.Unlock()
				}
				if read := c.read.Add(int64(n)); read == c.want.Load() {
					c.come <- struct{}{}
				}
			}
		}()
	}
	return c
}

// burst tells everybody so many times, and waits until all have heard all.
func (c *crowd) burst(times int) {
	c.want.Add(int64(times) * c.size * crowdSize)
	c.sent = time.Now()
	for range times {
		c.tell()
	}
	<-c.come
}

// event is one that takes 300 bytes to tell.
func event() es.Event {
	e := es.Event{
		Subject: "fact.ours.stream.x.renamed",
		Meta:    es.Meta{Position: es.Position{Log: events.Facts.Name, Seq: 1 << 40}, Owner: "ours", Name: "stream.renamed", ID: "id"},
	}
	for n := 0; len(payload(e)) < 300; n++ {
		e.Data = fmt.Appendf(nil, `{"title":%q}`, strings.Repeat("x", n))
	}
	return e
}

// throughHub are clients of the gateway's own.
func throughHub(b *testing.B) *crowd {
	s := &server{Deps: &run.Deps{}}
	s.metrics = newMetrics(s.Deps, s.health)
	s.hub = newHub(s.Deps, []run.Service{library}, s.metrics, nil)
	close(s.hub.ready)
	upgrader := websocket.Upgrader{}
	c := gather(b, func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			b.Error(err)
			return
		}
		cl := newClient(r.Context(), conn, api.Caller{Account: "ours", Owner: "ours", Role: api.Owner}, run.Credential{})
		s.hub.join(cl)
		defer s.hub.leave(cl)
		s.converse(cl, s.hub.answer) // attend, but for the pings, which would be counted
	}, func(conn *websocket.Conn) {
		for _, text := range []string{`{"type":"SUBSCRIBE","topic":"events/facts"}`, `{"type":"PING"}`} {
			if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
				b.Fatal(err)
			}
		}
		if _, _, err := conn.ReadMessage(); err != nil { // the answer to the ping: the subscription stands
			b.Fatal(err)
		}
	})
	e := event()
	c.tell = func() {
		s.hub.tellEvent(e)
		e.Seq++
	}
	c.size = int64(len(newFrame(websocket.TextMessage, payload(e))))
	return c
}

// payload is what clients are told of an event.
func payload(e es.Event) []byte {
	record := api.Record(e)
	text, _ := json.Marshal(message{Type: "EVENT", Topic: "events/facts", Seq: e.Seq, Event: &record})
	return text
}

// bare are clients of a server that does nothing but give each a goroutine and a channel.
func bare(b *testing.B) *crowd {
	var mu sync.Mutex
	var queues []chan []byte
	upgrader := websocket.Upgrader{}
	c := gather(b, func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			b.Error(err)
			return
		}
		queue := make(chan []byte, 256)
		mu.Lock()
		queues = append(queues, queue)
		mu.Unlock()
		var writing sync.WaitGroup
		writing.Go(func() {
			for text := range queue {
				_ = conn.SetWriteDeadline(time.Now().Add(writeWait))
				if conn.WriteMessage(websocket.TextMessage, text) != nil {
					return
				}
			}
		})
		defer writing.Wait()
		defer close(queue)
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	}, func(*websocket.Conn) {})
	e := event()
	c.size = int64(len(newFrame(websocket.TextMessage, payload(e))))
	c.tell = func() {
		text := payload(e)
		for _, queue := range queues {
			queue <- text
		}
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		mu.Lock()
		n := len(queues)
		mu.Unlock()
		if n == crowdSize {
			break
		}
	}
	return c
}

// BenchmarkFanOut tells 1 000 clients of events of 300 bytes, through the hub and through a bare
// gorilla server with a goroutine and a channel for each client. "each" tells one event after the
// other, so that there is nothing to join; "burst" tells 200 at once, as a fifth of a second at 1 000
// events a second; "idle" tells one in a while, and measures until a client has it.
func BenchmarkFanOut(b *testing.B) {
	hub, raw := throughHub(b), bare(b)
	compare := func(b *testing.B, unit string, rounds, times int) {
		var of [2]time.Duration
		for b.Loop() {
			for i, c := range []*crowd{raw, hub} {
				began := time.Now()
				for range rounds {
					c.burst(times)
				}
				of[i] += time.Since(began)
			}
		}
		n := float64(b.N * rounds * times * crowdSize)
		b.ReportMetric(n/of[0].Seconds(), "raw-"+unit)
		b.ReportMetric(n/of[1].Seconds(), "hub-"+unit)
		b.ReportMetric(of[0].Seconds()/of[1].Seconds(), "ratio")
	}
	b.Run("each", func(b *testing.B) { compare(b, "deliveries/s", 100, 1) })
	b.Run("burst", func(b *testing.B) { compare(b, "deliveries/s", 5, 200) })
	b.Run("idle", func(b *testing.B) {
		for b.Loop() {
			for range 10 {
				for _, c := range []*crowd{raw, hub} {
					<-time.After(50 * time.Millisecond)
					c.timed.Store(true)
					c.burst(1)
					c.timed.Store(false)
				}
			}
		}
		of := [2]time.Duration{percentile(raw.took, 50), percentile(hub.took, 50)}
		b.ReportMetric(float64(of[0].Microseconds()), "raw-p50-µs")
		b.ReportMetric(float64(of[1].Microseconds()), "hub-p50-µs")
		b.ReportMetric(of[1].Seconds()/of[0].Seconds(), "ratio")
	})
}

func percentile(list []time.Duration, p int) time.Duration {
	list = slices.Sorted(slices.Values(list))
	return list[(len(list)-1)*p/100]
}

// pace calls f so many times, 500 times a second.
func pace(times int, f func(i int)) {
	ticker := time.NewTicker(time.Second / 500)
	defer ticker.Stop()
	for i := range times {
		<-ticker.C
		f(i)
	}
}

// BenchmarkCircle appends 500 events a second and measures until a client hears of the document that
// the tables then say, against the sum of the raw parts: a synchronous publish, the commit of one row,
// and a write on a websocket.
func BenchmarkCircle(b *testing.B) {
	const times = 2000
	s := startOn(b, testkit.Durable(b), nil)
	var parts, circle [4][]time.Duration
	for b.Loop() {
		parts[0] = append(parts[0], publishes(b, s, times)...)
		parts[1] = append(parts[1], commits(b, s, times)...)
		parts[2] = append(parts[2], writes(b, times)...)
		circle[0] = append(circle[0], rounds(b, s, times)...)
	}
	for _, p := range []int{50, 99} {
		var raw time.Duration
		for i, name := range []string{"publish", "commit", "write"} {
			part := percentile(parts[i], p)
			b.ReportMetric(float64(part.Microseconds()), fmt.Sprintf("%s-p%d-µs", name, p))
			raw += part
		}
		whole := percentile(circle[0], p)
		b.ReportMetric(float64(whole.Microseconds()), fmt.Sprintf("circle-p%d-µs", p))
		b.ReportMetric(whole.Seconds()/raw.Seconds(), fmt.Sprintf("ratio-p%d", p))
	}
}

func publishes(b *testing.B, s *site, times int) (took []time.Duration) {
	// On a log of its own that is synced too, so that nobody folds it meanwhile.
	nc, body := s.Logs.NATS(), []byte(`{"stream":"raw","title":"a title"}`)
	pace(times, func(int) {
		began := time.Now()
		if _, err := nc.Request("dead.raw.letter.raw.buried", body, time.Minute); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	})
	return took
}

func commits(b *testing.B, s *site, times int) (took []time.Duration) {
	conn, err := pgx.Connect(b.Context(), s.DatabaseURL)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close(b.Context()) }()
	if _, err := conn.Exec(b.Context(), "create table if not exists raw (title text)"); err != nil {
		b.Fatal(err)
	}
	pace(times, func(int) {
		began := time.Now()
		if _, err := conn.Exec(b.Context(), "insert into raw values ($1)", "a title"); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	})
	return took
}

func writes(b *testing.B, times int) (took []time.Duration) {
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
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = reading.Close() }()
	writing := <-conns
	defer func() { _ = writing.Close() }()
	pace(times, func(int) {
		began := time.Now()
		if err := writing.WriteMessage(websocket.TextMessage, []byte(`{"type":"UPDATE"}`)); err != nil {
			b.Fatal(err)
		}
		if _, _, err := reading.ReadMessage(); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	})
	return took
}

// rounds measures the circle. A version of the document tells of all that was appended before it.
func rounds(b *testing.B, s *site, times int) []time.Duration {
	made, _ := s.make(b, "x", ours)
	w, topic := s.open(b, "ours"), "stream/"+made.ID
	w.say(`{"type":"SUBSCRIBE","topic":%q}`, topic)
	w.hear("SNAPSHOT", topic)
	began := make([]time.Time, times)
	var mu sync.Mutex
	go pace(times, func(i int) {
		mu.Lock()
		began[i] = time.Now()
		mu.Unlock()
		s.rename(b, "ours", made.ID, fmt.Sprint(i))
	})
	took := make([]time.Duration, 0, times)
	for len(took) < times {
		var value struct {
			Title int `json:"title,string"`
		}
		if err := json.Unmarshal(w.hear("UPDATE", topic).Value, &value); err != nil {
			b.Fatal(err)
		}
		now := time.Now()
		mu.Lock()
		for i := len(took); i <= value.Title; i++ {
			took = append(took, now.Sub(began[i]))
		}
		mu.Unlock()
	}
	return took
}
