package api

import (
	"encoding/base64"
	"encoding/json"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// Limit is how many items a page has: 50 when nothing is asked for, at most 200.
func Limit(asked int) int {
	if asked <= 0 {
		return 50
	}
	return min(asked, 200)
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
	if err != nil || len(keys) != n {
		return nil, fault.Field("cursor", "this is no cursor of this list; begin without one")
	}
	return keys, nil
}
