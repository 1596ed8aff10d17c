package streams_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/streams"
)

// pages reads a list page by page, and answers the titles in their order.
func pages(s *shelf, size int, params ...string) string {
	s.t.Helper()
	titles := ""
	for cursor := ""; ; {
		page, err := shown[api.List[streams.StreamSummary]](s, ours, "GET /api/streams",
			testkit.Params(append(params, "limit", fmt.Sprint(size), "cursor", cursor)...))
		if err != nil {
			s.t.Fatal(err)
		}
		for _, item := range page.Items {
			titles += item.Title
		}
		if cursor = page.Next; cursor == "" {
			return titles
		}
	}
}

// Every filter and every sort is honoured from the first page to the last.
func TestListIsFilteredAndSorted(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	for i, c := range []struct {
		title    string
		day      int // after the first
		duration float64
		size     int64
		end      events.Event
		public   bool
	}{
		{"d", 0, 100, 7, events.ClipPackaged{}, true},
		{"B", 1, 300, 5, events.ClipRefused{}, false},
		{"a", 1, 300, 9, events.ClipPackaged{}, false},
		{"c", 3, 200, 9, nil, true},
		{"e", 2, 0, 0, nil, false}, // without a clip
	} {
		id := fmt.Sprintf("s%d", i)
		s.tell(events.StreamCreated{Stream: id, Title: c.title, StartedAt: began.AddDate(0, 0, c.day)})
		if c.public {
			s.tell(events.StreamPublished{Stream: id})
		}
		if c.size == 0 {
			continue
		}
		s.tell(events.ClipRegistered{Clip: id, Stream: id, Name: "100%_" + c.title + ".mkv", Size: c.size}, events.ClipProbed{Clip: id, Duration: c.duration})
		switch c.end.(type) {
		case events.ClipPackaged:
			s.tell(events.ClipPackaged{Clip: id, Duration: c.duration})
		case events.ClipRefused:
			s.tell(events.ClipRefused{Clip: id})
		}
	}
	for query, want := range map[string]string{
		"":                 "ceaBd",
		"sort=newest":      "ceaBd",
		"sort=oldest":      "dBaec",
		"sort=title":       "aBcde",
		"sort=longest":     "aBcde",
		"sort=largest":     "cadBe",
		"state=ready":      "ad",
		"state=processing": "c",
		"state=failed":     "B",
		"state=empty":      "e",
		"published=true":   "cd",
		"published=false":  "eaB",
		"from=2026-02-01":  "ceaB",
		"to=2026-02-01":    "aBd",
		"from=2026-02-01&to=2026-02-01&sort=title":                 "aB",
		"from=2026-02-01T20:00:00Z&to=2026-02-02T21:00:00%2B01:00": "aB",
		"q=b":     "B",
		"q=C.MKV": "c",
		"q=100%_": "caBd",
		"q=mkv&state=ready&sort=largest&published=true": "d",
		"q=nothing": "",
	} {
		var params []string
		for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' }) {
			name, value, _ := strings.Cut(pair, "=")
			params = append(params, name, strings.ReplaceAll(value, "%2B", "+"))
		}
		for size := 1; size <= 5; size += 2 {
			if got := pages(s, size, params...); got != want {
				t.Errorf("%q by %d is %q, want %q", query, size, got, want)
			}
		}
	}
	page, err := shown[api.List[streams.StreamSummary]](s, ours, "GET /api/streams", testkit.Params("limit", "1"))
	if err != nil {
		t.Fatal(err)
	}
	for name, params := range map[string][]string{
		"sort":      {"sort", "best"},
		"state":     {"state", "lost"},
		"published": {"published", "perhaps"},
		"from":      {"from", "yesterday"},
		"to":        {"to", "2026-02-30"},
		"cursor":    {"sort", "title", "cursor", page.Next},
		"the key":   {"cursor", api.Cursor("newest", "soon", "s1")},
		"a length":  {"sort", "longest", "cursor", api.Cursor("longest", "long", "s1")},
		"a size":    {"sort", "largest", "cursor", api.Cursor("largest", "9e99", "s1")},
	} {
		_, err := s.Call(t, ours, "GET /api/streams", testkit.Params(params...), nil)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
