package clips

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // where the system knows no time zones, as in containers
)

// longest is how long a recording can be; an end that is later is not the recording's.
const longest = 48 * time.Hour

var (
	// apart is a time whose parts stand apart, as in the names that OBS offers: "2026-01-31 20-00-00",
	// "26-01-31_20-00-00", "2026-Jan-31 08-00-00-PM", "2026-01-31 20-00-00-+0100".
	apart = regexp.MustCompile(`(?:^|[^0-9])(\d{4}|\d\d)[-.](\d\d|[A-Za-z]{3,9})[-.](\d\d)(?:[ _T]|[ _]-[ _]|_at_| at )(\d\d)[-.:_](\d\d)[-.:_](\d\d)(?:[-_ ]([AaPp][Mm])\b)?(?:[-_ ]?([+-]\d{4}))?`)
	// compact is one as phones and consoles write it: "20260131_200000".
	compact = regexp.MustCompile(`(?:^|[^0-9])((?:19|20)\d\d)(\d\d)(\d\d)[-_T](\d\d)(\d\d)(\d\d)()()(?:[^0-9]|$)`)
)

// StartInName finds when a recording began in its file's name, as OBS and others write it there, in the
// time zone of the machine that recorded; false when the name tells no time.
func StartInName(name string, zone *time.Location) (time.Time, bool) {
	found := apart.FindStringSubmatch(name)
	if found == nil {
		found = compact.FindStringSubmatch(name)
	}
	if found == nil {
		return time.Time{}, false
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(found[i])
		return n
	}
	year, month, day, hour := number(1), monthOf(found[2]), number(3), number(4)
	if year < 100 {
		year += 2000
	}
	if half := strings.ToLower(found[7]); half != "" {
		if hour < 1 || hour > 12 {
			return time.Time{}, false
		}
		hour %= 12
		if half == "pm" {
			hour += 12
		}
	}
	if offset, err := time.Parse("-0700", found[8]); err == nil {
		zone = offset.Location()
	}
	at := time.Date(year, month, day, hour, number(5), number(6), 0, zone)
	// The hour is not compared: it may not exist on the day that the clocks go forward.
	is := at.Month() == month && at.Day() == day && hour < 24 && at.Minute() == number(5) && at.Second() == number(6)
	return at, is && isTimely(&at)
}

// monthOf reads a month as a number or by its English name, in full or the first three letters; zero is none.
func monthOf(text string) time.Month {
	if n, err := strconv.Atoi(text); err == nil {
		return time.Month(n)
	}
	for month := time.January; month <= time.December; month++ {
		if strings.EqualFold(text, month.String()) || strings.EqualFold(text, month.String()[:3]) {
			return month
		}
	}
	return 0
}

// believable is the end of a recording; none when it can't be: a file that was copied was changed long
// after it was recorded.
func believable(start, end *time.Time) *time.Time {
	if start != nil && end != nil && (end.Before(*start) || end.Sub(*start) > longest) {
		return nil
	}
	return end
}
