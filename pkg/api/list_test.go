package api_test

import (
	"slices"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

func TestOneOf(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"", "newest", "oldest"} {
		if err := api.OneOf("sort", value, "newest", "oldest"); err != nil {
			t.Errorf("%q: %v", value, err)
		}
	}
	for _, value := range []string{"best", "Newest", "newest, oldest"} {
		f := fault.From(api.OneOf("sort", value, "newest", "oldest"))
		if want := `"` + value + `" is not one of newest, oldest`; f.Code != fault.Invalid || f.Fields["sort"] != want {
			t.Errorf("%q: %v, want %s", value, f.Fields, want)
		}
	}
}

func TestWhere(t *testing.T) {
	t.Parallel()
	var where api.Where
	where.Add("owner = ?", "ours")
	where.Add("(at, id) < (?, ?)", 7, "b")
	where.Add("not hidden")
	more := where.Clone()
	more.Add("day >= ?", 3)
	where.Add("kind = ?", "raid")
	for name, c := range map[string]struct {
		where  api.Where
		sql    string
		values []any
	}{
		"the one":   {where, "owner = $1 and (at, id) < ($2, $3) and not hidden and kind = $4", []any{"ours", 7, "b", "raid"}},
		"its clone": {more, "owner = $1 and (at, id) < ($2, $3) and not hidden and day >= $4", []any{"ours", 7, "b", 3}},
	} {
		if c.where.SQL() != c.sql || !slices.Equal(c.where.Values(), c.values) {
			t.Errorf("%s: %s with %v", name, c.where.SQL(), c.where.Values())
		}
	}
}
