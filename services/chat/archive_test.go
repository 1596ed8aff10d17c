package chat_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/chat"
)

// sealed waits until the stream's archive has so many messages.
func (s *site) sealed(messages int) events.ArchiveSealed {
	s.t.Helper()
	var sealed events.ArchiveSealed
	s.heard(events.Facts, "archive.sealed", func(e es.Event) bool {
		return e.AggregateID == "s1" && json.Unmarshal(e.Data, &sealed) == nil && sealed.Messages == messages
	})
	s.settle()
	return sealed
}

// sealedAgain waits until the stream has another archive than that one.
func (s *site) sealedAgain(before events.ArchiveSealed) events.ArchiveSealed {
	s.t.Helper()
	var sealed events.ArchiveSealed
	s.heard(events.Facts, "archive.sealed", func(e es.Event) bool { return json.Unmarshal(e.Data, &sealed) == nil && sealed.Key != before.Key })
	s.settle()
	return sealed
}

// told is all that callers are told of the stream.
func (s *site) told() []any {
	s.t.Helper()
	s.settle()
	var about chat.StreamChat
	if _, err := s.Call(s.t, ours, "GET /api/chat/streams/{stream}", testkit.Params("stream", "s1"), &about); err != nil {
		s.t.Fatal(err)
	}
	var activity api.List[chat.Activity]
	if _, err := s.Call(s.t, ours, "GET /api/activity", testkit.Params("stream", "s1"), &activity); err != nil {
		s.t.Fatal(err)
	}
	part := s.replay(ours, "from", "60", "to", "180.5", "limit", "2")
	found, _ := s.list(viewer, "stream", "s1", "q", "boss")
	pages, _ := s.list(ours, "stream", "s1", "limit", "2")
	return []any{
		about, activity, part, s.replay(ours, "from", "60", "to", "180.5", "limit", "2", "cursor", part.Next), s.replay(viewer), found, pages,
		s.download("vtt"), s.download("json"), s.download("txt"),
	}
}

// evenings is a stream that was live some days ago, with all that can happen.
func (s *site) evenings(began time.Time) {
	s.t.Helper()
	at := func(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }
	s.stream(began)
	s.write(at(-5), "early", bob, "before it all")
	s.write(at(60), "m1", ann, "hello boss")
	s.write(at(120), "m2", bob, "hello <ann> & all\nthe\x1b boss")
	s.tell(at(130), events.ActivitySeen{Channel: "77", Activity: "a1", Kind: "raid", Type: "channel.raid", Alert: true, Person: &bob, Target: &ann, Amount: 12})
	s.tell(at(140), events.ViewersCounted{Channel: "77", Viewers: 42})
	s.write(at(180), "m3", ann, "a bad word, boss")
	s.tell(at(190), events.MessageDeleted{Channel: "77", Message: "m3", Person: ann})
	s.tell(at(200), events.MessageSent{
		Channel: "77", Message: "m4", Person: bob, Text: "@Ann hi", Bits: 5, Color: "#1E90FF",
		Fragments: []events.Fragment{{Kind: "mention", Text: "@Ann", Person: &ann}, {Kind: "text", Text: " hi"}},
		Reply:     &events.Reply{Message: "m1", Person: ann, Text: "hello boss"},
	})
	s.tell(at(300), events.GapDetected{Capture: "77", Gap: "g1", Source: "twitch", From: at(210), To: at(220), Why: "the network was away"})
	s.tell(at(301), events.GapFilled{Capture: "77", Gap: "g1", Filled: []string{"stream"}, Missing: []string{"chat"}})
	s.tell(at(3600), events.StreamEnded{Stream: "s1", At: at(3600)})
	s.write(at(3600+300), "late", ann, "after it all")
}

func TestReplayOutlivesTheRetention(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	p.Config.ChatRetention = 90 * 24 * time.Hour
	s := startOn(t, p)
	s.evenings(time.Now().UTC().Add(-50 * 24 * time.Hour).Truncate(time.Second))
	archive := s.sealed(4)
	if archive.Channel != "77" || archive.Activities != 1 || !strings.HasPrefix(archive.Key, "ours/chat/s1/"+archive.SHA256) || archive.Size == 0 {
		t.Errorf("archive %+v", archive)
	}
	s.write(time.Now(), "today", ann, "the boss is back")
	before := s.told()
	if about := before[0].(chat.StreamChat); about.Messages != 3 || !about.Sealed || len(about.Density) != 287 || about.Bucket != 13 || len(about.Gaps) != 1 ||
		about.Gaps[0].From != 210 || about.Gaps[0].Missing[0] != "chat" || len(about.Viewers) != 1 || about.Viewers[0].At != 140 {
		t.Errorf("stream %+v", about)
	}
	s.consistent()
	s.Stop(t)

	p.Config.ChatRetention = 30 * 24 * time.Hour
	s = startOn(t, p)
	s.heard(events.Facts, "history.expired", nil)
	after := s.told()
	for i := range before {
		if !reflect.DeepEqual(before[i], after[i]) {
			t.Errorf("before:\n%+v\nafter:\n%+v", before[i], after[i])
		}
	}
	if _, ids := s.list(ours); ids != "today" {
		t.Errorf("the tables have %s", ids)
	}
	s.consistent()
}

