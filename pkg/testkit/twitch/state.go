package twitch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// State is what a server knows at one moment, for who waits for something.
type State struct {
	// Sessions are all websocket sessions there have been, oldest first.
	Sessions []Session `json:"sessions"`
	// Subscriptions are all there have been and were not deleted, oldest first.
	Subscriptions []Subscription `json:"subscriptions"`
	// Calls counts the requests by method and path, for instance "GET /helix/streams".
	Calls map[string]int `json:"calls"`
	// Tokens is how many user access tokens hold; Refreshes how often one was made from a refresh token.
	Tokens    int `json:"tokens"`
	Refreshes int `json:"refreshes"`
	// Devices are the user codes that nobody has entered yet.
	Devices []string `json:"devices"`
	// Pending is how many webhook messages have neither been taken nor given up.
	Pending int `json:"pending"`
	// Held is how many requests wait because a failure delays them.
	Held int `json:"held"`
	// Live tells whether the broadcaster streams.
	Live bool `json:"live"`
}

// Session is a websocket session as a State shows it.
type Session struct {
	ID   string `json:"id"`
	User string `json:"user,omitempty"`
	// Connections is how many sockets serve it: two while it is being taken over, none when it is over.
	Connections int `json:"connections"`
	// Reconnects is how often another socket has taken it over, Pongs how many pings were answered.
	Reconnects int `json:"reconnects"`
	Pongs      int `json:"pongs"`
	// Queued is how many frames wait to be written.
	Queued int `json:"queued"`
	// Closed are the codes that its sockets were closed with by the server, in order.
	Closed      []int     `json:"closed"`
	ConnectedAt time.Time `json:"connectedAt"`
}

// Enabled are the types that are subscribed to and notified.
func (st State) Enabled() []string {
	var types []string
	for _, sub := range st.Subscriptions {
		if sub.Status == enabled {
			types = append(types, sub.Type)
		}
	}
	return types
}

// State is what the server knows now.
func (s *Server) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state()
}

func (s *Server) state() State {
	st := State{
		Sessions: []Session{}, Subscriptions: []Subscription{}, Devices: []string{},
		Calls: maps.Clone(s.calls), Refreshes: s.accounts.refreshes, Held: s.held, Live: s.channel.stream != nil,
	}
	for _, session := range s.events.sessions {
		st.Sessions = append(st.Sessions, session.view())
	}
	for _, sub := range s.events.subscriptions {
		st.Subscriptions = append(st.Subscriptions, sub.view())
		st.Pending += sub.pending
	}
	for _, token := range s.accounts.access {
		if token.grant.user != "" && token.expires.After(s.clock.Now()) {
			st.Tokens++
		}
	}
	for _, d := range s.accounts.devices {
		if d.user == "" && !d.refused {
			st.Devices = append(st.Devices, d.userCode)
		}
	}
	slices.Sort(st.Devices)
	return st
}

// Wait returns when the condition holds, or the context ends.
func (s *Server) Wait(ctx context.Context, holds func(State) bool) error {
	for {
		s.mu.Lock()
		st, changed := s.state(), s.changed
		s.mu.Unlock()
		if holds(st) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the fake Twitch: %w", ctx.Err())
		case <-s.ctx.Done():
			return fmt.Errorf("waiting for the fake Twitch: it was closed")
		case <-changed:
		}
	}
}

// Subscribed returns when all the types are subscribed to and verified; without any, when one is.
func (s *Server) Subscribed(ctx context.Context, types ...string) error {
	err := s.Wait(ctx, func(st State) bool {
		enabled := st.Enabled()
		for _, kind := range types {
			if !slices.Contains(enabled, kind) {
				return false
			}
		}
		return len(enabled) > 0
	})
	if err != nil {
		return fmt.Errorf("subscriptions to %s: %w", strings.Join(types, ", "), err)
	}
	return nil
}

// note wakes up who waits. The lock is held.
func (s *Server) note() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// next is a number that was not used before. The lock is held.
func (s *Server) next() int {
	s.serial++
	return s.serial
}
