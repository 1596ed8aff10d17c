package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// wire is a websocket, seen by a client.
type wire struct {
	*websocket.Conn
	t testing.TB
}

func (s *site) dial(t testing.TB, query string, protocols []string, pairs ...string) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: protocols}
	conn, res, err := dialer.DialContext(t.Context(), strings.Replace(s.url, "http", "ws", 1)+"/ws"+query, header(pairs...))
	if err == nil {
		t.Cleanup(func() { _ = conn.Close() })
	}
	return conn, res, err
}

// open opens a websocket with a token.
func (s *site) open(t testing.TB, token string) *wire {
	t.Helper()
	conn, _, err := s.dial(t, "", []string{protocol, bearerPrefix + token})
	if err != nil {
		t.Fatal(err)
	}
	if conn.Subprotocol() != protocol {
		t.Errorf("the protocol is %q", conn.Subprotocol())
	}
	return &wire{conn, t}
}

func (w *wire) say(format string, args ...any) {
	w.t.Helper()
	if err := w.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)); err != nil {
		w.t.Fatal(err)
	}
}

// hear waits for the next message, which has to be of that type and topic.
func (w *wire) hear(kind, topic string) message {
	w.t.Helper()
	_ = w.SetReadDeadline(time.Now().Add(30 * time.Second)) // a hang, not a measure
	_, text, err := w.ReadMessage()
	if err != nil {
		w.t.Fatalf("waiting for %s %s: %v", kind, topic, err)
	}
	var m message
	if err := json.Unmarshal(text, &m); err != nil || m.Type != kind || m.Topic != topic {
		w.t.Fatalf("heard %s, want %s %s: %v", text, kind, topic, err)
	}
	return m
}

// wantClose waits for the end of the connection.
func (w *wire) wantClose(code int) {
	w.t.Helper()
	_ = w.SetReadDeadline(time.Now().Add(30 * time.Second))
	_, text, err := w.ReadMessage()
	var closed *websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != code {
		w.t.Fatalf("heard %s, %v; want the end with %d", text, err, code)
	}
}

