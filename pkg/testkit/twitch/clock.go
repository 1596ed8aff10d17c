package twitch

import (
	"slices"
	"sync"
	"time"
)

// Clock tells the server the time and wakes it up.
type Clock interface {
	// Now is the time by this clock.
	Now() time.Time
	// AfterFunc calls f once d has passed by this clock, unless stop is called before.
	AfterFunc(d time.Duration, f func()) (stop func())
}

// wall is the clock of this machine.
type wall struct{}

func (wall) Now() time.Time { return time.Now().UTC() }

func (wall) AfterFunc(d time.Duration, f func()) func() {
	timer := time.AfterFunc(d, f)
	return func() { timer.Stop() }
}

// Manual is a clock that stands still until it is advanced.
type Manual struct {
	mu     sync.Mutex
	now    time.Time
	timers []*timer
}

type timer struct {
	at time.Time
	f  func()
}

// NewManual makes a clock that shows the time given.
func NewManual(now time.Time) *Manual { return &Manual{now: now.UTC()} }

// Now is the time that the clock was advanced to.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// AfterFunc calls f in the Advance that reaches d from now.
func (m *Manual) AfterFunc(d time.Duration, f func()) func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := &timer{at: m.now.Add(d), f: f}
	m.timers = append(m.timers, t)
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.timers = slices.DeleteFunc(m.timers, func(other *timer) bool { return other == t })
	}
}

// Advance moves the clock on. What is due on the way has been called, in order, when it returns.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	end := m.now.Add(d)
	for {
		var next *timer
		for _, t := range m.timers {
			if !t.at.After(end) && (next == nil || t.at.Before(next.at)) {
				next = t
			}
		}
		if next == nil {
			break
		}
		m.timers = slices.DeleteFunc(m.timers, func(other *timer) bool { return other == next })
		if next.at.After(m.now) {
			m.now = next.at
		}
		m.mu.Unlock()
		next.f()
		m.mu.Lock()
	}
	m.now = end
	m.mu.Unlock()
}
