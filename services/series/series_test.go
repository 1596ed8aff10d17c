package series_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/testkit"
	"github.com/afterglow-live/afterglow/services/series"
)

var (
	ours   = testkit.Owner("ours")
	theirs = testkit.Owner("theirs")
)

// weekly is a plan that is right, with what is to be different.
func weekly(more ...any) map[string]any {
	plan := map[string]any{
		"title": "Mondays", "streamTitle": "${title} #${number}", "zone": "Europe/Berlin", "start": "2026-01-05", "time": "19:30", "minutes": 120,
		"category": map[string]any{"id": "509658", "name": "Just Chatting"}, "tags": []string{"deutsch", "cosy"}, "language": "de",
		"labels": []string{"MatureGame"}, "notes": "# Plan\n<script>1</script>",
		"recurrence": map[string]any{"every": "week", "interval": 1, "days": []string{"monday"}},
	}
	for i := 0; i+1 < len(more); i += 2 {
		plan[more[i].(string)] = more[i+1]
	}
	return plan
}

func create(t *testing.T, s *testkit.System, plan map[string]any) series.Series {
	t.Helper()
	var made series.Series
	if _, err := s.Call(t, ours, "POST /api/series", testkit.Body(plan), &made); err != nil {
		t.Fatal(err)
	}
	return made
}

func occurrences(t *testing.T, s *testkit.System, params ...string) []series.Occurrence {
	t.Helper()
	var page api.List[series.Occurrence]
	if _, err := s.Call(t, ours, "GET /api/series/occurrences", testkit.Params(params...), &page); err != nil {
		t.Fatal(err)
	}
	return page.Items
}