func (s *site) rename(t testing.TB, owner, id, title string) es.Position {
	t.Helper()
	p, err := s.Logs.Append(t.Context(), owner, events.StreamRenamed{Stream: id, Title: title})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDocument(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	made, _ := s.make(t, "first", ours)
	topic := "stream/" + made.ID
	testkit.WaitDocument(t, s.System, "ours", topic, func(stream) bool { return true })
	w := s.open(t, "ours")
	w.say(`{"type":"SUBSCRIBE","topic":%q}`, topic)
	snapshot := w.hear("SNAPSHOT", topic)
	if string(snapshot.Value) != `{"id":"`+made.ID+`","title":"first"}` || *snapshot.Rev == 0 {
		t.Errorf("the snapshot is %+v", snapshot)
	}
	s.rename(t, "ours", made.ID, "second")
	update := w.hear("UPDATE", topic)
	if !strings.Contains(string(update.Value), "second") || *update.Rev <= *snapshot.Rev {
		t.Errorf("the update is %+v", update)
	}

	// Resuming tells a version once, and only a newer one than the client has.
	w2 := s.open(t, "ours")
	w2.say(`{"type":"SUBSCRIBE","topic":%q,"since":%d}`, topic, *update.Rev)
	w2.say(`{"type":"SUBSCRIBE","topic":"streams","since":0}`)
	if m := w2.hear("SNAPSHOT", "streams"); string(m.Value) != `{"count":1}` {
		t.Errorf("the snapshot is %s", m.Value)
	}
	for _, since := range []uint64{*snapshot.Rev, *update.Rev + 1000} {
		w2.say(`{"type":"SUBSCRIBE","topic":%q,"since":%d}`, topic, since)
		if m := w2.hear("SNAPSHOT", topic); *m.Rev != *update.Rev {
			t.Errorf("the snapshot since %d is %+v", since, m)
		}
	}
	w.say(`{"type":"UNSUBSCRIBE","topic":%q}`, topic)
	w.say(`{"type":"SUBSCRIBE","topic":"streams"}`)
	w.hear("SNAPSHOT", "streams")
	s.rename(t, "ours", made.ID, "third")
	w2.hear("UPDATE", topic)
	s.make(t, "another", ours)
	w.hear("UPDATE", "streams") // and no update of what it unsubscribed from
}

func TestDocumentThatIsNotThereYet(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	w := s.open(t, "ours")
	w.say(`{"type":"SUBSCRIBE","topic":"streams"}`)
	if m := w.hear("SNAPSHOT", "streams"); *m.Rev != 0 || string(m.Value) != "null" {
		t.Errorf("the snapshot is %+v", m)
	}
	w.say(`{"type":"SUBSCRIBE","topic":"stream/soon"}`)
	if _, err := s.Logs.Append(t.Context(), "ours", events.StreamCreated{Stream: "soon", Title: "x"}); err != nil {
		t.Fatal(err)
	}
	topics := map[string]string{}
	for range 2 { // two documents, in any order
		_, text, err := w.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		var m message
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		topics[m.Topic] = m.Type
	}
	if topics["streams"] != "UPDATE" || topics["stream/soon"] != "SNAPSHOT" {
		t.Errorf("heard %v", topics)
	}
}

func TestRefusedMessagesGetErrors(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	made, position := s.make(t, "of ours", ours)
	s.send(t, "GET", "/api/streams/"+made.ID, "", append(ours, "Afterglow-Min-Position", position)...)
	w := s.open(t, "theirs")
	long := "stream/" + strings.Repeat("x", 5000)
	for _, c := range []struct {
		say   string
		topic string
		code  fault.Code
	}{
		{`{"type":"SUBSCRIBE","topic":"stream/` + made.ID + `","ref":"7"}`, "stream/" + made.ID, fault.NotFound},
		{`{"type":"SUBSCRIBE","topic":"nothing","ref":"7"}`, "nothing", fault.NotFound},
		{`{"type":"SUBSCRIBE","topic":"stream.x","ref":"7"}`, "stream.x", fault.Invalid},
		{`{"type":"SUBSCRIBE","topic":"stream/>","ref":"7"}`, "stream/>", fault.Invalid},
		{`{"type":"SUBSCRIBE","ref":"7"}`, "", fault.Invalid},
		{`{"type":"SUBSCRIBE","topic":"stream","ref":"7"}`, "stream", fault.Invalid},
		{`{"type":"SUBSCRIBE","topic":"streams/x","ref":"7"}`, "streams/x", fault.NotFound},
		{`{"type":"SUBSCRIBE","topic":"streams","since":-1,"ref":"7"}`, "streams", fault.Invalid},
		{`{"type":"SUBSCRIBE","topic":"a\u0000","ref":"7"}`, "a\x00", fault.Invalid},
		{`{"type":"SUBSCRIBE","topic":"` + long[:200] + `","ref":"7"}`, long[:200], fault.NotFound},
		{`{"type":"SUBSCRIBE","topic":"` + long[:201] + `","ref":"7"}`, long[:201], fault.Invalid},
		{`{"type":"SUBSCRIBE","topic":"` + long + `","ref":"7"}`, long, fault.Invalid},
		{`{"type":"SING","ref":"7"}`, "", fault.Invalid},
	} {
		w.say("%s", c.say)
		if m := w.hear("ERROR", c.topic); m.Code != c.code || m.Message == "" || len(m.Message) > 500 || string(m.Ref) != `"7"` {
			t.Errorf("%s: %+v", c.say, m)
		}
	}
	for ref, want := range map[string]string{
		`7`: `7`, `-1.5e3`: `-1.5e3`, `true`: `true`, `null`: `null`, `"ä"`: `"ä"`, `{"a":1}`: "", `[7]`: "", "\"\xff\"": "",
	} {
		w.say(`{"type":"SING","ref":%s}`, ref)
		if m := w.hear("ERROR", ""); m.Code != fault.Invalid || string(m.Ref) != want {
			t.Errorf("the ref %s comes back as %s: %s", ref, m.Ref, m.Message)
		}
	}
	w.say(`[`)
	w.hear("ERROR", "")
	if err := w.WriteMessage(websocket.BinaryMessage, []byte(`{"type":"PING","ref":8}`)); err != nil {
		t.Fatal(err)
	}
	if m := w.hear("ERROR", ""); m.Code != fault.Invalid || string(m.Ref) != "8" {
		t.Errorf("a binary message: %+v", m)
	}
	w.say(`{"type":"PING","ref":%q}`, strings.Repeat("x", requestLimit))
	if m := w.hear("ERROR", ""); m.Code != fault.TooLarge {
		t.Errorf("a large message: %+v", m)
	}
	w.say(`{"type":"PING","ref":9}`)
	if m := w.hear("PONG", ""); string(m.Ref) != "9" {
		t.Errorf("a ping: %+v", m)
	}
	w.say(`{"type":"PING","ref":%q}`, strings.Repeat("x", readLimit))
	w.wantClose(websocket.CloseMessageTooBig)
	viewer := s.open(t, "viewer")
	viewer.say(`{"type":"SUBSCRIBE","topic":"events/ticks"}`)
	if m := viewer.hear("ERROR", "events/ticks"); m.Code != fault.Forbidden {
		t.Errorf("a viewer's feed: %+v", m)
	}
	for i := range maxTopics + 1 {
		viewer.say(`{"type":"SUBSCRIBE","topic":"titles/%d"}`, i)
	}
	if m := viewer.hear("ERROR", "titles/"+strconv.Itoa(maxTopics)); m.Code != fault.Limited {
		t.Errorf("too many topics: %+v", m)
	}
}

func TestFeed(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	made, _ := s.make(t, "before", ours)
	w := s.open(t, "ours")
	w.say(`{"type":"SUBSCRIBE","topic":"events/facts"}`)
	w.say(`{"type":"SING"}`)
	w.hear("ERROR", "") // the subscription has begun
	s.make(t, "of theirs", theirs)
	p := s.rename(t, "ours", made.ID, "after")
	m := w.hear("EVENT", "events/facts")
	if m.Event.Event == "stream.created" && m.Event.AggregateID == made.ID { // the gateway may hear of it only now
		m = w.hear("EVENT", "events/facts")
	}
	if m.Seq != p.Seq || m.Event.Event != "stream.renamed" || m.Event.AggregateID != made.ID || m.Event.Log != "FACTS" ||
		m.Event.Seq != p.Seq || m.Event.Subject != "fact.ours.stream."+made.ID+".renamed" || !strings.Contains(string(m.Event.Data), "after") {
		t.Errorf("the event is %+v", m.Event)
	}
}

func TestFeedResumesWithoutLossOrDoubles(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	const total = 600
	written := make(chan uint64, total)
	half := make(chan struct{})
	go func() {
		defer close(written)
		for i := range total {
			owner := []string{"ours", "theirs", "ours"}[i%3]
			p, err := s.Logs.Append(t.Context(), owner, events.StreamRenamed{Stream: "x", Title: strconv.Itoa(i)})
			if err != nil {
				t.Error(err)
				return
			}
			if owner == "ours" {
				written <- p.Seq
			}
			if i == total/2 {
				close(half)
			}
		}
	}()
	var want, got []uint64
	var wires []*wire
	<-half // the rest is written while clients resume
	for range 3 {
		w := s.open(t, "ours")
		w.say(`{"type":"SUBSCRIBE","topic":"events/facts","since":0}`)
		wires = append(wires, w)
	}
	for seq := range written {
		want = append(want, seq)
	}
	for _, w := range wires {
		got = got[:0]
		for len(got) < len(want) {
			got = append(got, w.hear("EVENT", "events/facts").Seq)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("heard %v, want %v", got, want)
		}
	}
	// A client with the newest event gets what comes after it, and one that knows another log a gap.
	w, last := s.open(t, "ours"), want[len(want)-1]
	w.say(`{"type":"SUBSCRIBE","topic":"events/facts","since":%d}`, last)
	p := s.rename(t, "ours", "x", "last")
	if m := w.hear("EVENT", "events/facts"); m.Seq != p.Seq {
		t.Errorf("heard %d, want %d", m.Seq, p.Seq)
	}
	w.say(`{"type":"SUBSCRIBE","topic":"events/facts","since":%d}`, p.Seq+1000)
	w.hear("GAP", "events/facts")
}

func TestWhoMayOpenAWebsocket(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for name, c := range map[string]struct {
		query     string
		protocols []string
		header    []string
		status    int
		end       int
	}{
		"token in the query":      {"?token=ours", nil, nil, 101, 0},
		"token in the header":     {"", nil, ours, 101, 0},
		"ticket":                  {"?ticket=once", nil, nil, 101, 0},
		"no ticket":               {"?ticket=ours-not", nil, nil, 401, 0},
		"ticket of another site":  {"?ticket=once", nil, []string{"Origin", "http://evil.example"}, 403, 0},
		"session of a page":       {"", nil, []string{"Cookie", s.cookie("ours"), "Origin", s.url}, 101, 0},
		"session of another site": {"", nil, []string{"Cookie", s.cookie("ours"), "Origin", "http://evil.example"}, 403, 0},
		"session of a sandbox":    {"", nil, []string{"Cookie", s.cookie("ours"), "Origin", "null"}, 403, 0},
		"session of a program":    {"", nil, []string{"Cookie", s.cookie("ours")}, 101, 0},
		"token of another site":   {"?token=ours", nil, []string{"Origin", "http://evil.example"}, 403, 0},
		"nobody":                  {"", nil, nil, 401, 0},
		"wrong token":             {"", []string{protocol, bearerPrefix + "nobody"}, nil, 401, 0},
		"page without a session":  {"", nil, []string{"Origin", s.url}, 101, closeUnauthenticated},
		"page, ended session":     {"", nil, []string{"Cookie", s.cookie("nobody"), "Origin", s.url}, 101, closeUnauthenticated},
	} {
		conn, res, err := s.dial(t, c.query, c.protocols, c.header...)
		if res == nil || res.StatusCode != c.status {
			t.Errorf("%s: %v, %v", name, res, err)
			continue
		}
		if c.end != 0 {
			(&wire{conn, t}).wantClose(c.end)
		}
	}
}

func TestSigningOutEndsWebsockets(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	conn, _, err := s.dial(t, "", nil, "Cookie", s.cookie("ours"), "Origin", s.url)
	if err != nil {
		t.Fatal(err)
	}
	session, other, token := &wire{conn, t}, s.open(t, "theirs"), s.open(t, "viewer")
	for _, w := range []*wire{session, other, token} {
		w.say(`{"type":"SUBSCRIBE","topic":"streams"}`)
		w.hear("SNAPSHOT", "streams")
	}
	s.send(t, "DELETE", "/api/sessions/current", "", "Cookie", s.cookie("ours"))
	session.wantClose(closeUnauthenticated)
	token.say(`{"type":"SUBSCRIBE","topic":"streams"}`) // of the same account, and still valid
	token.hear("SNAPSHOT", "streams")
	s.door.forget("viewer")
	s.door.mu.Lock()
	s.door.away = 2 // it is asked until it can tell
	s.door.mu.Unlock()
	if _, err := s.Logs.Append(t.Context(), "ours", events.TokenRevoked{Account: "ours", Token: "t"}); err != nil {
		t.Fatal(err)
	}
	token.wantClose(closeUnauthenticated)
	s.Stop(t)
	other.wantClose(websocket.CloseServiceRestart)
}
