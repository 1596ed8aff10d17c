package helix

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// plain is the text of a JSON value: Twitch writes some numbers as numbers here, and as text there.
func plain(value []byte) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return strings.TrimSpace(text)
	}
	if text = string(bytes.TrimSpace(value)); text == "null" {
		return ""
	}
	return text
}

var escapedZero = strings.NewReplacer(`\\`, `\\`, `\u0000`, ``)

// WithoutZero leaves the zero characters out of the texts in a JSON value: the database takes none.
func WithoutZero(value []byte) []byte {
	if !bytes.Contains(value, []byte(`\u0000`)) {
		return value
	}
	return []byte(escapedZero.Replace(string(value)))
}

// number is a whole number, however it is written; none is zero.
type number int

func (n *number) UnmarshalJSON(value []byte) error {
	text := plain(value)
	if text == "" {
		return nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("%.40q is no number", text)
	}
	*n = number(f)
	return nil
}

// moment is a time, in RFC 3339 or in Unix seconds; none is zero.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(value []byte) error {
	text := plain(value)
	if text == "" || text == "0" {
		return nil
	}
	if at, err := strconv.ParseInt(text, 10, 64); err == nil {
		m.Time = time.Unix(at, 0).UTC()
		return nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("%.40q is no time", text)
	}
	m.Time = at.UTC()
	return nil
}

// words is a list of texts, also when it is one text with spaces.
type words []string

func (w *words) UnmarshalJSON(value []byte) error {
	var items []string
	if json.Unmarshal(value, &items) != nil {
		items = strings.Fields(plain(value))
	}
	*w = items
	return nil
}
