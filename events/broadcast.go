package events

import "time"

var broadcast = []Event{BroadcastBegan{}, BroadcastJoined{}, BroadcastLeft{}, BroadcastResumed{}, BroadcastEnded{}}

// An owner has one broadcast after the other: what Twitch, OBS and a button say of it is decided about one
// aggregate, so that they lead to one stream.

// BroadcastBegan: the first source has gone live.
type BroadcastBegan struct {
	// Broadcast is always main.
	Broadcast string `json:"broadcast"`
	// Stream that it becomes.
	Stream string `json:"stream"`
	Title  string `json:"title"`
	// Source is twitch, obs or button.
	Source string    `json:"source"`
	At     time.Time `json:"at"`
	// Channel is the id of the channel, if it is known.
	Channel string `json:"channel,omitempty"`
}

func (e BroadcastBegan) Event() (name, id string) { return "broadcast.began", e.Broadcast }

// BroadcastJoined: another source is live too.
type BroadcastJoined struct {
	Broadcast string    `json:"broadcast"`
	Stream    string    `json:"stream"`
	Source    string    `json:"source"`
	At        time.Time `json:"at"`
	Channel   string    `json:"channel,omitempty"`
}

func (e BroadcastJoined) Event() (name, id string) { return "broadcast.joined", e.Broadcast }

// BroadcastLeft: a source is live no longer. When it was the last one the broadcast waits for a while.
type BroadcastLeft struct {
	Broadcast string    `json:"broadcast"`
	Stream    string    `json:"stream"`
	Source    string    `json:"source"`
	At        time.Time `json:"at"`
}

func (e BroadcastLeft) Event() (name, id string) { return "broadcast.left", e.Broadcast }

// BroadcastResumed: a source is live again, soon after the last one had left.
type BroadcastResumed struct {
	Broadcast string    `json:"broadcast"`
	Stream    string    `json:"stream"`
	Source    string    `json:"source"`
	At        time.Time `json:"at"`
	Channel   string    `json:"channel,omitempty"`
}

func (e BroadcastResumed) Event() (name, id string) { return "broadcast.resumed", e.Broadcast }

// BroadcastEnded: no source is live, and none came back.
type BroadcastEnded struct {
	Broadcast string `json:"broadcast"`
	Stream    string `json:"stream"`
	// At is when the last source had left.
	At time.Time `json:"at"`
}

func (e BroadcastEnded) Event() (name, id string) { return "broadcast.ended", e.Broadcast }

// BroadcastWaited: the time is up that a source had to come back. It is a wake-up.
type BroadcastWaited struct {
	Broadcast string `json:"broadcast"`
	Stream    string `json:"stream"`
}

func (e BroadcastWaited) Event() (name, id string) { return "broadcast.waited", e.Broadcast }
