package es_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// normal is JSON without white space.
func normal(t *testing.T, text []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, text); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func decode(t *testing.T, text []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}
