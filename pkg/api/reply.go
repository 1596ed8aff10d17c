package api

import (
	"context"
	"net/http"

	"github.com/afterglow-live/afterglow/pkg/es"
)

// replied gathers what goes with a response besides its body.
type replied struct {
	written es.Recorder
	guard   guard
	session *string
}

// SetSession makes the gateway keep a session for the caller; an empty secret ends the one it has.
func SetSession(ctx context.Context, secret string) {
	if r, ok := ctx.Value(replyKey).(*replied); ok {
		r.session = &secret
	}
}

// tag is the version to answer; zero when there is none to tell. What the call itself wrote is newer
// than what it decided on.
func (r *replied) tag(route Route) uint64 {
	if route.Aggregate == "" || route.Method != http.MethodGet && route.Method != http.MethodPatch {
		return 0
	}
	return max(r.guard.version, r.written.Last().Seq)
}
