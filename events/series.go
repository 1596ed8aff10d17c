package events

var series = []Event{SeriesPlanned{}, SeriesDeleted{}, OccurrenceSkipped{}, OccurrenceUnskipped{}}

// Category is what a stream is about, as Twitch lists it.
type Category struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// BoxArtURL of its picture.
	BoxArtURL string `json:"boxArtUrl,omitempty"`
}

// Recurrence is when a series comes again.
type Recurrence struct {
	// Every is week or month; empty for a series that comes once.
	Every string `json:"every,omitempty"`
	// Interval is how many weeks or months are from one to the next: 2 is every other week.
	Interval int `json:"interval,omitempty"`
	// Days of the week: monday to sunday.
	Days []string `json:"days,omitempty"`
	// Nth is which of these days in a month: 1 to 5, or -1 for the last. Zero, by the month, is the day of
	// the month of the start.
	Nth int `json:"nth,omitempty"`
}

// SeriesPlanned: there is a series of streams, or it is planned anew: everything about it is said.
type SeriesPlanned struct {
	Series      string `json:"series"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	// StreamTitle is the title of its streams, with ${title}, ${number} and ${date} in it.
	StreamTitle string    `json:"streamTitle,omitempty"`
	Category    *Category `json:"category,omitempty"`
	Tags        []string  `json:"tags,omitempty"`
	// Language is a code of ISO 639-1.
	Language string   `json:"language,omitempty"`
	Labels   []string `json:"labels,omitempty"`
	// Notes for the one who streams, in Markdown.
	Notes string `json:"notes,omitempty"`
	// Zone is a time zone of the IANA database; the dates and times are those of its clocks.
	Zone string `json:"zone"`
	// Start and End are dates such as 2026-01-31; End is the last day, empty when it goes on.
	Start string `json:"start"`
	End   string `json:"end,omitempty"`
	// Time of the day such as 19:30.
	Time string `json:"time"`
	// Minutes that a stream takes.
	Minutes    int        `json:"minutes"`
	Recurrence Recurrence `json:"recurrence"`
	// Paused series have no streams until they go on.
	Paused bool `json:"paused,omitempty"`
}

func (e SeriesPlanned) Event() (name, id string) { return "series.planned", e.Series }

// SeriesDeleted: the series is no more.
type SeriesDeleted struct {
	Series string `json:"series"`
}

func (e SeriesDeleted) Event() (name, id string) { return "series.deleted", e.Series }

// OccurrenceSkipped: on one date the series does not come.
type OccurrenceSkipped struct {
	Series string `json:"series"`
	// Date such as 2026-01-31, in the series' zone.
	Date   string `json:"date"`
	Reason string `json:"reason,omitempty"`
}

func (e OccurrenceSkipped) Event() (name, id string) { return "series.occurrence_skipped", e.Series }

// OccurrenceUnskipped: on that date it comes after all.
type OccurrenceUnskipped struct {
	Series string `json:"series"`
	Date   string `json:"date"`
}

func (e OccurrenceUnskipped) Event() (name, id string) {
	return "series.occurrence_unskipped", e.Series
}
