package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Versioned declares that the endpoint is about one aggregate, whose kind is the name of the path
// parameter that has its id. A GET and a PATCH then answer the aggregate's version as an ETag, and
// every edit may be guarded with If-Match; an edit has to decide with run.Deps.Decide.
func (e Endpoint[D]) Versioned(aggregate string) Endpoint[D] {
	if e.Roles == nil || !slices.Contains(e.PathParams(), aggregate) {
		panic(fmt.Sprintf("endpoint %s %s: what is versioned has an owner, and its id is the path parameter {%s}", e.Method, e.Path, aggregate))
	}
	e.Aggregate = aggregate
	return e
}

// ETag is the entity tag of an answer about an aggregate: the version of the aggregate, and a hash of
// the answer, which may also change because of something else. Edits are guarded by the version alone.
func ETag(version uint64, answer []byte) string {
	sum := sha256.Sum256(answer)
	return `"` + strconv.FormatUint(version, 10) + "." + hex.EncodeToString(sum[:8]) + `"`
}

// guard is what an If-Match asks for.
type guard struct {
	aggregate, id string
	// any is true for If-Match: *, which any version satisfies.
	any bool
	// versions satisfy it too.
	versions []string
	// asked is true when there is an If-Match, checked once a version was compared with it.
	asked, checked bool
	// version is the newest that was seen of the aggregate.
	version uint64
}

// guardOf reads the If-Match of a call.
func guardOf(route Route, ifMatch string, in Input) (guard, error) {
	g := guard{aggregate: route.Aggregate, id: in.Params[route.Aggregate], asked: ifMatch != "", any: ifMatch == "*"}
	switch {
	case !g.asked:
		return g, nil
	case g.aggregate == "" && route.Method == http.MethodGet: // files have a tag of their own
		return guard{}, nil
	case g.aggregate == "":
		return g, fault.Field("If-Match", "there is no version to guard here; leave this header out")
	case g.any:
		return g, nil
	}
	for _, tag := range strings.Split(ifMatch, ",") {
		tag = strings.TrimSpace(tag)
		strong := strings.TrimPrefix(tag, "W/")
		if len(strong) < 2 || strong[0] != '"' || strong[len(strong)-1] != '"' {
			return g, fault.Field("If-Match", "send an ETag as it was answered, with its quotes, or *")
		}
		if strong == tag { // a weak tag guards nothing
			version, _, _ := strings.Cut(strong[1:len(strong)-1], ".")
			g.versions = append(g.versions, version)
		}
	}
	return g, nil
}

// versionWait is how long a question waits for tables that are older than the version it would tell.
const versionWait = time.Second

// showVersion lets an answer be at least as new as the version that it is told with. Tables that are
// far behind answer without one, unless the caller asks for it.
func (s *Server[D]) showVersion(ctx context.Context, owner string, g guard) error {
	waiting, cancel := context.WithTimeout(ctx, versionWait)
	defer cancel()
	version, err := s.conn.Version(waiting, events.Facts, owner, g.aggregate, g.id)
	if err == nil {
		err = s.waitFor(waiting, version)
	}
	switch {
	case err == nil:
		return CheckVersion(ctx, g.aggregate, g.id, version.Seq)
	case g.asked || fault.Is(err, fault.NotFound):
		return err
	}
	return nil
}

// CheckVersion refuses, with fault.Precondition, a call that is guarded with another version of the
// aggregate. run.Deps.Decide calls it with the version that a decision is made on.
func CheckVersion(ctx context.Context, aggregate, id string, version uint64) error {
	r, ok := ctx.Value(replyKey).(*replied)
	if !ok || r.guard.aggregate != aggregate || r.guard.id != id {
		return nil
	}
	g := &r.guard
	g.checked, g.version = true, version
	if !g.asked || version > 0 && (g.any || slices.Contains(g.versions, strconv.FormatUint(version, 10))) {
		return nil
	}
	return fault.New(fault.Precondition, "this %s has changed since you read it, or is gone: read it again, and decide anew", aggregate)
}
