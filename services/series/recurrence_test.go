package series

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// first are the first dates of a plan.
func first(t *testing.T, p events.SeriesPlanned, most int) []string {
	t.Helper()
	all, err := dates(p)
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for date := range all {
		if list = append(list, date.Format(time.DateOnly)); len(list) == most {
			break
		}
	}
	return list
}

func TestDates(t *testing.T) {
	t.Parallel()
	week := func(interval int, days ...string) events.Recurrence {
		return events.Recurrence{Every: "week", Interval: interval, Days: days}
	}
	month := func(interval, nth int, days ...string) events.Recurrence {
		return events.Recurrence{Every: "month", Interval: interval, Nth: nth, Days: days}
	}
	for _, c := range []struct {
		what       string
		start, end string
		recurrence events.Recurrence
		want       string
	}{
		{"once", "2026-01-31", "", events.Recurrence{}, "2026-01-31"},
		{"every week", "2026-01-05", "", week(1, "monday"), "2026-01-05 2026-01-12 2026-01-19 2026-01-26"},
		{"on two days, from between them", "2026-01-07", "", week(1, "tuesday", "friday"), "2026-01-09 2026-01-13 2026-01-16 2026-01-20"},
		{"the last day is one of them", "2026-01-05", "2026-01-19", week(1, "monday"), "2026-01-05 2026-01-12 2026-01-19"},
		{"the last day is not", "2026-01-05", "2026-01-18", week(1, "monday"), "2026-01-05 2026-01-12"},
		{"every other week, from its start", "2026-01-05", "", week(2, "monday"), "2026-01-05 2026-01-19 2026-02-02 2026-02-16"},
		{"every other week, counted from that of the start", "2026-01-08", "", week(2, "monday", "friday"), "2026-01-09 2026-01-19 2026-01-23 2026-02-02"},
		{"a week begins on Monday", "2026-01-11", "", week(2, "sunday", "monday"), "2026-01-11 2026-01-19 2026-01-25 2026-02-02"},
		{"over the end of the year", "2025-12-22", "", week(1, "monday"), "2025-12-22 2025-12-29 2026-01-05 2026-01-12"},
		{"every other week, over a year of 53", "2026-12-21", "", week(2, "monday"), "2026-12-21 2027-01-04 2027-01-18 2027-02-01"},
		{"February 29 in the week", "2028-02-22", "", week(1, "tuesday"), "2028-02-22 2028-02-29 2028-03-07 2028-03-14"},
		{"day of the month", "2026-01-15", "", month(1, 0), "2026-01-15 2026-02-15 2026-03-15 2026-04-15"},
		{"the 31st leaves out what is shorter", "2026-01-31", "", month(1, 0), "2026-01-31 2026-03-31 2026-05-31 2026-07-31"},
		{"the 29th is in February in a leap year", "2027-11-29", "", month(1, 0), "2027-11-29 2027-12-29 2028-01-29 2028-02-29"},
		{"the 29th is not in other years", "2026-12-29", "", month(1, 0), "2026-12-29 2027-01-29 2027-03-29 2027-04-29"},
		{"February 29, every twelve months", "2024-02-29", "", month(12, 0), "2024-02-29 2028-02-29 2032-02-29 2036-02-29"},
		{"first Monday", "2026-01-01", "", month(1, 1, "monday"), "2026-01-05 2026-02-02 2026-03-02 2026-04-06"},
		{"first Monday, when the start is after it", "2026-01-06", "", month(1, 1, "monday"), "2026-02-02 2026-03-02 2026-04-06 2026-05-04"},
		{"last Friday", "2026-01-01", "", month(1, -1, "friday"), "2026-01-30 2026-02-27 2026-03-27 2026-04-24"},
		{"fifth Friday leaves out months with four", "2026-01-01", "", month(1, 5, "friday"), "2026-01-30 2026-05-29 2026-07-31 2026-10-30"},
		{"second Tuesday and Thursday of every other month", "2026-01-01", "", month(2, 2, "tuesday", "thursday"), "2026-01-08 2026-01-13 2026-03-10 2026-03-12"},
		{"it never comes", "2026-01-06", "2026-01-11", week(1, "monday"), ""},
	} {
		got := first(t, events.SeriesPlanned{Start: c.start, End: c.end, Recurrence: c.recurrence}, 4)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.what, got, c.want)
		}
	}
	if all := first(t, events.SeriesPlanned{Start: "2100-12-20", Recurrence: week(1, "friday")}, 10); !slices.Equal(all, []string{"2100-12-24", "2100-12-31"}) {
		t.Errorf("what goes on ends with the time that plans are made for: %v", all)
	}
}

