package api

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Limit is how many items a page has: 50 when nothing is asked for, at most 200.
func Limit(asked int) int {
	if asked <= 0 {
		return 50
	}
	return min(asked, 200)
}

// OneOf tells when a parameter that is given has none of the values.
func OneOf(name, value string, values ...string) error {
	if value == "" || slices.Contains(values, value) {
		return nil
	}
	return fault.Field(name, "%q is not one of %s", value, strings.Join(values, ", "))
}

// Cursor remembers where a page ended: the sort keys of its last item.
func Cursor(keys ...string) string {
	text, _ := json.Marshal(keys)
	return base64.RawURLEncoding.EncodeToString(text)
}

// ParseCursor reads the n keys that Cursor wrote; an empty text gives nil.
func ParseCursor(text string, n int) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	var keys []string
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &keys)
	}
	if err != nil || len(keys) != n || strings.ContainsRune(strings.Join(keys, ""), 0) {
		return nil, noCursor()
	}
	return keys, nil
}

func noCursor() error {
	return fault.Field("cursor", "this is no cursor of this list; begin without one")
}

// TimeCursor remembers where a page of a list by time ended.
func TimeCursor(at time.Time, id string) string { return Cursor(at.Format(time.RFC3339Nano), id) }

// ParseTimeCursor reads the time and the id that TimeCursor wrote; the time is nil at the beginning.
func ParseTimeCursor(text string) (at *time.Time, id string, err error) {
	keys, err := ParseCursor(text, 2)
	if err != nil || keys == nil {
		return nil, "", err
	}
	t, err := time.Parse(time.RFC3339Nano, keys[0])
	if err != nil {
		return nil, "", noCursor()
	}
	return &t, keys[1], nil
}

// Page makes a page of items of which one more than the limit was asked for, to know if it goes on.
// cursor is the cursor after an item.
func Page[T any](items []T, limit int, cursor func(last T) string) List[T] {
	page := List[T]{Items: items}
	if len(items) > limit {
		page.Items, page.Next = items[:limit], cursor(items[limit-1])
	}
	return page
}
