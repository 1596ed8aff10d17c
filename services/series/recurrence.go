package series

import (
	"fmt"
	"iter"
	"time"

	"github.com/teambition/rrule-go"

	"github.com/afterglow-live/afterglow/events"
)

// weekdays in the order of a week: it begins on Monday.
var weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// rules are the weekdays as RFC 5545 has them.
var rules = map[string]rrule.Weekday{
	"monday": rrule.MO, "tuesday": rrule.TU, "wednesday": rrule.WE, "thursday": rrule.TH,
	"friday": rrule.FR, "saturday": rrule.SA, "sunday": rrule.SU,
}

// dates are those of the series from its first to its last day, as midnights in UTC; those that are skipped
// too. They follow RFC 5545: weeks begin on Monday and are counted from that of the start, months from that
// of the start, and a month without the day, as February without a 30th, is left out.
func dates(p events.SeriesPlanned) (iter.Seq[time.Time], error) {
	start, err := time.Parse(time.DateOnly, p.Start)
	if err != nil {
		return nil, fmt.Errorf("series %s: start: %w", p.Series, err)
	}
	option := rrule.ROption{Dtstart: start, Interval: p.Recurrence.Interval, Wkst: rrule.MO, Until: lastDay}
	if p.End != "" {
		if option.Until, err = time.Parse(time.DateOnly, p.End); err != nil {
			return nil, fmt.Errorf("series %s: end: %w", p.Series, err)
		}
	}
	for _, day := range p.Recurrence.Days {
		rule := rules[day]
		if p.Recurrence.Nth != 0 {
			rule = rule.Nth(p.Recurrence.Nth)
		}
		option.Byweekday = append(option.Byweekday, rule)
	}
	switch p.Recurrence.Every {
	case "week":
		option.Freq = rrule.WEEKLY
	case "month":
		option.Freq = rrule.MONTHLY
	default:
		option.Freq, option.Count = rrule.DAILY, 1
	}
	rule, err := rrule.NewRRule(option)
	if err != nil {
		return nil, fmt.Errorf("series %s: %w", p.Series, err)
	}
	return func(yield func(time.Time) bool) {
		next := rule.Iterator()
		for date, more := next(); more && yield(date); date, more = next() {
		}
	}, nil
}

// on is the moment when the clocks of a zone show a time of the day on a date. An hour that the clocks leave
// out when they go forward is as much later as they go forward: half past two is half past three. Of an hour
// that comes twice it is the first.
func on(date time.Time, clock time.Duration, zone *time.Location) time.Time {
	shown := date.Add(clock) // as if the clocks were those of UTC
	before, after := offset(shown.Add(-36*time.Hour), zone), offset(shown.Add(36*time.Hour), zone)
	for _, ahead := range []time.Duration{max(before, after), min(before, after)} {
		if at := shown.Add(-ahead); offset(at, zone) == ahead {
			return at
		}
	}
	return shown.Add(-before)
}

// offset is how far the clocks of a zone are ahead of UTC.
func offset(at time.Time, zone *time.Location) time.Duration {
	_, seconds := at.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
