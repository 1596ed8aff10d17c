package twitch

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Duration is written as in Go, for instance "1m30s".
type Duration time.Duration

// UnmarshalText reads one.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil || parsed < 0 {
		return fmt.Errorf("%q is no duration; write for instance 500ms, 2s or 1m30s", text)
	}
	*d = Duration(parsed)
	return nil
}

// MarshalText writes one.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Step is one thing that happens: in a scenario after a pause, by the control surface at once. Which
// of the fields count depends on what is done; users are named by login.
type Step struct {
	// After is the pause before it; then it is done Repeat times with Every in between.
	After  Duration `json:"after,omitempty"`
	Repeat int      `json:"repeat,omitempty"`
	Every  Duration `json:"every,omitempty"`

	Do      string   `json:"do,omitempty"`
	User    string   `json:"user,omitempty"`
	Target  string   `json:"target,omitempty"`
	Text    string   `json:"text,omitempty"`
	Count   int      `json:"count,omitempty"` // months, gifts, bits, viewers, seconds, a close code
	Stage   string   `json:"stage,omitempty"` // begin, progress, lock or end
	Choices []string `json:"choices,omitempty"`
	Votes   []int    `json:"votes,omitempty"`
	On      bool     `json:"on,omitempty"`
	Status  string   `json:"status,omitempty"`

	// What emit sends.
	Type  string          `json:"type,omitempty"`
	Event json.RawMessage `json:"event,omitempty"`
	ID    string          `json:"id,omitempty"`
	At    time.Time       `json:"at,omitzero"`
	Raw   string          `json:"raw,omitempty"`
	Size  int             `json:"size,omitempty"`
	Times int             `json:"times,omitempty"`

	// Failure is what fail adds to the script.
	Failure *struct {
		Failure
		Delay Duration `json:"delay"`
	} `json:"failure,omitempty"`
}

// check says what is wrong with a step, without doing anything.
func (step Step) check() error {
	if _, known := deeds[step.Do]; !known {
		return fmt.Errorf("there is no step %q; there are %s", step.Do, strings.Join(slices.Sorted(maps.Keys(deeds)), ", "))
	}
	if step.Repeat < 0 || step.Count < 0 {
		return fmt.Errorf("step %q: repeat and count are not below zero", step.Do)
	}
	return nil
}

// Do does a step at once, without its pause, and answers the notifications that were sent for it.
func (s *Server) Do(step Step) ([]Message, error) {
	if err := step.check(); err != nil {
		return nil, err
	}
	return deeds[step.Do](s, step)
}

// who is the user of a step; paperlantern unless it names one.
func (s *Server) who(login string) User {
	if login == "" {
		login = "paperlantern"
	}
	return s.User(login)
}

// deeds are what a step can do.
var deeds = map[string]func(*Server, Step) ([]Message, error){
	"online":  func(s *Server, _ Step) ([]Message, error) { s.Online(); return nil, nil },
	"offline": func(s *Server, _ Step) ([]Message, error) { s.Offline(); return nil, nil },
	"viewers": func(s *Server, step Step) ([]Message, error) { s.Viewers(step.Count); return nil, nil },

	"drop":       func(s *Server, _ Step) ([]Message, error) { s.Drop(); return nil, nil },
	"close":      func(s *Server, step Step) ([]Message, error) { s.CloseSockets(step.Count); return nil, nil },
	"reconnect":  func(s *Server, _ Step) ([]Message, error) { s.Reconnect(); return nil, nil },
	"silence":    func(s *Server, step Step) ([]Message, error) { s.Silence(step.On); return nil, nil },
	"twice":      func(s *Server, step Step) ([]Message, error) { s.Twice(step.On); return nil, nil },
	"expire":     func(s *Server, _ Step) ([]Message, error) { s.Expire(); return nil, nil },
	"disconnect": func(s *Server, _ Step) ([]Message, error) { s.Disconnect(s.Broadcaster); return nil, nil },
	"mend":       func(s *Server, _ Step) ([]Message, error) { s.Mend(); return nil, nil },
	"fail":       fail,
	"revoke":     revoke,
	"redeliver":  redeliver,
	"emit":       emit,

	"chat":    say,
	"chatter": chatter,
	"reply":   reply,
	"announce": func(s *Server, step Step) ([]Message, error) {
		return s.notice(s.Announce(s.who(step.User), step.Text)), nil
	},
	"delete": remove,
	"clear":  func(s *Server, _ Step) ([]Message, error) { return s.Emit("channel.chat.clear", s.Clear()), nil },
	"ban":    ban,
	"unban": func(s *Server, step Step) ([]Message, error) {
		return s.Emit("channel.unban", s.Unban(s.who(step.User), s.Broadcaster)), nil
	},
	"follow": func(s *Server, step Step) ([]Message, error) {
		return s.Emit("channel.follow", s.Follow(s.who(step.User))), nil
	},
	"sub":    sub,
	"resub":  resub,
	"gift":   gift,
	"cheer":  cheered,
	"raid":   raid,
	"redeem": redeem,
	"shoutout": func(s *Server, step Step) ([]Message, error) {
		return s.Emit("channel.shoutout.create", s.Shoutout(s.who(step.User), step.Count)), nil
	},
	"ad":         ad,
	"poll":       poll,
	"prediction": predict,
	"hype_train": hype,
	"goal":       goal,
	"channel":    retitle,
}

func fail(s *Server, step Step) ([]Message, error) {
	if step.Failure == nil {
		return nil, errors.New(`fail needs a failure, for instance {"path":"/helix/streams","status":503,"times":1}`)
	}
	f := step.Failure.Failure
	f.Delay = time.Duration(step.Failure.Delay)
	s.Fail(f)
	return nil, nil
}

// revoke ends the subscriptions of a type, or the one with the id.
func revoke(s *Server, step Step) ([]Message, error) {
	status := step.Status
	if status == "" {
		status = "authorization_revoked"
	}
	found := false
	for _, sub := range s.State().Subscriptions {
		if sub.ID == step.ID || step.ID == "" && sub.Type == step.Type {
			found = s.Revoke(sub.ID, status) || found
		}
	}
	if !found {
		return nil, errors.New("no subscription that is enabled has this id or type")
	}
	return nil, nil
}

func redeliver(s *Server, step Step) ([]Message, error) {
	if !s.Redeliver(step.ID, step.options()...) {
		return nil, fmt.Errorf("no message has the id %q, or nobody is subscribed to its type any more", step.ID)
	}
	return nil, nil
}

func emit(s *Server, step Step) ([]Message, error) {
	if step.Type == "" || len(step.Event) == 0 && step.Raw == "" {
		return nil, errors.New("emit needs a type and an event, or something raw")
	}
	event := step.Event
	if len(event) == 0 {
		event = json.RawMessage("{}")
	}
	return s.Emit(step.Type, event, step.options()...), nil
}

func (step Step) options() []Option {
	all := []Option{ID(step.ID), At(step.At), Size(step.Size), Times(step.Times)}
	if step.Raw != "" {
		all = append(all, Raw([]byte(step.Raw)))
	}
	return all
}

func retitle(s *Server, step Step) ([]Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if step.Text != "" {
		s.channel.title = step.Text
	}
	if len(step.Choices) > 0 {
		s.channel.categoryID = step.Choices[0]
	}
	return s.emit("channel.update", s.channelUpdate(), nil), nil
}
