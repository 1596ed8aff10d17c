package gateway

import (
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// listener is a client that comes again whenever its connection ends, and goes on where it was.
type listener struct {
	t *testing.T
	// open opens a connection, or fails while nobody is there.
	open func() (*websocket.Conn, error)
	// since is the last event or version that came, by topic.
	since map[string]uint64
	conn  *websocket.Conn
}

// next is the next message about a topic. A gap is a failure.
func (l *listener) next() message {
	l.t.Helper()
	for {
		for l.conn == nil {
			conn, err := l.open()
			if err != nil {
				if l.t.Context().Err() != nil {
					l.t.Fatal(err)
				}
				continue
			}
			l.conn = conn
			for topic, since := range l.since {
				ask := fmt.Sprintf(`{"type":"SUBSCRIBE","topic":%q,"since":%d}`, topic, since)
				if conn.WriteMessage(websocket.TextMessage, []byte(ask)) != nil {
					break // reading fails too
				}
			}
		}
		_ = l.conn.SetReadDeadline(time.Now().Add(time.Minute)) // a hang, not a measure
		var m message
		if err := l.conn.ReadJSON(&m); err != nil {
			_ = l.conn.Close()
			l.conn = nil
			continue
		}
		if m.Type == "ERROR" {
			l.t.Fatalf("heard %+v", m)
		}
		l.since[m.Topic] = m.Seq
		if m.Rev != nil {
			l.since[m.Topic] = *m.Rev
		}
		return m
	}
}

// reads reads so many events of a feed, and wants each of them once and in order.
func (l *listener) reads(titles int) {
	l.t.Helper()
	for want := 0; want < titles; {
		m := l.next()
		if m.Type == "GAP" {
			l.t.Fatalf("a gap before event %d", want)
		}
		if m.Type != "EVENT" {
			continue
		}
		var body events.StreamRenamed
		if err := json.Unmarshal(m.Event.Data, &body); err != nil {
			l.t.Fatal(err)
		}
		if body.Title != strconv.Itoa(want) {
			l.t.Fatalf("heard event %s, want %d", body.Title, want)
		}
		want++
	}
}

// appendTitles appends events in the background; step is called before each.
func appendTitles(t *testing.T, s *testkit.System, titles int, step func(i int)) *sync.WaitGroup {
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := range titles {
			step(i)
			if _, err := s.Logs.Append(t.Context(), "ours", events.StreamRenamed{Stream: "x", Title: strconv.Itoa(i)}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	return &writing
}

// A client that comes back after the gateway was started anew has missed nothing, and hears nothing twice.
func TestFeedOutlivesTheGateway(t *testing.T) {
	t.Parallel()
	p, door := testkit.Platform(t), newDoor()
	others := testkit.Start(t, p, door.service(), library)
	addresses := make(chan string, 10)
	begin := func() *testkit.System {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		q := p
		q.Config.Listen = l.Addr().String()
		system := testkit.Start(t, q, service([]run.Service{door.service(), library}, func(string, string) (net.Listener, error) { return l, nil }))
		addresses <- q.Config.Listen
		return system
	}
	gateway := begin()
	address := <-addresses
	l := &listener{t: t, since: map[string]uint64{"events/facts": 0}, open: func() (*websocket.Conn, error) {
		conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+address+"/ws?token=ours", nil)
		if err != nil {
			address = <-addresses // where the next one is
		}
		return conn, err
	}}
	const total = 400
	writing := appendTitles(t, others, total, func(i int) {
		if i > 0 && i%100 == 0 {
			gateway.Stop(t)
			gateway = begin()
		}
	})
	l.reads(total)
	writing.Wait()
	_ = l.conn.Close()
}

// A connection outlives the restart of NATS: feeds and documents go on by themselves.
func TestSubscriptionsOutliveNATS(t *testing.T) {
	t.Parallel()
	p, server := withNATS(t)
	s := startOn(t, p, nil)
	made, _ := s.make(t, "first", ours)
	topic := "stream/" + made.ID
	after, err := s.Logs.Last(t.Context(), events.Facts.Name)
	if err != nil {
		t.Fatal(err)
	}
	dials := 0
	feed := &listener{t: t, since: map[string]uint64{"events/facts": after}, open: func() (*websocket.Conn, error) {
		dials++
		conn, _, err := s.dial(t, "?token=ours", nil)
		return conn, err
	}}
	testkit.WaitDocument(t, s.System, "ours", topic, func(stream) bool { return true })
	document := s.open(t, "ours")
	document.say(`{"type":"SUBSCRIBE","topic":%q}`, topic)
	document.hear("SNAPSHOT", topic)
	const total = 300
	writing := appendTitles(t, s.System, total, func(i int) {
		if i == total/2 {
			if err := server.Restart(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	feed.reads(total)
	writing.Wait()
	if dials != 1 {
		t.Errorf("the connection was lost: there were %d", dials)
	}
	s.rename(t, "ours", made.ID, "last")
	for title := ""; title != "last"; {
		_ = document.SetReadDeadline(time.Now().Add(time.Minute))
		var m message
		if err := document.ReadJSON(&m); err != nil {
			t.Fatal(err)
		}
		var v stream
		switch m.Type {
		case "GAP": // versions may have been missed
			document.say(`{"type":"SUBSCRIBE","topic":%q}`, topic)
		case "SNAPSHOT", "UPDATE":
			if err := json.Unmarshal(m.Value, &v); err != nil {
				t.Fatal(err)
			}
			title = v.Title
		default:
			t.Fatalf("heard %+v", m)
		}
	}
}

// Over real connections: who does not read gets a gap after what had room, or after a while loses the
// connection; it goes on from what it has heard, and nobody waits for it.
func TestClientThatDoesNotReadSlowsNobody(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	slow, quick := s.open(t, "ours"), s.open(t, "ours")
	for _, w := range []*wire{slow, quick} {
		w.say(`{"type":"SUBSCRIBE","topic":"events/facts"}`)
		w.say(`{"type":"PING"}`)
		w.hear("PONG", "")
	}
	title := strings.Repeat("x", 200<<10)
	const total = 200 // 40 MB: more than its queue and the buffers of the network
	first := s.rename(t, "ours", "x", title).Seq
	newest := first
	quick.hear("EVENT", "events/facts")
	for range total - 1 {
		newest = s.rename(t, "ours", "x", title).Seq
		quick.hear("EVENT", "events/facts")
	}
	last := first - 1
	for {
		_ = slow.SetReadDeadline(time.Now().Add(time.Minute))
		var m message
		if err := slow.ReadJSON(&m); err != nil {
			slow = s.open(t, "ours")
			break
		}
		if m.Type == "GAP" {
			break
		}
		if m.Type != "EVENT" || m.Seq <= last {
			t.Fatalf("heard %s %d after %d", m.Type, m.Seq, last)
		}
		if last = m.Seq; last == newest {
			t.Fatal("the slow client heard everything: the test does not test")
		}
	}
	slow.say(`{"type":"SUBSCRIBE","topic":"events/facts","since":%d}`, last)
	for last < newest {
		last = slow.hear("EVENT", "events/facts").Seq
	}
}
