package series

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
)

// Occurrence is one stream of a series.
type Occurrence struct {
	Series string `json:"series"`
	// Date such as 2026-01-31, in the series' zone.
	Date     string    `json:"date"`
	StartsAt time.Time `json:"startsAt"`
	EndsAt   time.Time `json:"endsAt"`
	// Title of the series.
	Title string `json:"title"`
	// StreamTitle is the title of the stream, filled in.
	StreamTitle string           `json:"streamTitle"`
	Category    *events.Category `json:"category,omitempty"`
	Tags        []string         `json:"tags"`
	Language    string           `json:"language,omitempty"`
	Labels      []string         `json:"labels"`
	// Notes in Markdown, as they were written.
	Notes string `json:"notes,omitempty"`
	// Skipped tells that it does not come, and Reason why.
	Skipped bool   `json:"skipped,omitempty"`
	Reason  string `json:"reason,omitempty"`
	// Number counts from 1, by the plan as it is now. What is skipped does not count: it has the number of
	// the one that comes instead.
	Number int `json:"number"`
}

// occurrences of a series that are not over at from and begin before to, in their order. A series that is
// paused has none.
func (s Series) occurrences(from, to time.Time) ([]Occurrence, error) {
	if s.Paused {
		return nil, nil
	}
	p := s.event(s.ID)
	all, err := dates(p)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		return nil, fmt.Errorf("series %s: %w", s.ID, err)
	}
	clock, err := parseClock(p.Time)
	if err != nil {
		return nil, fmt.Errorf("series %s: %w", s.ID, err)
	}
	var list []Occurrence
	number := 1
	for date := range all {
		startsAt := on(date, clock, zone).UTC()
		if !startsAt.Before(to) {
			break
		}
		o := Occurrence{
			Series: s.ID, Date: date.Format(time.DateOnly), StartsAt: startsAt, EndsAt: startsAt.Add(time.Duration(p.Minutes) * time.Minute),
			Title: p.Title, Category: p.Category, Tags: append([]string{}, p.Tags...), Language: p.Language, Labels: append([]string{}, p.Labels...), Notes: p.Notes, Number: number,
		}
		if i := slices.IndexFunc(s.Skips, func(skip Skip) bool { return skip.Date == o.Date }); i >= 0 {
			o.Skipped, o.Reason = true, s.Skips[i].Reason
		} else {
			number++
		}
		if o.EndsAt.After(from) {
			o.StreamTitle = fill(p, date, o.Number)
			list = append(list, o)
		}
	}
	return list, nil
}

// fill makes the title of a stream.
func fill(p events.SeriesPlanned, date time.Time, number int) string {
	if p.StreamTitle == "" {
		return p.Title
	}
	return strings.NewReplacer("${title}", p.Title, "${number}", strconv.Itoa(number), "${date}", date.Format("2 January 2006")).Replace(p.StreamTitle)
}
