package twitch

import (
	"context"
	"math/rand/v2"
	"time"
)

// clock tells the time and wakes up.
type clock interface {
	// Now is the time. Differences between times that it told are right, even if the machine's clock is
	// set between them.
	Now() time.Time
	// AfterFunc calls f once d has passed, unless stop is called before.
	AfterFunc(d time.Duration, f func()) (stop func())
}

// machine is the clock of this machine.
type machine struct{}

func (machine) Now() time.Time { return time.Now() }

func (machine) AfterFunc(d time.Duration, f func()) func() {
	timer := time.AfterFunc(d, f)
	return func() { timer.Stop() }
}

// after is a channel that is closed once d has passed.
func after(c clock, d time.Duration) (passed <-chan struct{}, stop func()) {
	done := make(chan struct{})
	return done, c.AfterFunc(d, func() { close(done) })
}

// pause waits; it answers false when the context has ended.
func pause(ctx context.Context, c clock, d time.Duration) bool {
	passed, stop := after(c, d)
	defer stop()
	select {
	case <-ctx.Done():
		return false
	case <-passed:
		return true
	}
}

// longestPause is how long there is at most between two tries.
const longestPause = time.Minute

// backOff is how long to wait after so many failed tries in a row: 1, 2, 4 … 60 seconds, of which half is
// left to chance, so that not all come back at the same moment.
func backOff(failed int) time.Duration {
	wait := min(time.Second<<min(max(failed-1, 0), 10), longestPause)
	return wait/2 + rand.N(wait/2+1)
}
