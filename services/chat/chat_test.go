package chat_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/chat"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var (
	ours      = testkit.Owner("ours")
	theirs    = testkit.Owner("theirs")
	viewer    = api.Caller{Account: "v", Owner: "ours", Role: api.Viewer}
	moderator = api.Caller{Account: "m", Owner: "ours", Role: api.Moderator}
)

// site is the service with what a test tells it.
type site struct {
	*testkit.System
	t    *testing.T
	last es.Position
}

func start(t *testing.T) *site {
	t.Helper()
	return startOn(t, testkit.Platform(t))
}

func startOn(t *testing.T, p run.Platform) *site {
	t.Helper()
	return &site{System: testkit.Start(t, p, chat.Service), t: t}
}

// tell appends a fact of ours, with the time at which it happened.
func (s *site) tell(at time.Time, e events.Event, opts ...es.Option) es.Position {
	s.t.Helper()
	p, err := s.Logs.Append(s.t.Context(), "ours", e, append(opts, es.At(at))...)
	if err != nil {
		s.t.Fatal(err)
	}
	s.last = p
	return p
}

var (
	ann = events.Person{ID: "1001", Login: "ann", Name: "Ann"}
	bob = events.Person{ID: "1002", Login: "bob", Name: "Bob"}
)

func (s *site) write(at time.Time, id string, who events.Person, text string) es.Position {
	s.t.Helper()
	return s.tell(at, events.MessageSent{
		Channel: "77", Message: id, Person: who, Text: text, Kind: "text", Fragments: []events.Fragment{{Kind: "text", Text: text}},
		Badges: []events.Badge{{Set: "vip", ID: "1"}}, Raw: []byte(`{"raw":"` + who.Login + `"}`),
	})
}

// settle waits until the tables have all that is on the logs.
func (s *site) settle() {
	s.t.Helper()
	for _, log := range []string{"FACTS", "CHAT"} {
		last, err := s.Logs.Last(s.t.Context(), log)
		if err != nil {
			s.t.Fatal(err)
		}
		if _, err := s.Call(s.t, ours, "GET /api/chat", testkit.Params("limit", "1"), nil, es.Position{Log: log, Seq: last}); err != nil {
			s.t.Fatal(err)
		}
	}
}

// list is what a caller is told of the messages, by their ids.
func (s *site) list(caller api.Caller, params ...string) (list []chat.Message, ids string) {
	s.t.Helper()
	s.settle()
	var page api.List[chat.Message]
	if _, err := s.Call(s.t, caller, "GET /api/chat", testkit.Params(params...), &page); err != nil {
		s.t.Fatal(err)
	}
	for _, m := range page.Items {
		ids += m.ID + " "
	}
	return page.Items, strings.TrimSpace(ids)
}

