package twitch

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/services/twitch/helix"
)

// fields are a JSON object from Twitch, read with patience: what is missing, null or of another type
// than it should be is the zero value, and a number may be a text.
type fields map[string]any

// readFields reads a JSON object; what is none has no fields.
func readFields(raw json.RawMessage) fields {
	decoder := json.NewDecoder(bytes.NewReader(helix.WithoutZero(raw)))
	decoder.UseNumber()
	var f fields
	_ = decoder.Decode(&f) // what is no object has no fields
	return f
}

func (f fields) text(name string) string {
	switch v := f[name].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// either is the first of some texts that is there.
func (f fields) either(names ...string) string {
	for _, name := range names {
		if text := f.text(name); text != "" {
			return text
		}
	}
	return ""
}

func (f fields) number(name string) int {
	n, err := strconv.ParseFloat(f.text(name), 64)
	if err != nil || n > 1<<53 || n < -1<<53 {
		return 0
	}
	return int(n)
}

func (f fields) flag(name string) bool {
	switch v := f[name].(type) {
	case bool:
		return v
	case string:
		return strings.EqualFold(v, "true")
	}
	return false
}

// time is zero when there is none.
func (f fields) time(name string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, f.text(name))
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// object has no fields when there is none.
func (f fields) object(name string) fields {
	v, _ := f[name].(map[string]any)
	return v
}

func (f fields) list(name string) []fields {
	var list []fields
	items, _ := f[name].([]any)
	for _, item := range items {
		if v, ok := item.(map[string]any); ok {
			list = append(list, v)
		}
	}
	return list
}

func (f fields) texts(name string) []string {
	var list []string
	items, _ := f[name].([]any)
	for _, item := range items {
		if v, ok := item.(string); ok {
			list = append(list, v)
		}
	}
	return list
}

// person is somebody whose id, login and name have names that begin alike, such as chatter_user.
func (f fields) person(prefix string) events.Person {
	return events.Person{ID: f.text(prefix + "_id"), Login: f.text(prefix + "_login"), Name: f.text(prefix + "_name")}
}

// known is a person, or nil when it is nobody.
func known(p events.Person) *events.Person {
	if p == (events.Person{}) {
		return nil
	}
	return &p
}