// The time on the clocks stays, whatever they do.
func TestClocks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, date, clock, want string }{
		{"UTC", "2026-03-29", "02:30", "2026-03-29T02:30:00Z"},
		{"Europe/Berlin", "2026-01-31", "19:30", "2026-01-31T18:30:00Z"},
		{"Europe/Berlin", "2026-03-28", "19:30", "2026-03-28T18:30:00Z"},
		{"Europe/Berlin", "2026-03-29", "19:30", "2026-03-29T17:30:00Z"},
		{"Europe/Berlin", "2026-03-29", "01:59", "2026-03-29T00:59:00Z"},
		{"Europe/Berlin", "2026-03-29", "02:00", "2026-03-29T01:00:00Z"}, // 03:00
		{"Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:30:00Z"}, // 03:30
		{"Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00:00Z"},
		{"Europe/Berlin", "2026-10-25", "01:59", "2026-10-24T23:59:00Z"},
		{"Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"}, // the first one, of the summer
		{"Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00:00Z"},
		{"America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z"}, // 03:30
		{"America/New_York", "2026-03-08", "20:00", "2026-03-09T00:00:00Z"},
		{"America/New_York", "2026-03-07", "20:00", "2026-03-08T01:00:00Z"},
		{"America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"}, // the first one
		{"America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00:00Z"},
		{"Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00Z"}, // half an hour comes twice: the first one
		{"Australia/Lord_Howe", "2026-04-05", "02:00", "2026-04-04T15:30:00Z"},
		{"Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00Z"}, // half an hour is left out: 02:45
		{"Australia/Lord_Howe", "2026-10-04", "02:30", "2026-10-03T15:30:00Z"},
		{"Asia/Kathmandu", "2026-06-01", "00:00", "2026-05-31T18:15:00Z"},
		{"Pacific/Apia", "2011-12-30", "19:00", "2011-12-31T05:00:00Z"},     // a day is left out: 19:00 on the 31st
		{"America/Santiago", "2026-09-06", "00:30", "2026-09-06T04:30:00Z"}, // midnight is left out: 01:30
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		date, err := time.Parse(time.DateOnly, c.date)
		if err != nil {
			t.Fatal(err)
		}
		clock, err := parseClock(c.clock)
		if err != nil {
			t.Fatal(err)
		}
		if got := on(date, clock, zone).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s %s in %s is %s, want %s", c.date, c.clock, c.zone, got, c.want)
		}
	}
}

// Wherever clocks are changed, a time that is shown on them is met, and one that is not is met later on the same clocks.
func TestEveryHourOfAYearIsMet(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "Asia/Tehran", "Pacific/Chatham"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for date := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); date.Year() == 2026; date = date.AddDate(0, 0, 1) {
			for clock := time.Duration(0); clock < 24*time.Hour; clock += 15 * time.Minute {
				at := on(date, clock, zone)
				shown := at.In(zone)
				wanted := date.Add(clock)
				met := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), 0, 0, time.UTC).Sub(wanted)
				earlier := at.Add(-time.Hour).In(zone)
				switch {
				case met < 0 || met > time.Hour:
					t.Errorf("%s in %s is met as %s", wanted.Format(time.DateTime), name, shown)
				case met == 0 && earlier.Hour() == shown.Hour() && earlier.Minute() == shown.Minute():
					t.Errorf("%s in %s comes twice and the second is taken", wanted.Format(time.DateTime), name)
				}
			}
		}
	}
}

func TestOccurrences(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		moment, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	s := Series{ID: "s1", Plan: Plan{
		Title: "Speed & co", StreamTitle: "${title} #${number} (${date}) $number ${", Zone: "Europe/Berlin", Start: "2026-03-13", Time: "23:30", Minutes: 180,
		Recurrence: events.Recurrence{Every: "week", Interval: 1, Days: []string{"friday"}},
	}, Skips: []Skip{{Date: "2026-03-20", Reason: "ill"}}}
	show := func(list []Occurrence, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, o := range list {
			line := o.Date + " " + o.StartsAt.Format("02T15:04") + "-" + o.EndsAt.Format("02T15:04") + " " + o.StreamTitle
			if o.Skipped {
				line += " skipped: " + o.Reason
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, "\n")
	}
	want := strings.Join([]string{
		"2026-03-13 13T22:30-14T01:30 Speed & co #1 (13 March 2026) $number ${",
		"2026-03-20 20T22:30-21T01:30 Speed & co #2 (20 March 2026) $number ${ skipped: ill",
		"2026-03-27 27T22:30-28T01:30 Speed & co #2 (27 March 2026) $number ${",
		"2026-04-03 03T21:30-04T00:30 Speed & co #3 (3 April 2026) $number ${",
	}, "\n")
	if got := show(s.occurrences(at("2026-03-01T00:00:00Z"), at("2026-04-04T00:00:00Z"))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	// What began on the day before is there while it goes on.
	if got := show(s.occurrences(at("2026-04-04T00:29:59Z"), at("2026-04-05T00:00:00Z"))); !strings.HasPrefix(got, "2026-04-03 ") || strings.Contains(got, "\n") {
		t.Errorf("what goes on past midnight is %q", got)
	}
	if got := show(s.occurrences(at("2026-04-04T00:30:00Z"), at("2026-04-05T00:00:00Z"))); got != "" {
		t.Errorf("what is over is %q", got)
	}
	s.Paused = true
	if got := show(s.occurrences(at("2026-03-01T00:00:00Z"), at("2026-04-04T00:00:00Z"))); got != "" {
		t.Errorf("what is paused is %q", got)
	}
}
