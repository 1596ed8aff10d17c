package series

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // where the system knows no time zones, as in containers
	"unicode/utf8"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// firstDay and lastDay are between which plans can be made.
var (
	firstDay = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	lastDay  = time.Date(2100, 12, 31, 0, 0, 0, 0, time.UTC)
)

const (
	longestTitle = 200
	longestText  = 10_000
	// longestMinutes is two days, as long as a stream can be on Twitch.
	longestMinutes = 48 * 60
	// mostTags and longestTag are what Twitch takes.
	mostTags, longestTag = 10, 25
	mostLabels           = 20
)

// check tells what is wrong with a plan that is tidy.
func (p Plan) check() error {
	for _, check := range []func() error{p.checkTexts, p.checkChannel, p.checkTimes, p.checkRecurrence} {
		if err := check(); err != nil {
			return err
		}
	}
	all, err := dates(p.event("new"))
	if err != nil {
		return err
	}
	for range all {
		return nil
	}
	return fault.Field("end", "it never comes between its first and its last date; choose other dates or other days")
}

func (p Plan) checkTexts() error {
	if p.Title == "" {
		return fault.Field("title", "this is needed")
	}
	if err := checkLine("title", p.Title, longestTitle); err != nil {
		return err
	}
	if err := checkLine("streamTitle", p.StreamTitle, longestTitle); err != nil {
		return err
	}
	for _, variable := range variables.FindAllString(p.StreamTitle, -1) {
		if !slices.Contains([]string{"${title}", "${number}", "${date}"}, variable) {
			return fault.Field("streamTitle", "there is no %s; there are ${title}, ${number} and ${date}", variable)
		}
	}
	if err := checkText("description", p.Description); err != nil {
		return err
	}
	return checkText("notes", p.Notes)
}

var (
	variables = regexp.MustCompile(`\$\{[^}]*\}?`)
	language  = regexp.MustCompile(`^([a-z]{2}|other)$`)
	label     = regexp.MustCompile(`^[A-Za-z]{1,50}$`)
	word      = regexp.MustCompile(`^[\p{L}\p{M}\p{N}]+$`)
)

// checkChannel tells what is wrong with what a channel is to show.
func (p Plan) checkChannel() error {
	if c := p.Category; c != nil {
		if !events.IsToken(c.ID) {
			return fault.Field("category", "%q is no id of a category", c.ID)
		}
		if c.Name == "" {
			return fault.Field("category", "its name is needed too")
		}
		if err := checkLine("category", c.Name, longestTitle); err != nil {
			return err
		}
		if u, err := url.Parse(c.BoxArtURL); c.BoxArtURL != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(c.BoxArtURL) > 1000) {
			return fault.Field("category", "the address of its picture is none")
		}
	}
	if len(p.Tags) > mostTags {
		return fault.Field("tags", "at most %d tags", mostTags)
	}
	for _, tag := range p.Tags {
		if !word.MatchString(tag) || utf8.RuneCountInString(tag) > longestTag {
			return fault.Field("tags", "%q is no tag: it has up to %d letters and digits, and nothing between them", tag, longestTag)
		}
	}
	if p.Language != "" && !language.MatchString(p.Language) {
		return fault.Field("language", "%q is no code of a language such as en or de, nor other", p.Language)
	}
	if len(p.Labels) > mostLabels {
		return fault.Field("labels", "at most %d labels", mostLabels)
	}
	for _, id := range p.Labels {
		if !label.MatchString(id) {
			return fault.Field("labels", "%q is no id of a content label", id)
		}
	}
	return nil
}

func (p Plan) checkTimes() error {
	if _, err := checkZone(p.Zone); err != nil {
		return err
	}
	start, err := checkDate("start", p.Start)
	if err != nil {
		return err
	}
	if p.End != "" {
		end, err := checkDate("end", p.End)
		if err != nil {
			return err
		}
		if end.Before(start) {
			return fault.Field("end", "the last date is before the first, %s", p.Start)
		}
	}
	if _, err := parseClock(p.Time); err != nil {
		return fault.Field("time", "%q is no time of the day such as 19:30", p.Time)
	}
	if p.Minutes < 1 || p.Minutes > longestMinutes {
		return fault.Field("minutes", "a stream takes from 1 minute to %d, which is two days", longestMinutes)
	}
	return nil
}

func (p Plan) checkRecurrence() error {
	r := p.Recurrence
	for _, day := range r.Days {
		if !slices.Contains(weekdays, day) {
			return fault.Field("recurrence.days", "%q is no day of the week; those are %s", day, strings.Join(weekdays, ", "))
		}
	}
	most := map[string]int{"week": 52, "month": 24}[r.Every]
	switch {
	case r.Every == "" && (r.Interval != 0 || len(r.Days) > 0 || r.Nth != 0):
		return fault.Field("recurrence.every", "say week or month, or leave the rest out too: then it comes once")
	case r.Every == "":
		return nil
	case most == 0:
		return fault.Field("recurrence.every", "%q is neither week nor month", r.Every)
	case r.Interval < 1 || r.Interval > most:
		return fault.Field("recurrence.interval", "from one to the next are 1 to %d %ss", most, r.Every)
	case r.Every == "week" && r.Nth != 0:
		return fault.Field("recurrence.nth", "this is for what comes by the month")
	case r.Every == "week" && len(r.Days) == 0:
		return fault.Field("recurrence.days", "say on which days of the week it comes")
	case r.Every == "month" && (r.Nth < -1 || r.Nth > 5):
		return fault.Field("recurrence.nth", "it is the first to the fifth of these days in a month, 1 to 5, or the last, -1; or 0 for the day of the start")
	case r.Every == "month" && r.Nth == 0 && len(r.Days) > 0:
		return fault.Field("recurrence.nth", "say which of these days in a month, 1 to 5, or -1 for the last; or no days, for the day of the start")
	case r.Every == "month" && r.Nth != 0 && len(r.Days) == 0:
		return fault.Field("recurrence.days", "say of which days of the week it is the %d. in a month", r.Nth)
	}
	return nil
}

func checkLine(field, text string, most int) error {
	switch {
	case utf8.RuneCountInString(text) > most:
		return fault.Field(field, "at most %d characters", most)
	case strings.ContainsAny(text, "\n\r\x00"):
		return fault.Field(field, "one line, please")
	}
	return nil
}

func checkText(field, text string) error {
	switch {
	case utf8.RuneCountInString(text) > longestText:
		return fault.Field(field, "at most %d characters", longestText)
	case strings.ContainsRune(text, 0):
		return fault.Field(field, "it has a character that is no text")
	}
	return nil
}

func checkDate(field, text string) (time.Time, error) {
	date, err := time.Parse(time.DateOnly, text)
	switch {
	case err != nil:
		return date, fault.Field(field, "%q is no date such as 2026-01-31", text)
	case date.Before(firstDay) || date.After(lastDay):
		return date, fault.Field(field, "this should be a date from %d to %d", firstDay.Year(), lastDay.Year())
	}
	return date, nil
}

func checkZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fault.Field("zone", "%q is no time zone such as Europe/Berlin", name)
	}
	return zone, nil
}

// parseClock reads a time of the day, as the time since midnight.
func parseClock(text string) (time.Duration, error) {
	at, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("time of the day: %w", err)
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, nil
}

func showClock(clock time.Duration) string {
	return time.Time{}.Add(clock).Format("15:04")
}