// heard waits for an event that satisfies the condition, and decodes nothing of it.
func (s *site) heard(log events.Log, name string, ok func(es.Event) bool) es.Event {
	s.t.Helper()
	var found es.Event
	enough := errors.New("enough")
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	err := s.Logs.Tail(ctx, log, es.TailFrom{}, func(e es.Event) error {
		if e.Name == name && (ok == nil || ok(e)) {
			found = e
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		s.t.Fatalf("waiting for %s: %v", name, err)
	}
	return found
}

// download reads a file of a stream's chat.
func (s *site) download(format string) string {
	s.t.Helper()
	var f api.File
	if _, err := s.Call(s.t, ours, "GET /api/chat/streams/{stream}/chat."+format, testkit.Params("stream", "s1"), &f); err != nil {
		s.t.Fatal(err)
	}
	if f.Key != "" {
		return s.stored(f.Key)
	}
	plain, err := gzip.NewReader(bytes.NewReader(f.Content))
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := io.ReadAll(plain)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

func (s *site) replay(caller api.Caller, params ...string) chat.Replayed {
	s.t.Helper()
	var got chat.Replayed
	if _, err := s.Call(s.t, caller, "GET /api/chat/streams/{stream}/replay", testkit.Params(append(params, "stream", "s1")...), &got); err != nil {
		s.t.Fatal(err)
	}
	return got
}

// consistent fails unless a replay of the logs gives what the tables have, also once it took their place.
func (s *site) consistent() {
	s.t.Helper()
	s.settle()
	projection := chat.Service.Projections[0]
	for range 2 {
		replay, err := s.Logs.Compare(s.t.Context(), s.Pool(s.t), projection, nil)
		if err != nil || len(replay.Differences) > 0 || replay.Parked+replay.ReplayParked > 0 {
			s.t.Errorf("a replay gives something else: %+v, %v", replay, err)
		}
		if err := s.Logs.Rebuild(s.t.Context(), s.Pool(s.t), projection, nil); err != nil {
			s.t.Fatal(err)
		}
	}
}

// evening is when the stream s1 began.
func evening() time.Time { return time.Now().UTC().Add(-3 * time.Hour).Truncate(time.Second) }

func (s *site) stream(began time.Time) {
	s.t.Helper()
	s.tell(began, events.StreamCreated{Stream: "s1", Title: "x", StartedAt: began})
	s.tell(began, events.StreamWentLive{Stream: "s1", At: began, Channel: "77"})
}

func TestWhatWasWrittenIsFound(t *testing.T) {
	t.Parallel()
	s := start(t)
	began := evening()
	s.stream(began)
	s.write(began.Add(-time.Minute), "m0", bob, "early bird")
	s.write(began.Add(time.Minute), "m1", ann, "Hello there, what a GREAT boss!")
	s.write(began.Add(2*time.Minute), "m2", bob, "the boss, again; 100% :)")
	s.write(began.Add(3*time.Minute), "m3", ann, "nul\x00 byte and \\u0000")
	for name, c := range map[string]struct {
		params []string
		want   string
	}{
		"all":          {nil, "m3 m2 m1 m0"},
		"oldest first": {[]string{"sort", "sentAt"}, "m0 m1 m2 m3"},
		"a word":       {[]string{"q", "great"}, "m1"},
		"two words":    {[]string{"q", "boss the"}, "m2"},
		"a phrase":     {[]string{"q", `"the boss"`}, "m2"},
		"without":      {[]string{"q", "boss -great"}, "m2"},
		"by somebody":  {[]string{"user", "1001"}, "m3 m1"},
		"in a stream":  {[]string{"stream", "s1", "sort", "sentAt"}, "m1 m2 m3"},
		"in a time":    {[]string{"from", began.Format(time.RFC3339), "to", began.Add(2 * time.Minute).Format(time.RFC3339)}, "m1"},
		"elsewhere":    {[]string{"channel", "78"}, ""},
	} {
		if _, got := s.list(ours, c.params...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	list, _ := s.list(ours, "stream", "s1", "sort", "sentAt")
	if m := list[0]; *m.At != 60 || m.User.Name != "Ann" || m.Badges[0].Set != "vip" || m.Fragments[0].Text != m.Text || m.Seq == 0 || m.DeletedAt != nil {
		t.Errorf("message %+v", m)
	}
	if list[2].Text != `nul byte and \u0000` {
		t.Errorf("text %q", list[2].Text)
	}
	cursor, ids := "", ""
	for range 5 {
		var page api.List[chat.Message]
		if _, err := s.Call(t, ours, "GET /api/chat", testkit.Params("limit", "1", "cursor", cursor), &page); err != nil {
			t.Fatal(err)
		}
		ids += page.Items[0].ID
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if ids != "m3m2m1m0" {
		t.Errorf("page by page: %s", ids)
	}
	s.consistent()
}

func TestDeletedStaysDeletedInAnyOrder(t *testing.T) {
	t.Parallel()
	s := start(t)
	began := evening()
	s.stream(began)
	at := func(minute int) time.Time { return began.Add(time.Duration(minute) * time.Minute) }
	s.tell(at(5), events.MessageDeleted{Channel: "77", Message: "m1", Person: ann}) // comes before its message
	s.write(at(1), "m1", ann, "secret one")
	s.write(at(2), "m2", bob, "secret two")
	s.tell(at(6), events.UserCleared{Channel: "77", Person: bob})
	s.write(at(3), "m3", bob, "secret three") // older, and comes later
	s.write(at(7), "m4", bob, "secret four")
	s.tell(at(7), events.UserCleared{Channel: "78", Person: bob})
	s.tell(at(8), events.MessageSent{Channel: "77", Message: "m5", Person: ann, Text: "indeed", Reply: &events.Reply{Message: "m3", Person: bob, Text: "secret three"}})

	list, _ := s.list(moderator, "sort", "sentAt")
	for i, want := range []string{"message", "user", "user", "", ""} {
		if m := list[i]; m.DeletedBy != want || (m.DeletedAt != nil) != (want != "") || m.Text == "" {
			t.Errorf("%s is deleted by %q at %v, text %q", m.ID, m.DeletedBy, m.DeletedAt, m.Text)
		}
	}
	list, _ = s.list(viewer, "sort", "sentAt")
	for i, m := range list {
		if i < 3 && (m.Text != "" || len(m.Fragments) != 0) || m.Reply != nil && m.Reply.Text != "" {
			t.Errorf("a viewer reads %+v", m)
		}
	}
	if _, ids := s.list(viewer, "q", "secret"); ids != "m4" {
		t.Errorf("a viewer finds %s", ids)
	}
	if _, ids := s.list(moderator, "q", "secret"); ids != "m4 m3 m2 m1" {
		t.Errorf("a moderator finds %s", ids)
	}
	for _, m := range s.replay(viewer).Items {
		if m.DeletedAt != nil && m.Text != "" {
			t.Errorf("a viewer is shown %+v", m)
		}
	}
	s.tell(at(9), events.ChatCleared{Channel: "77"})
	list, _ = s.list(moderator, "sort", "sentAt")
	if m := list[4]; m.DeletedBy != "all" || list[0].DeletedBy != "message" {
		t.Errorf("after all was cleared: %+v", m)
	}
	var p chat.Chatter
	if _, err := s.Call(t, ours, "GET /api/chat/people/{user}", testkit.Params("user", "1002"), &p); err != nil {
		t.Fatal(err)
	}
	if p.Messages != 3 || p.Deleted != 3 || p.Name != "Bob" || len(p.Streams) != 1 || p.Streams[0].Messages != 3 || !p.FirstSeen.Equal(at(2)) {
		t.Errorf("person %+v", p)
	}
	s.consistent()
}

func TestMessageToldAgainIsThereOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	yesterday := time.Now().UTC().Add(-26 * time.Hour)
	s.write(yesterday, "m1", ann, "once")
	s.write(yesterday, "m1", ann, "once")
	s.write(yesterday.Add(24*time.Hour), "m1", ann, "once")
	s.write(yesterday.Add(24*time.Hour), "m2", ann, "twice")
	if _, ids := s.list(ours); ids != "m2 m1" {
		t.Errorf("messages %s", ids)
	}
	for range 2 {
		s.tell(yesterday, events.ActivitySeen{Channel: "77", Activity: "a1", Kind: "subscription", Type: "channel.chat.notification", Alert: true, Person: &ann})
		s.tell(yesterday, events.ActivitySeen{Channel: "77", Activity: "a1", Kind: "subscription", Type: "channel.subscribe", Person: &ann})
	}
	s.settle()
	var page api.List[chat.Activity]
	if _, err := s.Call(t, ours, "GET /api/activity", testkit.Params("kind", "subscription"), &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 1 || !page.Items[0].Alert || page.Items[0].Person.Name != "Ann" {
		t.Errorf("activities %+v", page.Items)
	}
	s.consistent()
}

func TestActivityIsToldWhole(t *testing.T) {
	t.Parallel()
	s := start(t)
	at := evening()
	s.tell(at, events.ActivitySeen{
		Channel: "77", Activity: "a1", Kind: "gifts", Phase: "end", Type: "channel.subscription.gift", Alert: true, Person: &ann, Target: &bob,
		Anonymous: true, Amount: 5, Months: 7, Streak: 3, Tier: "1000", Title: "Gifts", Text: "for all", Group: "g1", Status: "done", Found: true,
		Raw: json.RawMessage(`{"id":"raw","seq":9,"at":9}`),
	})
	s.tell(at.Add(-time.Second), events.ActivitySeen{Channel: "77", Activity: "a2", Kind: "gifts", Type: "channel.chat.notification"})
	s.settle()
	var page api.List[chat.Activity]
	if _, err := s.Call(t, ours, "GET /api/activity", testkit.Params("kind", "gifts"), &page); err != nil {
		t.Fatal(err)
	}
	want := []chat.Activity{{
		ID: "a1", Channel: "77", Seq: 1, SeenAt: at, Kind: "gifts", Phase: "end", Type: "channel.subscription.gift", Alert: true, Person: &ann, Target: &bob,
		Anonymous: true, Amount: 5, Months: 7, Streak: 3, Tier: "1000", Title: "Gifts", Text: "for all", Group: "g1", Status: "done", Found: true,
	}, {
		ID: "a2", Channel: "77", Seq: 2, SeenAt: at.Add(-time.Second), Kind: "gifts", Type: "channel.chat.notification",
	}}
	if !reflect.DeepEqual(page.Items, want) {
		t.Errorf("activities %+v, want %+v", page.Items, want)
	}
}

// In bulk, as in a burst or a rebuild, the same holds as one by one.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	began := time.Now().UTC().Add(-30 * time.Hour)
	var drafts []es.Draft
	for i := range 900 {
		id := fmt.Sprintf("m%d", i%300)
		at := began.Add(time.Duration(i/300) * 12 * time.Hour)
		drafts = append(drafts, es.Draft{Owner: "ours", Event: events.MessageSent{Channel: "77", Message: id, Person: ann, Text: id}, Options: []es.Option{es.At(at)}})
	}
	if _, err := p.Logs.AppendAll(t.Context(), drafts...); err != nil {
		t.Fatal(err)
	}
	s := startOn(t, p)
	s.settle()
	var person chat.Chatter
	if _, err := s.Call(t, ours, "GET /api/chat/people/{user}", testkit.Params("user", "1001"), &person); err != nil || person.Messages != 300 {
		t.Errorf("%d messages, %v", person.Messages, err)
	}
	s.consistent()
}

// Pages follow each other over all days, also where something was added later.
func TestPagesGoOnOverTheDays(t *testing.T) {
	t.Parallel()
	s := start(t)
	now := time.Now().UTC()
	want := ""
	for i, days := range []int{0, 0, 1, 1, 2, 2, 3, 5, 5, 8, 8, 13, 13, 13} {
		at := now.Add(time.Duration(-days)*24*time.Hour - time.Duration(i)*time.Minute)
		id := fmt.Sprintf("m%02d", i)
		s.tell(at, events.MessageSent{Channel: "77", Message: id, Person: ann, Text: "a word", Imported: i%3 == 1})
		want += id + " "
	}
	for _, limit := range []string{"1", "2", "3", "20"} {
		got, cursor := "", ""
		s.settle()
		for range 20 {
			var page api.List[chat.Message]
			if _, err := s.Call(t, ours, "GET /api/chat", testkit.Params("limit", limit, "cursor", cursor, "q", "word"), &page); err != nil {
				t.Fatal(err)
			}
			for _, m := range page.Items {
				got += m.ID + " "
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if got != want {
			t.Errorf("pages of %s: %s", limit, got)
		}
	}
}

// A source whose clock is wrong does not put its messages in front of all others for ever.
func TestNothingComesFromTheFuture(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.write(time.Now().AddDate(5, 0, 0), "m1", ann, "from the future")
	s.write(time.Now(), "m2", ann, "from today")
	list, ids := s.list(ours)
	if ids != "m2 m1" || list[1].SentAt.After(time.Now().Add(time.Minute)) {
		t.Errorf("%s, at %v", ids, list[1].SentAt)
	}
	s.consistent()
}

func TestNobodySeesWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	s := start(t)
	began := evening()
	s.stream(began)
	s.write(began.Add(time.Minute), "m1", ann, "ours alone")
	s.settle()
	var page api.List[chat.Message]
	if _, err := s.Call(t, theirs, "GET /api/chat", testkit.Params("q", "ours"), &page); err != nil || len(page.Items) != 0 {
		t.Errorf("%+v, %v", page, err)
	}
	for _, c := range []struct {
		endpoint string
		in       api.Input
	}{
		{"GET /api/chat", testkit.Params("stream", "s1")},
		{"GET /api/activity", testkit.Params("stream", "s1")},
		{"GET /api/chat/people/{user}", testkit.Params("user", "1001")},
		{"GET /api/chat/streams/{stream}", testkit.Params("stream", "s1")},
		{"GET /api/chat/streams/{stream}/replay", testkit.Params("stream", "s1")},
		{"GET /api/chat/streams/{stream}/chat.vtt", testkit.Params("stream", "s1")},
		{"POST /api/chat/imports", testkit.Body(map[string]any{"stream": "s1", "channel": "77", "comments": []any{}})},
	} {
		_, err := s.Call(t, theirs, c.endpoint, c.in, nil)
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", c.endpoint, err)
		}
	}
	_, err := s.Call(t, moderator, "POST /api/chat/people/{user}/erase", testkit.Params("user", "1001"), nil)
	testkit.WantFault(t, err, fault.Forbidden)
}

func TestNoMessageKeepsTheNextOnesOut(t *testing.T) {
	t.Parallel()
	s := start(t)
	began := evening()
	odd, long := "a\x00b", strings.Repeat("0123456789abcdef", 1000)
	for i, e := range []events.Event{
		events.MessageSent{Channel: "77", Message: odd, Person: ann, Text: odd},
		events.MessageSent{Channel: "77", Message: long, Person: ann, Text: "long"},
		events.MessageSent{Channel: "77", Message: "m1", Person: events.Person{ID: odd, Login: odd, Name: odd}, Color: odd, Kind: odd, Reward: odd},
		events.MessageSent{Channel: "77", Message: "m2", Person: events.Person{ID: long, Name: long}, Bits: 1 << 40},
		events.MessageSent{Channel: "77", Message: "m3", Person: ann, Bits: -1 << 40, Badges: []events.Badge{{Set: odd}}},
		events.MessageDeleted{Channel: "77", Message: odd, Person: events.Person{ID: odd}},
		events.MessageDeleted{Channel: "77", Message: long, Person: ann},
		events.UserCleared{Channel: "77", Person: events.Person{ID: odd}},
		events.ActivitySeen{Channel: "77", Activity: odd, Type: odd, Kind: odd, Person: &events.Person{ID: odd, Name: odd}, Text: odd},
		events.ActivitySeen{Channel: "77", Activity: long, Type: long, Kind: long, Person: &events.Person{ID: long}},
		events.ViewersCounted{Channel: "77", Viewers: 1 << 40},
	} {
		s.tell(began.Add(time.Duration(i)*time.Second), e)
	}
	s.write(began.Add(time.Minute), "last", bob, "good")
	list, _ := s.list(moderator)
	if len(list) != 6 || list[0].ID != "last" {
		t.Fatalf("%d messages, the newest of them %.20q", len(list), list[0].ID)
	}
	for i, want := range []string{"", "", "user", "message", "message"} { // the oldest two by their own ids
		if got := list[i+1].DeletedBy; got != want {
			t.Errorf("message %d was taken away by %q, want %q", i, got, want)
		}
	}
}

func TestWrongInputChangesNothing(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.stream(evening())
	s.settle()
	for name, c := range map[string]struct {
		endpoint string
		in       api.Input
	}{
		"sort":           {"GET /api/chat", testkit.Params("sort", "best")},
		"no words":       {"GET /api/chat", testkit.Params("q", ":-)")},
		"cursor":         {"GET /api/chat", testkit.Params("cursor", "x")},
		"time":           {"GET /api/chat", testkit.Params("from", "yesterday")},
		"no id":          {"GET /api/chat", testkit.Params("user", "a\x00")},
		"no kind":        {"GET /api/activity", testkit.Params("kind", "a\x00")},
		"seconds":        {"GET /api/chat/streams/{stream}/replay", testkit.Params("stream", "s1", "from", "NaN")},
		"person":         {"POST /api/chat/people/{user}/erase", testkit.Params("user", "a b")},
		"no comment":     {"POST /api/chat/imports", testkit.Body(map[string]any{"stream": "s1", "comments": []any{7}})},
		"without an id":  {"POST /api/chat/imports", testkit.Body(map[string]any{"stream": "s1", "comments": []any{map[string]any{}}})},
		"too many":       {"POST /api/chat/imports", testkit.Body(map[string]any{"stream": "s1", "comments": make([]any, 501)})},
		"without stream": {"POST /api/chat/imports", testkit.Body(map[string]any{"comments": []any{}})},
	} {
		if _, err := s.Call(t, ours, c.endpoint, c.in, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