// A stream of recordings, which was never live, has what was written meanwhile, and keeps it.
func TestRecordingFindsItsChat(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	p.Config.ChatRetention = 90 * 24 * time.Hour
	s := startOn(t, p)
	began := time.Now().UTC().Add(-40 * 24 * time.Hour).Truncate(time.Second)
	s.write(began.Add(time.Minute), "m1", ann, "during")
	s.write(began.Add(time.Hour), "m2", ann, "after")
	s.tell(began, events.StreamCreated{Stream: "s1", Title: "x", StartedAt: began})
	s.tell(began, events.ClipRegistered{Clip: "c1", Stream: "s1", Name: "a.mkv", StartedAt: &began})
	s.tell(began, events.ClipProbed{Clip: "c1", Duration: 600})
	s.settle()
	if got := s.replay(ours).Items; len(got) != 1 || got[0].ID != "m1" {
		t.Errorf("replay %+v", got)
	}
	s.Stop(t)
	p.Config.ChatRetention = 30 * 24 * time.Hour
	s = startOn(t, p)
	s.heard(events.Facts, "history.expired", nil)
	s.settle()
	if got := s.replay(ours).Items; len(got) != 1 || got[0].ID != "m1" {
		t.Errorf("replay %+v", got)
	}
	if _, ids := s.list(ours); ids != "" {
		t.Errorf("the tables have %s", ids)
	}
}

func TestArchiveFollowsWhatIsTakenAway(t *testing.T) {
	t.Parallel()
	s := start(t)
	began := time.Now().UTC().Add(-50 * time.Hour).Truncate(time.Second)
	s.evenings(began)
	first := s.sealed(4)
	s.tell(began.Add(time.Hour), events.UserCleared{Channel: "77", Person: bob})
	s.sealedAgain(first)
	if text := s.download("txt"); strings.Contains(text, "Bob") || !strings.Contains(text, "Ann") {
		t.Errorf("text\n%s", text)
	}
	s.tell(time.Now(), events.StreamDeleted{Stream: "s1"})
	s.heard(events.Facts, "archive.dropped", nil)
	if stored, err := s.Blob.List(t.Context(), "ours/chat/"); err != nil || len(stored) > 0 {
		t.Errorf("stored %+v, %v", stored, err)
	}
	_, err := s.Call(t, ours, "GET /api/chat/streams/{stream}/replay", testkit.Params("stream", "s1"), nil, s.last)
	testkit.WantFault(t, err, fault.NotFound)
	s.consistent()
}

// storing is a site with an ended stream, whose archive is just being stored; stored lets that go on.
func storing(t *testing.T) (s *site, stored func()) {
	t.Helper()
	p := testkit.Platform(t)
	reached, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	store := testkit.Meddle(t, &p)
	stored = sync.OnceFunc(func() { close(goOn) })
	t.Cleanup(stored) // the store could not be closed else
	store.With(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/chat/s1/") {
			once.Do(func() {
				close(reached)
				<-goOn
			})
		}
		return false
	})
	s = startOn(t, p)
	s.evenings(time.Now().UTC().Add(-50 * time.Hour).Truncate(time.Second))
	<-reached
	return s, stored
}

// What is taken away when the archive is written already, but not yet known, is taken away from it too.
func TestArchiveFollowsWhatIsTakenAwayMeanwhile(t *testing.T) {
	t.Parallel()
	s, stored := storing(t)
	s.tell(time.Now(), events.MessageDeleted{Channel: "77", Message: "m1", Person: ann})
	s.settle()
	stored()
	if text := s.stored(s.sealedAgain(s.sealed(4)).Key); strings.Count(text, `"deletedAt"`) != 2 { // that and the one of before
		t.Errorf("archive\n%s", text)
	}
	s.consistent()
}

func TestArchiveGoesWithAStreamThatIsDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	s, stored := storing(t)
	s.tell(time.Now(), events.StreamDeleted{Stream: "s1"})
	s.settle()
	stored()
	s.heard(events.Facts, "archive.dropped", nil)
	if files, err := s.Blob.List(t.Context(), "ours/chat/"); err != nil || len(files) > 0 {
		t.Errorf("stored %+v, %v", files, err)
	}
}

