package events

var (
	job      = []Event{JobCancelled{}}
	progress = []Event{JobProgressed{}}
)

// JobProgressed: a reactor's work on one event has come this far.
type JobProgressed struct {
	// Job is the id of the work: it follows from the reactor and the event that it works on.
	Job     string `json:"job"`
	Reactor string `json:"reactor"`
	// Cause is the id of the event that the reactor works on.
	Cause string `json:"cause"`
	Stage string `json:"stage"`
	// Percent of the stage that is done, 0 to 100.
	Percent float64 `json:"percent"`
	// Speed in media seconds per second; zero when it has no meaning.
	Speed float64 `json:"speed,omitempty"`
	// Remaining is the time left in seconds; zero when unknown.
	Remaining float64 `json:"remaining,omitempty"`
	// Attempt counts from one.
	Attempt int `json:"attempt"`
	// Done is true when the work has ended well and nothing else tells of it.
	Done bool `json:"done,omitempty"`
	// Reason is why the last attempt did not succeed.
	Reason string `json:"reason,omitempty"`
	// Log is the last lines that the program which does the work has written.
	Log []string `json:"log,omitempty"`
}

func (e JobProgressed) Event() (name, id string) { return "job.progressed", e.Job }

// JobCancelled: somebody does not want the work any more; the reactor stops it, or never begins.
type JobCancelled struct {
	// Job is the id of the work.
	Job     string `json:"job"`
	Reactor string `json:"reactor"`
}

func (e JobCancelled) Event() (name, id string) { return "job.cancelled", e.Job }
