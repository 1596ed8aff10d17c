package series

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/afterglow-live/afterglow/events"
)

func TestCalendar(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 31, 19, 30, 0, 0, time.FixedZone("", 3600))
	title := `Run; walk, "or" \ crawl` + "\n" + strings.Repeat("déjà vu 🎮 ", 20)
	list := []Occurrence{
		{Series: "s1", Date: "2026-01-31", StartsAt: start, EndsAt: start.Add(6 * time.Hour), StreamTitle: title, Category: &events.Category{ID: "1", Name: "Just, chatting"}, Notes: "between us"},
		{Series: "s1", Date: "2026-02-07", StartsAt: start.AddDate(0, 0, 7), EndsAt: start.AddDate(0, 0, 7), StreamTitle: "b", Skipped: true, Reason: "ill;\x1b\a very"},
	}
	text := calendar(list, start)
	if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") || !strings.HasSuffix(text, "END:VCALENDAR\r\n") {
		t.Error("lines end with CR and LF")
	}
	for line := range strings.SplitSeq(text, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("the line %q has %d bytes", line, len(line))
		}
	}
	whole := strings.ReplaceAll(text, "\r\n ", "")
	for _, line := range []string{
		"UID:s1-2026-01-31@afterglow", "DTSTAMP:20260131T183000Z", "DTSTART:20260131T183000Z", "DTEND:20260201T003000Z",
		`SUMMARY:Run\; walk\, "or" \\ crawl\n` + strings.Repeat("déjà vu 🎮 ", 20), `CATEGORIES:Just\, chatting`,
		"UID:s1-2026-02-07@afterglow", "STATUS:CANCELLED", `DESCRIPTION:ill\; very`,
	} {
		if !strings.Contains(whole, "\r\n"+line+"\r\n") {
			t.Errorf("%q is missing in\n%s", line, whole)
		}
	}
	if strings.Contains(whole, "between us") || strings.Count(whole, "BEGIN:VEVENT") != 2 || strings.Count(whole, "END:VEVENT") != 2 {
		t.Errorf("the calendar is\n%s", whole)
	}
}