// A stream that was never live has a day of chat. What is sealed before it is over is sealed again then.
func TestArchiveBeforeTheEnd(t *testing.T) {
	t.Parallel()
	s := start(t)
	began := evening()
	s.tell(began, events.StreamCreated{Stream: "s1", Title: "x", StartedAt: began})
	comment := map[string]any{"_id": "i1", "content_offset_seconds": 60, "commenter": map[string]any{"_id": "1001", "name": "ann"}, "message": map[string]any{"body": "hi"}}
	if _, err := s.Call(t, ours, "POST /api/chat/imports", testkit.Body(map[string]any{"stream": "s1", "channel": "77", "comments": []any{comment}}), nil, s.last); err != nil {
		t.Fatal(err)
	}
	archive := s.sealed(1)
	if archive.To.After(time.Now()) {
		t.Errorf("archive %+v", archive)
	}
	at, set, err := s.Logs.Timer(t.Context(), "ours", events.ArchiveDue{Archive: "s1"})
	if err != nil || !set || at.Before(began.Add(24*time.Hour)) {
		t.Errorf("sealed again: %v at %v, %v", set, at, err)
	}
	s.tell(began.Add(time.Minute), events.MessageDeleted{Channel: "77", Message: "i1"})
	if text := s.stored(s.sealedAgain(archive).Key); strings.Count(text, `"deletedAt"`) != 1 {
		t.Errorf("archive\n%s", text)
	}
}

func TestDownloads(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.evenings(evening().Add(-24 * time.Hour))
	s.settle()
	if got := s.download("vtt"); got != "WEBVTT\n\n00:01:00.000 --> 00:01:04.000\nAnn: hello boss\n\n"+
		"00:02:00.000 --> 00:02:04.000\nBob: hello &lt;ann&gt; &amp; all the boss\n\n00:03:20.000 --> 00:03:24.000\nBob: @Ann hi\n\n" {
		t.Errorf("subtitles\n%s", got)
	}
	if got := s.download("txt"); got != "[0:01:00] Ann: hello boss\n[0:02:00] Bob: hello <ann> & all the boss\n[0:03:20] Bob: @Ann hi\n" {
		t.Errorf("text\n%s", got)
	}
	// What goes out comes in again.
	var file struct{ Comments []json.RawMessage }
	if err := json.Unmarshal([]byte(s.download("json")), &file); err != nil || len(file.Comments) != 3 {
		t.Fatalf("%d comments, %v", len(file.Comments), err)
	}
	var done chat.Imported
	if _, err := s.Call(t, ours, "POST /api/chat/imports", testkit.Body(map[string]any{"stream": "s1", "comments": file.Comments}), &done); err != nil || done.Known != 3 || done.Added != 0 {
		t.Errorf("imported %+v, %v", done, err)
	}
}

