package events

import "time"

var stream = []Event{
	StreamCreated{},
	StreamRenamed{},
	MarkerAdded{},
	MarkerRemoved{},
	StreamWentLive{},
	StreamEnded{},
	StreamPublished{},
	StreamUnpublished{},
	StreamDeleted{},
}

// StreamCreated: there is a stream, live or from recordings.
type StreamCreated struct {
	Stream string `json:"stream"`
	Title  string `json:"title"`
	// StartedAt is stream time zero on the wall clock.
	StartedAt time.Time `json:"startedAt"`
}

func (e StreamCreated) Event() (name, id string) { return "stream.created", e.Stream }

// StreamWentLive: what is sent now becomes the stream, for the first time or again after a short break.
type StreamWentLive struct {
	Stream string    `json:"stream"`
	At     time.Time `json:"at"`
	// Channel is the id of the channel that it is seen on, if it is known.
	Channel string `json:"channel,omitempty"`
}

func (e StreamWentLive) Event() (name, id string) { return "stream.went_live", e.Stream }

// StreamEnded: the stream is no longer live.
type StreamEnded struct {
	Stream string    `json:"stream"`
	At     time.Time `json:"at"`
}

func (e StreamEnded) Event() (name, id string) { return "stream.ended", e.Stream }

// StreamRenamed: the stream has another title.
type StreamRenamed struct {
	Stream string `json:"stream"`
	Title  string `json:"title"`
}

func (e StreamRenamed) Event() (name, id string) { return "stream.renamed", e.Stream }

// MarkerAdded: somebody flagged a moment of the stream.
type MarkerAdded struct {
	Stream string `json:"stream"`
	Marker string `json:"marker"`
	Label  string `json:"label"`
	// At is the stream time in seconds.
	At float64 `json:"at"`
	// Source is where it was flagged: chat, obs, hotkey or api; empty is the page of the stream.
	Source string `json:"source,omitempty"`
}

func (e MarkerAdded) Event() (name, id string) { return "stream.marker_added", e.Stream }

// MarkerRemoved: a marker was taken back.
type MarkerRemoved struct {
	Stream string `json:"stream"`
	Marker string `json:"marker"`
}

func (e MarkerRemoved) Event() (name, id string) { return "stream.marker_removed", e.Stream }

// StreamPublished: everybody may watch the stream.
type StreamPublished struct {
	Stream string `json:"stream"`
}

func (e StreamPublished) Event() (name, id string) { return "stream.published", e.Stream }

// StreamUnpublished: only those who are signed in may watch the stream from now on.
type StreamUnpublished struct {
	Stream string `json:"stream"`
}

func (e StreamUnpublished) Event() (name, id string) { return "stream.unpublished", e.Stream }

// StreamDeleted: the stream is no more; its clips are deleted because of it.
type StreamDeleted struct {
	Stream string `json:"stream"`
}

func (e StreamDeleted) Event() (name, id string) { return "stream.deleted", e.Stream }
