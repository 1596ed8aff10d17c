package streams

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Validate tells when there is no such state or sort, and so on.
func (r ListStreams) Validate() error {
	if err := oneOf("state", r.State, "live", "empty", "processing", "ready", "failed"); err != nil {
		return err
	}
	if err := oneOf("published", r.Published, "true", "false"); err != nil {
		return err
	}
	return oneOf("sort", r.Sort, "newest", "oldest", "title", "longest", "largest")
}

// oneOf tells when a parameter that is given has none of the values.
func oneOf(name, value string, values ...string) error {
	if value == "" || slices.Contains(values, value) {
		return nil
	}
	return fault.Field(name, "%q is not one of %s", value, strings.Join(values, ", "))
}

// filter adds what a stream has to be to be listed.
func (r ListStreams) filter(where *conditions) error {
	if r.Q != "" {
		where.add("s.search ilike '%' || ? || '%'", escapeLike(r.Q))
	}
	if r.State != "" {
		where.add("s.state = ?", r.State)
	}
	if r.Published != "" {
		where.add("s.published = ?", r.Published == "true")
	}
	if r.From != "" {
		from, _, err := parseMoment("from", r.From)
		if err != nil {
			return err
		}
		where.add("s.started_at >= ?", from)
	}
	if r.To != "" {
		to, day, err := parseMoment("to", r.To)
		if err != nil {
			return err
		}
		if day {
			to = to.AddDate(0, 0, 1)
		}
		where.add("s.started_at < ?", to)
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

// conditions are what all has to be true of a row, and the values in them.
type conditions struct {
	list   []string
	values []any
}

// add adds a condition, in which each ? is one of the values.
func (c *conditions) add(condition string, values ...any) {
	for _, value := range values {
		c.values = append(c.values, value)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(c.values)), 1)
	}
	c.list = append(c.list, condition)
}

func (c *conditions) sql() string { return strings.Join(c.list, " and ") }
