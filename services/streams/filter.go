package streams

import (
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Validate tells when there is no such state or sort, and so on.
func (r ListStreams) Validate() error {
	if err := api.OneOf("state", r.State, "live", "empty", "processing", "ready", "failed"); err != nil {
		return err
	}
	if err := api.OneOf("published", r.Published, "true", "false"); err != nil {
		return err
	}
	return api.OneOf("sort", r.Sort, "newest", "oldest", "title", "longest", "largest")
}

// filter adds what a stream has to be to be listed.
func (r ListStreams) filter(where *api.Where) error {
	if r.Q != "" {
		where.Add("s.search ilike '%' || ? || '%'", escapeLike(r.Q))
	}
	if r.State != "" {
		where.Add("s.state = ?", r.State)
	}
	if r.Published != "" {
		where.Add("s.published = ?", r.Published == "true")
	}
	if r.From != "" {
		from, _, err := parseMoment("from", r.From)
		if err != nil {
			return err
		}
		where.Add("s.started_at >= ?", from)
	}
	if r.To != "" {
		to, day, err := parseMoment("to", r.To)
		if err != nil {
			return err
		}
		if day {
			to = to.AddDate(0, 0, 1)
		}
		where.Add("s.started_at < ?", to)
	}
	return nil
}

// parseMoment reads a day or a time.
func parseMoment(name, text string) (at time.Time, day bool, err error) {
	if at, err = time.Parse(time.DateOnly, text); err == nil {
		return at, true, nil
	}
	if at, err = time.Parse(time.RFC3339, text); err != nil {
		return at, false, fault.Field(name, "%q is no day such as 2026-01-31, and no time such as 2026-01-31T20:00:00Z", text)
	}
	return at, false, nil
}

// escapeLike lets the characters that mean something in a pattern mean themselves.
func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}