// A file that is too large for an answer goes by the object store, and is there once.
func TestLargeDownload(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	began := evening()
	const many = 6000
	for i := 0; i < many; {
		var drafts []es.Draft
		for range 500 {
			noise := make([]byte, 150)
			_, _ = rand.Read(noise)
			drafts = append(drafts, es.Draft{Owner: "ours", Options: []es.Option{es.At(began.Add(time.Duration(i) * time.Second))}, Event: events.MessageSent{
				Channel: "77", Message: fmt.Sprintf("m%05d", i), Person: ann, Text: base64.StdEncoding.EncodeToString(noise),
			}})
			i++
		}
		if _, err := p.Logs.AppendAll(t.Context(), drafts...); err != nil {
			t.Fatal(err)
		}
	}
	s := startOn(t, p)
	s.stream(began)
	s.tell(began.Add(2*time.Hour), events.StreamEnded{Stream: "s1", At: began.Add(2 * time.Hour)})
	s.sealed(many)
	for range 2 {
		if lines := strings.Count(s.download("txt"), "\n"); lines != many {
			t.Errorf("%d lines", lines)
		}
	}
	count, cursor := 0, ""
	for {
		page := s.replay(ours, "limit", "2000", "cursor", cursor)
		count += len(page.Items)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if count != many {
		t.Errorf("%d messages", count)
	}
}

func TestImportJoinsWhatWasCaptured(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	s := startOn(t, p)
	began := time.Now().UTC().Add(-400 * 24 * time.Hour).Truncate(time.Second) // long before what is kept
	s.tell(began, events.StreamCreated{Stream: "s1", Title: "x", StartedAt: began})
	s.tell(began, events.ClipRegistered{Clip: "c1", Stream: "s1", Name: "a.mkv", StartedAt: &began})
	s.tell(began, events.ClipProbed{Clip: "c1", Duration: 3600})
	comment := func(id string, offset float64, created time.Time, person, body string) string {
		return fmt.Sprintf(`{"_id":%q,"created_at":%q,"channel_id":"77","content_type":"video","content_id":"1","content_offset_seconds":%v,
			"commenter":{"display_name":"Ann","_id":%q,"name":"ann","bio":null,"created_at":"2016-01-01T00:00:00Z","logo":"https://example.test/x.png"},
			"message":{"body":%q,"bits_spent":3,"fragments":[{"text":%q,"emoticon":null},{"text":"Kappa","emoticon":{"emoticon_id":"25"}}],
			"user_badges":[{"_id":"subscriber","version":"12"}],"user_color":"#FF0000","emoticons":[]}}`, id, created.Format(time.RFC3339Nano), offset, person, body, body[:len(body)-5])
	}
	send := func(stream string, comments ...string) (done chat.Imported, err error) {
		var list []json.RawMessage
		for _, c := range comments {
			list = append(list, json.RawMessage(c))
		}
		_, err = s.Call(t, ours, "POST /api/chat/imports", testkit.Body(map[string]any{"stream": stream, "comments": list}), &done, s.last)
		return done, err
	}
	_, err := send("s1", comment("i1", 10, began.Add(10*time.Second), "1001", "hi Kappa"))
	testkit.WantFault(t, err, fault.Invalid) // the channel is not known
	s.tell(began, events.WentLive{Channel: "77", Broadcast: "b", StartedAt: began})
	first := comment("i1", 10, began.Add(10500*time.Millisecond), "1001", "hi Kappa")
	second := comment("i2", 20, began.Add(-time.Hour), "1001", "yo Kappa") // its time is that of another recording
	if done, err := send("s1", first, second, first); err != nil || done.Added != 2 || done.Known != 1 {
		t.Fatalf("imported %+v, %v", done, err)
	}
	if done, err := send("s1", first, second); err != nil || done.Added != 0 || done.Known != 2 {
		t.Errorf("imported again %+v, %v", done, err)
	}
	got := s.replay(ours).Items
	if len(got) != 2 || *got[0].At != 10.5 || *got[1].At != 20 || !got[0].Imported || got[0].Bits != 3 || got[0].Fragments[1].Emote != "25" ||
		got[0].Badges[0] != (events.Badge{Set: "subscriber", ID: "12"}) || got[0].User.Color != "#FF0000" || got[0].Text != "hi Kappa" {
		t.Errorf("replay %+v", got)
	}
	s.sealed(2)
	if got := s.replay(ours).Items; len(got) != 2 {
		t.Errorf("replay of the archive %+v", got)
	}
	// Into what was captured live, only what is missing comes.
	live := evening()
	s.tell(live, events.StreamCreated{Stream: "s2", Title: "y", StartedAt: live})
	s.tell(live, events.StreamWentLive{Stream: "s2", At: live, Channel: "77"})
	s.write(live.Add(time.Minute), "l1", ann, "captured")
	s.settle()
	done, err := send("s2", comment("l1", 60, live.Add(time.Minute), "1001", "captured Kappa"), comment("l2", 70, live.Add(70*time.Second), "1001", "missed Kappa"))
	if err != nil || done.Added != 1 || done.Known != 1 {
		t.Errorf("imported %+v, %v", done, err)
	}
	if list, ids := s.list(ours, "stream", "s2", "sort", "sentAt"); ids != "l1 l2" || list[0].Text != "captured" || list[1].Text != "missed Kappa" {
		t.Errorf("list %+v", list)
	}
	s.consistent()
}

func TestWhatWasImportedIsThereAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	began := evening()
	s.tell(began, events.StreamCreated{Stream: "s1", Title: "x", StartedAt: began})
	file := make([]any, 500)
	for i := range file {
		file[i] = map[string]any{"_id": fmt.Sprint("i", i), "content_offset_seconds": i, "commenter": map[string]any{"_id": "1001", "name": "ann"}, "message": map[string]any{"body": "hi"}}
	}
	send := func() (done chat.Imported) {
		if _, err := s.Call(t, ours, "POST /api/chat/imports", testkit.Body(map[string]any{"stream": "s1", "channel": "77", "comments": file}), &done, s.last); err != nil {
			t.Fatal(err)
		}
		return done
	}
	if done := send(); done.Added != len(file) {
		t.Fatalf("imported %+v", done)
	}
	var told chat.StreamChat
	if _, err := s.Call(t, ours, "GET /api/chat/streams/{stream}", testkit.Params("stream", "s1"), &told); err != nil || told.Messages != len(file) {
		t.Errorf("%d messages, %v", told.Messages, err)
	}
	if done := send(); done.Known != len(file) {
		t.Errorf("imported again %+v", done)
	}
}
