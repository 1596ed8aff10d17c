package clips_test

import (
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

// Who owns a clip may always see it, everybody while its stream is published, and nobody else learns
// whether it is there.
func TestWhoMaySeeMedia(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.tell(t, events.StreamCreated{Stream: "s1", Title: "One", StartedAt: time.Unix(0, 0)}, registered("c1", "s1", nil))
	s.copied(t, "c1")
	s.tell(t, events.ClipPictured{Clip: "c1", Base: "ours/clips/c1/pictures", Poster: true, Sprites: true})
	theirs, viewer := testkit.Owner("theirs"), api.Caller{Account: "friend", Owner: "ours", Role: api.Viewer}
	files := map[string]string{ // with their Cache-Control when published and still packaged
		"/media/c1/hls/index.m3u8":                      "public, max-age=10",
		"/media/c1/hls/720p.m3u8":                       "public, max-age=60",
		"/media/c1/dash/manifest.mpd":                   "public, max-age=10",
		"/media/c1/cmaf/p1/720p/init.mp4":               "public, max-age=31536000, immutable",
		"/media/c1/cmaf/p1/720p/0.m4s":                  "public, max-age=31536000, immutable",
		"/media/c1/poster.jpg":                          "public, max-age=300",
		"/media/c1/sprites.vtt":                         "public, max-age=300",
		"/media/streams/s1/hls/index.m3u8":              "public, max-age=10",
		"/media/streams/s1/hls/720p.m3u8":               "public, max-age=60",
		"/media/streams/s1/clips/c1/cmaf/p1/720p/0.m4s": "public, max-age=31536000, immutable",
		"/media/streams/s1/clips/c1/poster.jpg":         "public, max-age=300",
	}
	private := func() {
		t.Helper()
		for path := range files {
			for _, who := range []api.Caller{ours, viewer} {
				if f, err := s.get(t, who, path); err != nil || f.Shared || !strings.HasPrefix(f.Cache, "private, ") {
					t.Errorf("%s for %s: %+v, %v", path, who.Account, f, err)
				}
			}
			refused(t, s, path)
		}
	}
	private()
	s.tell(t, events.StreamPublished{Stream: "s1"})
	for path, cache := range files {
		for _, who := range []api.Caller{ours, viewer, theirs, nobody} {
			if f, err := s.get(t, who, path); err != nil || !f.Shared || f.Cache != cache {
				t.Errorf("%s for %q: %+v, %v", path, who.Account, f, err)
			}
		}
	}
	s.copiedPart(t, "c1", 0)
	s.copiedPart(t, "c1", 1)
	for _, path := range []string{"/media/c1/hls/index.m3u8", "/media/c1/dash/manifest.mpd", "/media/c1/hls/360p.m3u8", "/media/streams/s1/hls/index.m3u8"} {
		if f, err := s.get(t, nobody, path); err != nil || f.Cache != "public, max-age=60" {
			t.Errorf("%s: %+v, %v", path, f, err)
		}
	}
	for _, path := range []string{"/media/c1/hls/none.m3u8", "/media/c1/cmaf/p9/720p/0.m4s", "/media/streams/s1/x", "/media/streams/s1/hls/none.m3u8"} {
		if _, err := s.get(t, nobody, path); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", path, err)
		}
	}
	s.tell(t, events.StreamUnpublished{Stream: "s1"})
	private()
	s.tell(t, events.StreamPublished{Stream: "s1"}, events.StreamDeleted{Stream: "s1"}, events.ClipDeleted{Clip: "c1"})
	for path := range files {
		refused(t, s, path)
		if _, err := s.get(t, ours, path); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s after it was deleted: %v", path, err)
		}
	}
	for _, path := range []string{"/media/none/hls/index.m3u8", "/media/streams/none/hls/index.m3u8", "/media/signed/none/hls/index.m3u8", "/media/c1/x", "/media/streams/s1/x"} {
		refused(t, s, path)
	}
}

// refused checks that neither somebody else nor nobody learns anything.
func refused(t *testing.T, s *shelf, path string) {
	t.Helper()
	for code, who := range map[fault.Code]api.Caller{fault.NotFound: testkit.Owner("theirs"), fault.Unauthenticated: nobody} {
		_, err := s.get(t, who, path)
		if want := map[fault.Code]string{fault.NotFound: "there is no such file to play", fault.Unauthenticated: "sign in first"}[code]; !fault.Is(err, code) || err.Error() != want {
			t.Errorf("%s for %q: %v", path, who.Account, err)
		}
	}
}

// A clip is found in its own stream alone.
func TestClipOfAnotherStream(t *testing.T) {
	t.Parallel()
	s := newShelf(t, nil)
	s.tell(t, events.StreamCreated{Stream: "s1", Title: "One"}, events.StreamCreated{Stream: "s2", Title: "Two"}, events.StreamPublished{Stream: "s1"},
		registered("c2", "s2", nil))
	s.copied(t, "c2")
	for code, who := range map[fault.Code]api.Caller{fault.NotFound: ours, fault.Unauthenticated: nobody} {
		_, err := s.get(t, who, "/media/streams/s1/clips/c2/cmaf/p1/720p/0.m4s")
		testkit.WantFault(t, err, code)
	}
}

// Only what everybody may see is fetched from elsewhere.
func TestCDN(t *testing.T) {
	t.Parallel()
	s := newShelf(t, func(c *run.Config) { c.MediaURL = "https://cdn.example/av" })
	s.tell(t, events.StreamCreated{Stream: "s1", Title: "One", StartedAt: time.Unix(0, 0)}, registered("c1", "s1", nil))
	s.copied(t, "c1")
	lists := []string{"hls/720p.m3u8", "hls/audio-1.m3u8", "dash/manifest.mpd", "hls/index.m3u8"}
	url := s.link(t, "/api/clips/{clip}/links", "clip", "c1", nil).URL
	signed := strings.TrimSuffix(url[strings.Index(url, "/media/"):], "hls/index.m3u8")
	for _, published := range []bool{false, true} {
		for _, list := range lists {
			text := s.text(t, ours, "/media/c1/"+list)
			segments := list != "hls/index.m3u8"
			if far := strings.Contains(text, "https://cdn.example/av/media/c1/cmaf/p1/"); far != (published && segments) ||
				strings.Contains(text, "../cmaf/p1/") != (!published && segments) {
				t.Errorf("%s, published %v: %s", list, published, text)
			}
			if text := s.text(t, nobody, signed+list); strings.Contains(text, "cdn.example") {
				t.Errorf("%s by a link: %s", list, text)
			}
		}
		text := s.text(t, ours, "/media/streams/s1/hls/720p.m3u8")
		if strings.Contains(text, "https://cdn.example/av/media/c1/cmaf/p1/720p/0.m4s") != published ||
			strings.Contains(text, "\n../clips/c1/cmaf/p1/720p/0.m4s\n") == published {
			t.Errorf("published %v: %s", published, text)
		}
		s.tell(t, events.StreamPublished{Stream: "s1"})
	}
}
