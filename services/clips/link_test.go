package clips_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/clips"
)

// link makes a link at an endpoint.
func (s *shelf) link(t *testing.T, endpoint, name, id string, body map[string]any) clips.Link {
	t.Helper()
	var made clips.Link
	if _, err := s.Call(t, ours, "POST "+endpoint, testkit.Body(body, name, id), &made, s.last); err != nil {
		t.Fatal(err)
	}
	return made
}

// pathOf is the path of a file beside the playlist that a link names.
func pathOf(link clips.Link, file string) string {
	_, path, _ := strings.Cut(link.URL, "/media/signed/")
	return "/media/signed/" + strings.TrimSuffix(path, "hls/index.m3u8") + file
}

// Whoever has a link plays what it is for, and nothing else, for as long as it lasts.
func TestLinks(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.tell(t, events.StreamCreated{Stream: "s1", Title: "One", StartedAt: time.Unix(0, 0)}, registered("c1", "s1", nil), registered("c2", "s1", nil))
	s.copied(t, "c1")
	s.copied(t, "c2")
	clip := s.link(t, "/api/clips/{clip}/links", "clip", "c1", nil)
	stream := s.link(t, "/api/streams/{stream}/links", "stream", "s1", map[string]any{"expiresIn": 60})
	if left := time.Until(clip.ExpiresAt); left < 23*time.Hour || left > 24*time.Hour {
		t.Errorf("a link lasts %s", left)
	}
	if left := time.Until(stream.ExpiresAt); left > time.Minute {
		t.Errorf("a link for a minute lasts %s", left)
	}
	for path, ok := range map[string]bool{
		pathOf(clip, "hls/index.m3u8"): true, pathOf(clip, "hls/720p.m3u8"): true, pathOf(clip, "dash/manifest.mpd"): true, pathOf(clip, "cmaf/p1/720p/0.m4s"): true,
		pathOf(stream, "hls/index.m3u8"): true, pathOf(stream, "hls/720p.m3u8"): true, pathOf(stream, "clips/c2/cmaf/p1/720p/0.m4s"): true,
		pathOf(stream, "clips/c2/hls/index.m3u8"): true, pathOf(clip, "hls/none.m3u8"): false, pathOf(clip, "clips/c2/hls/index.m3u8"): false,
		pathOf(stream, "clips/c3/hls/index.m3u8"): false, pathOf(clip, "../c2/hls/index.m3u8"): false,
	} {
		f, err := s.get(t, nobody, path)
		if ok && (err != nil || !f.Shared || !strings.HasPrefix(f.Cache, "private, ")) {
			t.Errorf("%s: %+v, %v", path, f, err)
		}
		if !ok && err == nil {
			t.Errorf("%s is open: %+v", path, f)
		}
	}
	token := strings.Split(clip.URL, "/")[5]
	if len(token) > 200 {
		t.Errorf("a token has %d bytes, more than a part of a path may", len(token))
	}
	for i := range token {
		other := token[:i] + "A" + token[i+1:]
		if token[i] == 'A' {
			other = token[:i] + "B" + token[i+1:]
		}
		if i%7 == 0 || i > len(token)-4 {
			refused(t, s, "/media/signed/"+other+"/hls/index.m3u8")
		}
	}
	for _, other := range []string{"x", token + "A", token[:len(token)-1], token + "=", strings.Repeat("A", 150), base64.RawURLEncoding.EncodeToString(make([]byte, 32))} {
		refused(t, s, "/media/signed/"+other+"/hls/index.m3u8")
	}
	s.tell(t, events.ClipDeleted{Clip: "c1"})
	refused(t, s, pathOf(clip, "hls/index.m3u8"))
}

// A link that has ended says so.
func TestLinkThatHasEnded(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.tell(t, registered("c1", "s1", nil))
	s.link(t, "/api/clips/{clip}/links", "clip", "c1", nil)
	var key []byte
	if err := s.Pool(t).QueryRow(t.Context(), `select key from vault.signing`).Scan(&key); err != nil {
		t.Fatal(err)
	}
	for until, code := range map[time.Time]fault.Code{time.Now().Add(-time.Minute): fault.Forbidden, time.Now().Add(time.Hour): fault.NotFound} {
		text := "clip/ours/c1/" + strconv.FormatInt(until.Unix(), 36)
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		_, err := s.get(t, nobody, "/media/signed/"+base64.RawURLEncoding.EncodeToString(append(mac.Sum(nil), text...))+"/hls/index.m3u8")
		testkit.WantFault(t, err, code)
		if code == fault.Forbidden && !strings.Contains(err.Error(), "ask for a new one") {
			t.Errorf("it says %q", err)
		}
	}
}

func TestLinksThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.tell(t, events.StreamCreated{Stream: "s1", Title: "One"}, events.StreamCreated{Stream: "s2", Title: "Two"}, events.StreamDeleted{Stream: "s2"},
		registered("c1", "s1", nil))
	ask := func(who api.Caller, endpoint, name, id string, seconds int64) error {
		_, err := s.Call(t, who, "POST "+endpoint, testkit.Body(map[string]any{"expiresIn": seconds}, name, id), nil, s.last)
		return err
	}
	const clip, stream = "/api/clips/{clip}/links", "/api/streams/{stream}/links"
	testkit.WantFault(t, ask(ours, clip, "clip", "c1", -1), fault.Invalid)
	testkit.WantFault(t, ask(ours, clip, "clip", "c1", 30*24*3600+1), fault.Invalid)
	testkit.WantFault(t, ask(ours, stream, "stream", "s1", 1<<62), fault.Invalid)
	testkit.WantFault(t, ask(ours, clip, "clip", "c2", 1), fault.NotFound)
	testkit.WantFault(t, ask(ours, stream, "stream", "s2", 1), fault.NotFound)
	for code, who := range map[fault.Code]api.Caller{
		fault.NotFound: testkit.Owner("theirs"), fault.Forbidden: {Account: "v", Owner: "ours", Role: api.Viewer}, fault.Unauthenticated: nobody,
	} {
		testkit.WantFault(t, ask(who, clip, "clip", "c1", 1), code)
		testkit.WantFault(t, ask(who, stream, "stream", "s1", 1), code)
	}
	if err := ask(ours, clip, "clip", "c1", 30*24*3600); err != nil {
		t.Error(err)
	}
}

// All processes sign with the same key, also when several need the first one at once.
func TestOneKeySigns(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	shelves := []*shelf{{System: testkit.Start(t, p, idle())}, {System: testkit.Start(t, p, idle())}}
	shelves[0].tell(t, registered("c1", "s1", nil))
	shelves[0].copied(t, "c1")
	links := make([]clips.Link, 8)
	var group sync.WaitGroup
	for i := range links {
		group.Go(func() {
			_, err := shelves[i%2].Call(t, ours, "POST /api/clips/{clip}/links", testkit.Body(nil, "clip", "c1"), &links[i], shelves[0].last)
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for i, l := range links {
		if _, err := shelves[(i+1)%2].get(t, nobody, pathOf(l, "hls/index.m3u8")); err != nil {
			t.Errorf("link %d: %v", i, err)
		}
	}
	var keys int
	if err := shelves[0].Pool(t).QueryRow(t.Context(), `select count(*) from vault.signing`).Scan(&keys); err != nil || keys != 1 {
		t.Error(fmt.Sprint(keys, " keys: ", err))
	}
}
