package chat_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/chat"
)

// everything is all that is kept of ours: on the logs, in the tables and in the object store.
func (s *site) everything() string {
	s.t.Helper()
	var all strings.Builder
	for _, log := range []events.Log{events.Chat, events.Dead} {
		last, err := s.Logs.Last(s.t.Context(), log.Name)
		if err != nil {
			s.t.Fatal(err)
		}
		if last == 0 {
			continue
		}
		if err := s.Logs.Tail(s.t.Context(), log, es.TailFrom{Until: last}, func(e es.Event) error {
			all.Write(append(e.Data, '\n'))
			return nil
		}); err != nil {
			s.t.Fatal(err)
		}
	}
	db := s.Pool(s.t)
	for _, table := range []string{"message", "seen", "activity", "removed", "cleared"} {
		var rows string
		if err := db.QueryRow(s.t.Context(), `select coalesce(string_agg(to_jsonb(t)::text, ''), '') from `+table+` t`).Scan(&rows); err != nil {
			s.t.Fatal(err)
		}
		all.WriteString(rows + "\n")
	}
	stored, err := s.Blob.List(s.t.Context(), "ours/")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, object := range stored {
		all.WriteString(s.stored(object.Key))
	}
	return all.String()
}

// stored is an object, unpacked when it is packed.
func (s *site) stored(key string) string {
	s.t.Helper()
	r, _, err := s.Blob.Open(s.t.Context(), key)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	text, err := io.ReadAll(r)
	if err != nil {
		s.t.Fatal(err)
	}
	if plain, err := gzip.NewReader(bytes.NewReader(text)); err == nil {
		text, _ = io.ReadAll(plain)
	}
	return string(text)
}

func TestNothingIsLeftOfWhoIsErased(t *testing.T) {
	t.Parallel()
	for name, keep := range map[string]time.Duration{"while the tables have it": 90 * 24 * time.Hour, "when the archive alone has it": 30 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := testkit.Platform(t)
			p.Config.ChatRetention = 90 * 24 * time.Hour
			s := startOn(t, p)
			s.evenings(time.Now().UTC().Add(-50 * 24 * time.Hour).Truncate(time.Second))
			archive := s.sealed(4)
			if keep < p.Config.ChatRetention {
				s.Stop(t)
				p.Config.ChatRetention = keep
				s = startOn(t, p)
				s.heard(events.Facts, "history.expired", nil)
			}
			today := time.Now().Add(-time.Minute)
			s.write(today, "n1", ann, "still here")
			s.tell(today, events.MessageSent{Channel: "77", Message: "n2", Person: bob, Text: "yes", Raw: []byte(`{"chatter":"1001 is no match","parent_user_id":"1001","parent_user_name":"Ann"}`)})
			s.tell(today, events.MessageSent{Channel: "77", Message: "n2b", Person: bob, Text: "from there", Shared: &events.Shared{Channel: ann, Message: "a1"}})
			s.tell(today, events.CommandGiven{Channel: "77", Message: "n2c", Command: "song", Arguments: "of ours", Person: ann})
			s.tell(today, events.CommandGiven{Channel: "77", Message: "n2d", Command: "so", Arguments: "@Ann", Person: bob, Mentions: []events.Person{ann}})
			s.tell(today, events.UserCleared{Channel: "77", Person: ann})
			buried, err := s.Logs.Append(t.Context(), "ours", events.LetterBuried{
				Letter: "l1", Reactor: "r", Position: "CHAT/1", Name: "channel.message_sent", Body: []byte(`{"person":{"id":"1001","name":"Ann"}}`),
			})
			if err != nil {
				t.Fatal(err)
			}
			if keep == 90*24*time.Hour { // the archive is sealed again without what was cleared: that is no part of the erasure
				s.heard(events.Facts, "archive.sealed", func(e es.Event) bool { return !strings.Contains(string(e.Data), archive.Key) })
			}
			s.settle()
			if all := s.everything(); !strings.Contains(all, `1001`) || !strings.Contains(all, "Ann") {
				t.Fatal("there is nothing to erase")
			}
			var asked chat.Erasing
			at, err := s.Call(t, ours, "POST /api/chat/people/{user}/erase", testkit.Params("user", "1001"), &asked)
			if err != nil || asked.Messages == 0 || asked.Archives != 1 {
				t.Fatalf("asked %+v, %v", asked, err)
			}
			var gone events.PersonErased
			_ = json.Unmarshal(s.heard(events.Facts, "person.erased", nil).Data, &gone)
			if gone.Events < 4 || gone.Archives != 1 {
				t.Errorf("erased %+v", gone)
			}
			s.settle()
			all := s.everything()
			for _, trace := range []string{`"1001"`, "Ann", "still here", "hello boss", "bad word"} {
				if strings.Contains(all, trace) {
					t.Errorf("%q is left:\n%s", trace, all)
				}
			}
			if !strings.Contains(all, "Bob") || !strings.Contains(all, "@… hi") {
				t.Errorf("what others wrote is not there:\n%s", all)
			}
			if _, err := s.Logs.Read(t.Context(), buried); err == nil {
				t.Error("the letter is there")
			}
			if _, ids := s.list(ours, "q", "here or boss"); strings.Contains(ids, "n1") {
				t.Errorf("found %s", ids)
			}
			list := s.replay(ours).Items
			if len(list) != 2 || list[0].ID != "m2" || list[1].ID != "m4" || list[1].Text != "@… hi" || list[1].Reply.Text != "" || list[1].Reply.Person.Name != "" {
				t.Errorf("replay %+v", list)
			}
			// It does not come back, neither by what is told late nor by an import.
			s.write(today, "n1", ann, "still here")
			var done chat.Imported
			_, err = s.Call(t, ours, "POST /api/chat/imports", testkit.Body(map[string]any{"stream": "s1", "comments": []any{map[string]any{
				"_id": "m1", "content_offset_seconds": 60, "commenter": map[string]any{"_id": "1001", "name": "ann"}, "message": map[string]any{"body": "hello boss"},
			}}}), &done, at)
			if err != nil || done.Added != 0 {
				t.Errorf("imported %+v, %v", done, err)
			}
			if _, ids := s.list(ours, "user", "1001"); ids != "" {
				t.Errorf("%s are back", ids)
			}
			s.consistent()
			s.write(time.Now(), "n3", ann, "hello again") // what comes afterwards is something else
			if _, ids := s.list(ours, "user", "1001"); ids != "n3" {
				t.Errorf("%s after the erasure", ids)
			}
		})
	}
}

func TestChannelIsNoPersonToErase(t *testing.T) {
	t.Parallel()
	s := start(t)
	at := s.tell(time.Now(), events.WentLive{Channel: "77", Broadcast: "b", StartedAt: time.Now()})
	_, err := s.Call(t, ours, "POST /api/chat/people/{user}/erase", testkit.Params("user", "77"), nil, at)
	testkit.WantFault(t, err, fault.Conflict)
}
