package gateway

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	parts "github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// withNATS is a platform whose nats-server the test may stop.
func withNATS(t *testing.T) (run.Platform, *parts.NATS) {
	t.Helper()
	p := testkit.Platform(t)
	server, err := parts.StartNATS(t.Context(), parts.NATSOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	nc, err := server.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if p.Logs, err = es.Open(t.Context(), nc, p.Logger); err != nil {
		t.Fatal(err)
	}
	return p, server
}

// untilHealth passes over what is told of the platform up to what satisfies the condition.
func untilHealth(w *wire, ok func(Health) bool) Health {
	w.t.Helper()
	for {
		_ = w.SetReadDeadline(time.Now().Add(time.Minute)) // a hang, not a measure
		var m message
		if err := w.ReadJSON(&m); err != nil {
			w.t.Fatalf("waiting for the health: %v", err)
		}
		var h Health
		if m.Topic != healthTopic || m.Type != "SNAPSHOT" && m.Type != "UPDATE" {
			continue
		}
		if err := json.Unmarshal(m.Value, &h); err != nil {
			w.t.Fatal(err)
		}
		if ok(h) {
			return h
		}
	}
}

func isOK(h Health) bool { return h.OK }

// lacks is the condition that a part is not well.
func lacks(name string) func(Health) bool {
	return func(h Health) bool {
		i := slices.IndexFunc(h.Parts, func(p HealthPart) bool { return p.Name == name })
		return !h.OK && !h.Parts[i].OK && h.Parts[i].Reason != ""
	}
}

// watchHealth is a client that knows how the platform is doing.
func (s *site) watchHealth(t *testing.T) *wire {
	t.Helper()
	w := s.open(t, "viewer")
	w.say(`{"type":"SUBSCRIBE","topic":"health"}`)
	untilHealth(w, isOK)
	return w
}

func TestHealthTellsThatTheLogIsAway(t *testing.T) {
	t.Parallel()
	p, server := withNATS(t)
	s := startOn(t, p, nil)
	w, page := s.watchHealth(t), s.open(t, "viewer")
	server.Stop()
	untilHealth(w, lacks("log"))
	if res, text := s.send(t, "GET", "/readyz", ""); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("ready: status %d, %s", res.StatusCode, text)
	}
	page.say(`{"type":"PING","ref":1}`)
	if m := page.hear("PONG", ""); string(m.Ref) != "1" {
		t.Errorf("heard %+v", m)
	}
	page.say(`{"type":"SUBSCRIBE","topic":"streams"}`) // answered as soon as it can be
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	page.hear("SNAPSHOT", "streams")
	untilHealth(w, isOK)
}

func TestHealthTellsThatTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	folder, err := os.MkdirTemp("/tmp", "afterglow") // short enough for the address of a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	begin := func() *parts.Postgres {
		postgres, err := parts.StartPostgres(t.Context(), filepath.Join(folder, "p"), parts.PostgresOptions{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(postgres.Stop)
		return postgres
	}
	postgres := begin()
	p := testkit.Platform(t)
	p.DatabaseURL = postgres.URL()
	s := startOn(t, p, nil)
	w := s.watchHealth(t)
	made, _ := s.make(t, "before", ours)
	postgres.Stop()
	untilHealth(w, lacks("database"))
	s.rename(t, "ours", made.ID, "while it was away")
	if again := begin(); again.URL() != p.DatabaseURL {
		t.Fatalf("the database is at %s now", again.URL())
	}
	untilHealth(w, isOK)
	topic := "stream/" + made.ID
	testkit.WaitDocument(t, s.System, "ours", topic, func(v stream) bool { return v.Title == "while it was away" })
}

func TestHealthTellsThatAServiceIsAway(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	other := testkit.Start(t, p, library)
	s := startOn(t, p, nil, library.Name)
	w := s.watchHealth(t)
	other.Stop(t)
	untilHealth(w, lacks("library"))
	testkit.Start(t, p, library)
	untilHealth(w, isOK)
}

func TestHealthHasNoParts(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	w := s.open(t, "ours")
	for _, topic := range []string{"health/x", "health/log"} {
		w.say(`{"type":"SUBSCRIBE","topic":%q}`, topic)
		if m := w.hear("ERROR", topic); m.Code != fault.NotFound {
			t.Errorf("%s: %+v", topic, m)
		}
	}
}

// What a copy that is gone told last is not kept, and the copy that is furthest counts.
func TestHealthFoldsCopies(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	h := newHealth(&run.Deps{Platform: p}, []run.Service{library})
	status := func(lag uint64, err string) []es.Status {
		return []es.Status{{Name: "library", At: es.Positions{events.Facts.Name: 1}, Lag: lag, Error: err}}
	}
	well := run.Health{Service: "library", Copy: "a", Ready: true, Log: true, Database: true, Objects: true, Projections: status(3, "")}
	h.hear(well)
	behind := well
	behind.Copy, behind.Projections = "b", status(500, "")
	h.hear(behind)
	h.show()
	h.mu.Lock()
	now := h.fold(time.Now())
	h.mu.Unlock()
	if part := now.Parts[3]; !now.OK || part.Name != "library" || part.Lag != 3 {
		t.Errorf("it is %+v", now)
	}
	well.Projections = status(7, "")
	if h.hear(well); h.show() {
		t.Error("clients are told of a jitter")
	}
	behind.Projections = status(500, "dial tcp 10.0.0.1: refused")
	h.hear(behind)
	var live Health
	if !h.show() || json.Unmarshal(h.live().Value, &live) != nil || live.OK || live.Parts[3].Reason == "" {
		t.Errorf("it is %+v", live)
	}
	if text := string(h.live().Value); strings.Contains(text, "10.0.0.1") {
		t.Errorf("it tells what only the log of the service should: %s", text)
	}
}
