package series

import (
	"slices"
	"strings"

	"github.com/afterglow-live/afterglow/events"
)

// Plan is what is planned of a series.
type Plan struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	// StreamTitle is the title of its streams, with ${title}, ${number} and ${date} in it; absent is that of
	// the series.
	StreamTitle string           `json:"streamTitle,omitempty"`
	Category    *events.Category `json:"category,omitempty"`
	// Tags of up to 25 letters and digits; at most ten.
	Tags []string `json:"tags,omitempty"`
	// Language is a code of ISO 639-1 such as "en", or "other".
	Language string `json:"language,omitempty"`
	// Labels are ids of content labels.
	Labels []string `json:"labels,omitempty"`
	// Notes for the one who streams, in Markdown. They are kept as they are: whoever shows them sees to it
	// that they are safe.
	Notes string `json:"notes,omitempty"`
	// Zone is a time zone of the IANA database, such as "Europe/Berlin"; all dates and times of the plan are
	// those of its clocks.
	Zone string `json:"zone"`
	// Start is the first date on which it may come, such as 2026-01-31, and End the last; absent, it goes on.
	Start string `json:"start"`
	End   string `json:"end,omitempty"`
	// Time of the day, such as 19:30.
	Time string `json:"time"`
	// Minutes that a stream takes; it may go on past midnight.
	Minutes int `json:"minutes"`
	// Recurrence is when it comes again; without one it comes once.
	Recurrence events.Recurrence `json:"recurrence,omitzero"`
	// Paused series have no streams until they go on.
	Paused bool `json:"paused,omitempty"`
}

// event is the plan as the log has it.
func (p Plan) event(series string) events.SeriesPlanned {
	return events.SeriesPlanned{
		Series: series, Title: p.Title, Description: p.Description, StreamTitle: p.StreamTitle, Category: p.Category, Tags: p.Tags,
		Language: p.Language, Labels: p.Labels, Notes: p.Notes, Zone: p.Zone, Start: p.Start, End: p.End, Time: p.Time,
		Minutes: p.Minutes, Recurrence: p.Recurrence, Paused: p.Paused,
	}
}

// tidy writes the plan in one way, whoever wrote it: what is the same is the same text.
func (p Plan) tidy() Plan {
	for _, text := range []*string{&p.Title, &p.StreamTitle, &p.Language, &p.Zone, &p.Start, &p.End, &p.Time} {
		*text = strings.TrimSpace(*text)
	}
	if p.Category != nil && p.Category.ID == "" {
		p.Category = nil
	}
	p.Tags, p.Labels = distinct(p.Tags), distinct(p.Labels)
	if clock, err := parseClock(p.Time); err == nil {
		p.Time = showClock(clock)
	}
	r := &p.Recurrence
	if r.Every != "" && r.Interval == 0 {
		r.Interval = 1
	}
	var days []string
	for _, day := range r.Days {
		days = append(days, strings.ToLower(strings.TrimSpace(day)))
	}
	slices.SortFunc(days, func(a, b string) int { return slices.Index(weekdays, a) - slices.Index(weekdays, b) })
	r.Days = slices.Compact(days)
	return p
}

// distinct are the texts that are not empty, each once, in their order; nil when there are none.
func distinct(list []string) []string {
	var kept []string
	for _, text := range list {
		if text = strings.TrimSpace(text); text != "" && !slices.Contains(kept, text) {
			kept = append(kept, text)
		}
	}
	return kept
}
