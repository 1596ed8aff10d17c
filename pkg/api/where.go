package api

import (
	"slices"
	"strconv"
	"strings"
)

// Where is what all has to be true of the rows that a list shows.
type Where struct {
	conditions []string
	values     []any
}

// Add adds a condition, in which each ? is one of the values.
func (w *Where) Add(condition string, values ...any) {
	for _, value := range values {
		w.values = append(w.values, value)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(w.values)), 1)
	}
	w.conditions = append(w.conditions, condition)
}

// SQL is what stands behind "where", with $1, $2 and so on for the values.
func (w Where) SQL() string { return strings.Join(w.conditions, " and ") }

// Values are those of all conditions, in the order in which SQL numbers them.
func (w Where) Values() []any { return w.values }

// Clone is the same for now; what is added to the one is not added to the other.
func (w Where) Clone() Where { return Where{slices.Clone(w.conditions), slices.Clone(w.values)} }