func show(list []series.Occurrence) string {
	var lines []string
	for _, o := range list {
		line := o.StartsAt.Format("2006-01-02T15:04Z") + " " + o.StreamTitle
		if o.Skipped {
			line += " (" + o.Reason + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}

func TestSeriesIsPlannedChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), series.Service)
	made := create(t, s, weekly("title", "  Mondays ", "time", "9:30", "recurrence", map[string]any{"every": "week", "days": []string{"Thursday", " monday", "monday"}}))
	if made.Title != "Mondays" || made.Time != "09:30" || made.Recurrence.Interval != 1 || fmt.Sprint(made.Recurrence.Days) != "[monday thursday]" || made.Skips == nil {
		t.Fatalf("made %+v", made)
	}
	if made.Notes != "# Plan\n<script>1</script>" || made.Category.Name != "Just Chatting" {
		t.Errorf("made %+v", made)
	}
	rev := testkit.WaitDocument(t, s, "ours", "series", func(series.Plans) bool { return true }).Rev
	patch := func(body map[string]any) (series.Series, error) {
		var got series.Series
		_, err := s.Call(t, ours, "PATCH /api/series/{series}", testkit.Body(body, "series", made.ID), &got)
		return got, err
	}
	got, err := patch(map[string]any{"title": "Tuesdays", "paused": true, "category": map[string]any{"id": "", "name": ""}, "tags": []string{}, "end": "2026-12-31"})
	if err != nil || got.Title != "Tuesdays" || !got.Paused || got.Category != nil || got.Tags != nil || got.End != "2026-12-31" || got.Language != "de" {
		t.Fatalf("changed %+v, %v", got, err)
	}
	testkit.WaitDocument(t, s, "ours", "series", func(v series.Plans) bool { return v.Rev > rev })
	before, _ := s.Logs.Last(t.Context(), "FACTS")
	for name, body := range map[string]map[string]any{
		"the same": {"title": "Tuesdays"}, "nothing": {}, "the same in other words": {"time": "9:30", "language": " de "},
	} {
		if _, err := patch(body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = patch(map[string]any{"start": "2027-01-01"}) // after its end
	testkit.WantFault(t, err, fault.Invalid)
	if after, _ := s.Logs.Last(t.Context(), "FACTS"); after != before {
		t.Errorf("the log went from %d to %d", before, after)
	}
	if _, err := s.Call(t, ours, "DELETE /api/series/{series}", testkit.Params("series", made.ID), nil); err != nil {
		t.Fatal(err)
	}
	for endpoint, in := range map[string]api.Input{
		"GET /api/series/{series}": testkit.Params("series", made.ID), "DELETE /api/series/{series}": testkit.Params("series", made.ID),
		"PATCH /api/series/{series}":      testkit.Body(map[string]any{"title": "x"}, "series", made.ID),
		"POST /api/series/{series}/skips": testkit.Body(map[string]any{"date": "2026-01-05"}, "series", made.ID),
	} {
		if _, err := s.Call(t, ours, endpoint, in, nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
}

func TestOccurrencesOfAllSeriesByTheirStart(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), series.Service)
	a := create(t, s, weekly("streamTitle", "A${number}"))
	create(t, s, weekly("streamTitle", "B${number}", "zone", "America/New_York", "recurrence", map[string]any{"every": "month", "nth": -1, "days": []string{"monday"}}))
	paused := create(t, s, weekly("paused", true))
	if _, err := s.Call(t, ours, "POST /api/series/{series}/skips", testkit.Body(map[string]any{"date": "2026-03-16", "reason": " on the road "}, "series", a.ID), &a); err != nil {
		t.Fatal(err)
	}
	if len(a.Skips) != 1 || a.Skips[0] != (series.Skip{Date: "2026-03-16", Reason: "on the road"}) {
		t.Errorf("skips %+v", a.Skips)
	}
	want := "2026-03-09T18:30Z A10, 2026-03-16T18:30Z A11 (on the road), 2026-03-23T18:30Z A11, 2026-03-30T17:30Z A12, 2026-03-30T23:30Z B3"
	if got := show(occurrences(t, s, "from", "2026-03-09", "to", "2026-03-31")); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := show(occurrences(t, s, "from", "2026-03-31", "to", "2026-03-31", "zone", "Asia/Tokyo")); got != "2026-03-30T17:30Z A12, 2026-03-30T23:30Z B3" {
		t.Errorf("that day in Tokyo: %s", got)
	}
	if got := occurrences(t, s, "from", "2026-03-09", "to", "2026-03-09"); len(got) != 1 || got[0].Series != a.ID || got[0].Date != "2026-03-09" || got[0].Title != "Mondays" ||
		got[0].Category.ID != "509658" || len(got[0].Tags) != 2 || got[0].Labels[0] != "MatureGame" || got[0].Notes == "" || got[0].EndsAt.Sub(got[0].StartsAt) != 2*time.Hour {
		t.Errorf("got %+v", got)
	}
	var pages []series.Occurrence
	for cursor := ""; ; {
		var page api.List[series.Occurrence]
		if _, err := s.Call(t, ours, "GET /api/series/occurrences", testkit.Params("from", "2026-03-09", "to", "2026-03-31", "limit", "2", "cursor", cursor), &page); err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page.Items...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if got := show(pages); got != want {
		t.Errorf("page by page %s", got)
	}
	if _, err := s.Call(t, ours, "DELETE /api/series/{series}/skips/{date}", testkit.Params("series", a.ID, "date", "2026-03-16"), nil); err != nil {
		t.Fatal(err)
	}
	_, err := s.Call(t, ours, "DELETE /api/series/{series}/skips/{date}", testkit.Params("series", a.ID, "date", "2026-03-16"), nil)
	testkit.WantFault(t, err, fault.NotFound)
	if _, err := s.Call(t, ours, "PATCH /api/series/{series}", testkit.Body(map[string]any{"paused": false}, "series", paused.ID), nil); err != nil {
		t.Fatal(err)
	}
	if got := occurrences(t, s, "from", "2026-03-16", "to", "2026-03-16"); len(got) != 2 || got[0].Skipped || got[1].Skipped {
		t.Errorf("when it goes on: %s", show(got))
	}
	if got := occurrences(t, s, "from", "2026-01-01", "to", "2027-01-01"); len(got) != 2*52+12 {
		t.Errorf("a year has %d", len(got))
	}
	if got := occurrences(t, s); len(got) == 0 || got[0].EndsAt.Before(time.Now().AddDate(0, 0, -1)) {
		t.Errorf("from today on: %s", show(got))
	}
	var page api.List[series.Occurrence]
	if _, err := s.Call(t, theirs, "GET /api/series/occurrences", testkit.Params("from", "2026-03-16", "to", "2026-03-16"), &page); err != nil || len(page.Items) != 0 {
		t.Errorf("others see %+v, %v", page, err)
	}
	for name, params := range map[string][]string{
		"from": {"from", "tomorrow"}, "to": {"to", "2026-02-30"}, "zone": {"zone", "Berlin"}, "cursor": {"cursor", "x"},
		"a year and a day": {"from", "2026-01-01", "to", "2027-01-02"}, "backwards": {"from", "2026-01-02", "to", "2026-01-01"},
	} {
		if _, err := s.Call(t, ours, "GET /api/series/occurrences", testkit.Params(params...), nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCalendarFile(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), series.Service)
	made := create(t, s, weekly("start", time.Now().AddDate(0, 0, -7).Format(time.DateOnly)))
	var f api.File
	if _, err := s.Call(t, ours, "GET /api/series/calendar.ics", testkit.Params(), &f); err != nil {
		t.Fatal(err)
	}
	text := unzip(t, f)
	if n := strings.Count(text, "UID:"+made.ID+"-20"); f.ContentType != "text/calendar; charset=utf-8" || n < 52 || n > 54 {
		t.Errorf("%s with %d of the series:\n%s", f.ContentType, n, text)
	}
}

func unzip(t *testing.T, f api.File) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(f.Content))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A calendar program, which is nobody here, reads what is planned at an address until that is ended.
func TestCalendarAddress(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), series.Service)
	made := create(t, s, weekly("start", time.Now().AddDate(0, 0, -7).Format(time.DateOnly)))
	ask := func(who api.Caller, endpoint string) (a series.Address) {
		t.Helper()
		if _, err := s.Call(t, who, endpoint+" /api/series/calendar/address", testkit.Params(), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	read := func(a series.Address) (api.File, error) {
		t.Helper()
		_, path, _ := strings.Cut(a.URL, "/api/calendars/")
		secret, file, _ := strings.Cut(path, "/")
		if len(secret) < 26 || file != "afterglow.ics" {
			t.Fatalf("address %q", a.URL)
		}
		var f api.File
		_, err := s.Call(t, api.Caller{}, "GET /api/calendars/{token}/afterglow.ics", testkit.Params("token", secret), &f)
		return f, err
	}
	if a := ask(ours, "GET"); a.URL != "" {
		t.Errorf("before it was made: %+v", a)
	}
	first, other := ask(ours, "POST"), ask(theirs, "POST")
	if now := ask(ours, "GET"); now != first || first == other {
		t.Errorf("made %+v, there is %+v; another's is %+v", first, now, other)
	}
	f, err := read(first)
	if err != nil || !strings.Contains(unzip(t, f), "UID:"+made.ID) {
		t.Errorf("calendar %+v, %v", f, err)
	}
	if f, err = read(other); err != nil || strings.Contains(unzip(t, f), "UID:") {
		t.Errorf("another's calendar %+v, %v", f, err)
	}
	if again := ask(ours, "POST"); again != first {
		t.Errorf("made again: %+v", again)
	}
	if _, err := s.Call(t, ours, "DELETE /api/series/calendar/address", testkit.Params(), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := read(first); !fault.Is(err, fault.NotFound) || ask(ours, "GET").URL != "" {
		t.Errorf("an address that was ended: %v", err)
	}
	if second := ask(ours, "POST"); second == first {
		t.Errorf("made anew: %+v", second)
	}
	viewer := api.Caller{Account: "v", Owner: "ours", Role: api.Viewer}
	_, err = s.Call(t, viewer, "POST /api/series/calendar/address", testkit.Params(), nil)
	testkit.WantFault(t, err, fault.Forbidden)
}

// Bad input names the field and says what to do, and changes nothing.
func TestWrongPlansChangeNothing(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), series.Service)
	made := create(t, s, weekly())
	before, _ := s.Logs.Last(t.Context(), "FACTS")
	week := func(more ...any) map[string]any {
		r := map[string]any{"every": "week", "interval": 1, "days": []string{"monday"}}
		for i := 0; i+1 < len(more); i += 2 {
			r[more[i].(string)] = more[i+1]
		}
		return r
	}
	var many []string
	for i := range 11 {
		many = append(many, fmt.Sprint("tag", i))
	}
	for name, c := range map[string]struct {
		field string
		plan  map[string]any
	}{
		"no title":            {"title", weekly("title", " ")},
		"a long title":        {"title", weekly("title", strings.Repeat("a", 201))},
		"two lines":           {"title", weekly("title", "a\nb")},
		"unknown variable":    {"streamTitle", weekly("streamTitle", "${stream_count}")},
		"open variable":       {"streamTitle", weekly("streamTitle", "${number")},
		"long notes":          {"notes", weekly("notes", strings.Repeat("a", 10_001))},
		"no text":             {"description", weekly("description", "a\x00b")},
		"category by name":    {"category", weekly("category", map[string]any{"id": "Just Chatting", "name": "x"})},
		"category nameless":   {"category", weekly("category", map[string]any{"id": "1"})},
		"picture of a script": {"category", weekly("category", map[string]any{"id": "1", "name": "x", "boxArtUrl": "javascript:alert(1)"})},
		"two words":           {"tags", weekly("tags", []string{"two words"})},
		"a long tag":          {"tags", weekly("tags", []string{strings.Repeat("a", 26)})},
		"many tags":           {"tags", weekly("tags", many)},
		"language by name":    {"language", weekly("language", "German")},
		"label":               {"labels", weekly("labels", []string{"a b"})},
		"no zone":             {"zone", weekly("zone", "")},
		"local zone":          {"zone", weekly("zone", "Local")},
		"unknown zone":        {"zone", weekly("zone", "Europe/Atlantis")},
		"zone of a path":      {"zone", weekly("zone", "../../etc/passwd")},
		"no start":            {"start", weekly("start", "")},
		"February 30":         {"start", weekly("start", "2026-02-30")},
		"long ago":            {"start", weekly("start", "1999-12-31")},
		"end before start":    {"end", weekly("end", "2026-01-04")},
		"no day until then":   {"end", weekly("start", "2026-01-06", "end", "2026-01-11")},
		"end in a fable":      {"end", weekly("end", "9999-12-31")},
		"25 o'clock":          {"time", weekly("time", "25:00")},
		"half past":           {"time", weekly("time", "7:30 pm")},
		"no time to stream":   {"minutes", weekly("minutes", 0)},
		"for days":            {"minutes", weekly("minutes", 2881)},
		"every day":           {"recurrence.every", weekly("recurrence", week("every", "day"))},
		"once, on Mondays":    {"recurrence.every", weekly("recurrence", week("every", ""))},
		"every -1 weeks":      {"recurrence.interval", weekly("recurrence", week("interval", -1))},
		"every 53 weeks":      {"recurrence.interval", weekly("recurrence", week("interval", 53))},
		"no day":              {"recurrence.days", weekly("recurrence", week("days", []string{}))},
		"Montag":              {"recurrence.days", weekly("recurrence", week("days", []string{"Montag"}))},
		"second of a week":    {"recurrence.nth", weekly("recurrence", week("nth", 2))},
		"sixth of a month":    {"recurrence.nth", weekly("recurrence", week("every", "month", "nth", 6))},
		"Monday of a month":   {"recurrence.nth", weekly("recurrence", week("every", "month"))},
		"first of a month":    {"recurrence.days", weekly("recurrence", map[string]any{"every": "month", "nth": 1})},
	} {
		for endpoint, in := range map[string]api.Input{"POST /api/series": testkit.Body(c.plan), "PATCH /api/series/{series}": testkit.Body(c.plan, "series", made.ID)} {
			_, err := s.Call(t, ours, endpoint, in, nil)
			var told struct{ Errors map[string]string }
			data, _ := json.Marshal(fault.From(err))
			_ = json.Unmarshal(data, &told)
			if !fault.Is(err, fault.Invalid) || told.Errors[c.field] == "" {
				t.Errorf("%s, %s: %v", name, endpoint, err)
			}
		}
	}
	for name, body := range map[string]map[string]any{
		"a Tuesday": {"date": "2026-01-06"}, "before it": {"date": "2025-12-29"}, "no date": {"date": "soon"}, "a long reason": {"date": "2026-01-05", "reason": strings.Repeat("a", 201)},
	} {
		if _, err := s.Call(t, ours, "POST /api/series/{series}/skips", testkit.Body(body, "series", made.ID), nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	moderator := api.Caller{Account: "m", Owner: "ours", Role: api.Moderator}
	_, err := s.Call(t, moderator, "POST /api/series", testkit.Body(weekly()), nil)
	testkit.WantFault(t, err, fault.Forbidden)
	_, err = s.Call(t, theirs, "GET /api/series/{series}", testkit.Params("series", made.ID), nil)
	testkit.WantFault(t, err, fault.NotFound)
	if after, _ := s.Logs.Last(t.Context(), "FACTS"); after != before {
		t.Errorf("the log went from %d to %d", before, after)
	}
}

// All who skip dates at once are heard, and the list has every series once.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	s := testkit.Start(t, testkit.Platform(t), series.Service)
	made := create(t, s, weekly())
	var group sync.WaitGroup
	for week := range 8 {
		group.Go(func() {
			date := time.Date(2026, 1, 5+7*week, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			for range 2 { // the second says what is so already
				if _, err := s.Call(t, ours, "POST /api/series/{series}/skips", testkit.Body(map[string]any{"date": date}, "series", made.ID), nil); err != nil {
					t.Error(err)
				}
			}
			create(t, s, weekly("title", fmt.Sprintf("%c", 'h'-week)))
		})
	}
	group.Wait()
	titles, skips := "", 0
	for cursor := ""; ; {
		var page api.List[series.Series]
		if _, err := s.Call(t, ours, "GET /api/series", testkit.Params("limit", "2", "cursor", cursor), &page); err != nil {
			t.Fatal(err)
		}
		for _, each := range page.Items {
			titles += each.Title[:1]
			skips += len(each.Skips)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if titles != "abcdefghM" || skips != 8 {
		t.Errorf("titles %s, %d skips", titles, skips)
	}
	var found api.List[series.Series]
	if _, err := s.Call(t, ours, "GET /api/series", testkit.Params("q", "MOND"), &found); err != nil || len(found.Items) != 1 {
		t.Errorf("found %+v, %v", found, err)
	}
}
