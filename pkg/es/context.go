package es

import (
	"context"
	"sync"
)

type contextKey int

const (
	causeKey contextKey = iota
	actorKey
	correlationKey
	recorderKey
	workKey
	keyedKey
)

// Because tells that what is appended under the context is an effect of the event. Ids of effects
// follow from the cause, so that an effect told twice is on the log once.
func Because(ctx context.Context, cause Meta) context.Context {
	return context.WithValue(ctx, causeKey, &effects{cause: cause, count: map[string]int{}})
}

// As names who acts under the context: an account's id, or "reactor:<name>".
func As(ctx context.Context, actor string) context.Context {
	return context.WithValue(ctx, actorKey, actor)
}

// Correlated gives everything appended under the context the same correlation.
func Correlated(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, correlationKey, id)
}

// Recorder remembers the last position written under a context.
type Recorder struct {
	mu   sync.Mutex
	last Position
}

// Recorded lets the recorder see every position written under the context.
func Recorded(ctx context.Context, r *Recorder) context.Context {
	return context.WithValue(ctx, recorderKey, r)
}

// Last is the last position written; zero when nothing was.
func (r *Recorder) Last() Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

func record(ctx context.Context, p Position) {
	if r, ok := ctx.Value(recorderKey).(*Recorder); ok {
		r.mu.Lock()
		r.last = p
		r.mu.Unlock()
	}
}

// effects counts what was appended because of one event, so that each effect gets its own id.
type effects struct {
	cause Meta
	// again is true when the cause was handled before, perhaps up to the end.
	again bool
	mu    sync.Mutex
	count map[string]int
}

func (e *effects) next(subject string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.count[subject]++
	return e.count[subject]
}

// none tells that nothing was appended.
func (e *effects) none() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.count) == 0
}

// withoutCause is for what is no effect of the cause: the ids of its effects do not depend on it.
func withoutCause(ctx context.Context) context.Context {
	return context.WithValue(ctx, causeKey, nil)
}
