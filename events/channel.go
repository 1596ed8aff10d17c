package events

import (
	"encoding/json"
	"time"
)

var channel = []Event{
	WentLive{},
	WentOffline{},
	ChannelUpdated{},
	GapDetected{},
	GapFilled{},
	ArchiveSealed{},
	ArchiveDropped{},
	HistoryExpired{},
	ErasureRequested{},
	PersonErased{},
}

// WentLive: a channel is on air.
type WentLive struct {
	Channel string `json:"channel"`
	// Broadcast is the platform's id of it.
	Broadcast string    `json:"broadcast"`
	StartedAt time.Time `json:"startedAt"`
	// Found is true when it was not told, but found afterwards.
	Found bool            `json:"found,omitempty"`
	Raw   json.RawMessage `json:"raw,omitempty"`
}

func (e WentLive) Event() (name, id string) { return "channel.went_live", e.Channel }

// WentOffline: a channel is no longer on air.
type WentOffline struct {
	Channel string `json:"channel"`
	// Found is true when it was not told, but found afterwards.
	Found bool            `json:"found,omitempty"`
	Raw   json.RawMessage `json:"raw,omitempty"`
}

func (e WentOffline) Event() (name, id string) { return "channel.went_offline", e.Channel }

// ChannelUpdated: a channel has this title and category from now on.
type ChannelUpdated struct {
	Channel      string          `json:"channel"`
	Title        string          `json:"title"`
	Category     string          `json:"category,omitempty"`
	CategoryName string          `json:"categoryName,omitempty"`
	Language     string          `json:"language,omitempty"`
	Labels       []string        `json:"labels,omitempty"`
	Raw          json.RawMessage `json:"raw,omitempty"`
}

func (e ChannelUpdated) Event() (name, id string) { return "channel.updated", e.Channel }

// GapDetected: what happened in the channel between two moments was not heard.
type GapDetected struct {
	// Capture is the channel.
	Capture string `json:"capture"`
	// Gap is its id.
	Gap string `json:"gap"`
	// Source is what was not heard: twitch or obs.
	Source string    `json:"source"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	// Why says it in a sentence.
	Why string `json:"why"`
}

func (e GapDetected) Event() (name, id string) { return "capture.gap_detected", e.Capture }

// GapFilled: a gap was looked into afterwards.
type GapFilled struct {
	Capture string `json:"capture"`
	Gap     string `json:"gap"`
	// Filled is what could be found: stream, channel, followers.
	Filled []string `json:"filled"`
	// Missing is what cannot be found afterwards: chat, redemptions.
	Missing []string `json:"missing"`
	// Found is how many events were added.
	Found int `json:"found"`
}

func (e GapFilled) Event() (name, id string) { return "capture.gap_filled", e.Capture }

// ArchiveSealed: chat and activity of a stream are in a file that is kept with the stream.
type ArchiveSealed struct {
	// Archive is the stream.
	Archive string `json:"archive"`
	Channel string `json:"channel"`
	// Key of the object, and its SHA-256 in hexadecimal.
	Key        string    `json:"key"`
	SHA256     string    `json:"sha256"`
	Size       int64     `json:"size"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	Messages   int       `json:"messages"`
	Activities int       `json:"activities"`
}

func (e ArchiveSealed) Event() (name, id string) { return "archive.sealed", e.Archive }

// ArchiveDropped: the file of a stream's chat is no more.
type ArchiveDropped struct {
	Archive string `json:"archive"`
	// Why is deleted when the stream was deleted.
	Why string `json:"why"`
}

func (e ArchiveDropped) Event() (name, id string) { return "archive.dropped", e.Archive }

// HistoryExpired: chat and activity from before a day are kept no longer.
type HistoryExpired struct {
	// History is always chat.
	History string `json:"history"`
	// Before is the first moment that is kept, midnight UTC.
	Before time.Time `json:"before"`
}

func (e HistoryExpired) Event() (name, id string) { return "history.expired", e.History }

// ErasureRequested: somebody's chat and activity are to be removed everywhere.
type ErasureRequested struct {
	// Person is the id on the platform.
	Person string `json:"person"`
}

func (e ErasureRequested) Event() (name, id string) { return "person.erasure_requested", e.Person }

// PersonErased: nothing that a person wrote or did is left on the logs, in the tables and in the archives.
type PersonErased struct {
	Person string `json:"person"`
	// Events that were taken off the log.
	Events int `json:"events"`
	// Archives that were written anew.
	Archives int `json:"archives"`
}

func (e PersonErased) Event() (name, id string) { return "person.erased", e.Person }

// ArchiveDue: a stream has ended some time ago, so its chat can be sealed. It is a wake-up.
type ArchiveDue struct {
	// Archive is the stream.
	Archive string `json:"archive"`
}

func (e ArchiveDue) Event() (name, id string) { return "archive.due", e.Archive }

// HistoryDue: a day is over, so that what is too old can be forgotten. It is a wake-up.
type HistoryDue struct {
	// History is always chat.
	History string `json:"history"`
}

func (e HistoryDue) Event() (name, id string) { return "history.due", e.History }
