package main

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// promised is the schema of an event with all that a field can be.
const promised = `{"x-log": "FACTS", "x-version": 1, "type": "object", "properties": {
	"lamp": {"type": "string"}, "at": {"type": "string", "format": "date-time"}, "raw": true,
	"color": {"$ref": "#/$defs/Color"}, "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
	"tags": {"type": "object", "additionalProperties": {"type": "string"}}
}, "$defs": {
	"Color": {"type": "string", "enum": ["red", "green"]},
	"Part": {"type": "object", "properties": {"size": {"type": "integer"}, "inner": {"$ref": "#/$defs/Part"}}}
}}`

func TestLost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		old, now string
		want     []string
	}{
		"nothing":           {`"x-version": 1`, `"x-version": 2`, nil},
		"a field more":      {`"lamp": {`, `"room": {"type": "string"}, "lamp": {`, nil},
		"a choice more":     {`"green"]`, `"green", "blue"]`, nil},
		"any choice":        {`, "enum": ["red", "green"]`, ``, nil},
		"a field":           {`"lamp": {"type": "string"}, `, ``, []string{"lost the field lamp"}},
		"a name":            {`"lamp": {`, `"light": {`, []string{"lost the field lamp"}},
		"a type":            {`"lamp": {"type": "string"}`, `"lamp": {"type": "integer"}`, []string{"had the field lamp as string and has it as integer"}},
		"a format":          {`, "format": "date-time"`, ``, []string{"had the field at as string date-time and has it as string"}},
		"what was anything": {`"raw": true`, `"raw": {"type": "string"}`, []string{"had the field raw as anything and has it as string"}},
		"a choice":          {`"red", `, ``, []string{"lost the choice red of the field color"}},
		"free choice":       {`"lamp": {"type": "string"`, `"lamp": {"type": "string", "enum": ["a"]`, []string{"had any string in the field lamp and has a choice of them"}},
		"an inner field":    {`"size": {"type": "integer"}, `, ``, []string{"lost the field parts[].size"}},
		"an inner type":     {`"additionalProperties": {"type": "string"}`, `"additionalProperties": {"type": "number"}`, []string{"had the field tags{} as string and has it as number"}},
		"its log":           {`FACTS`, `CHAT`, []string{"was on FACTS and is on CHAT"}},
		"its version":       {`"x-version": 1`, `"x-version": 0`, []string{"had version 1 and has version 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := strings.Replace(promised, c.old, c.now, 1)
			if now == promised {
				t.Fatalf("%s is not in the schema", c.old)
			}
			got, err := lost([]byte(promised), []byte(now))
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("lost %q (%v), want %q", got, err, c.want)
			}
		})
	}
}

func TestKeepContract(t *testing.T) {
	t.Parallel()
	root := fstest.MapFS{"events/schema/lamp.lit.json": {Data: []byte(promised)}}
	kept := files{"events/schema/lamp.lit.json": []byte(promised), "events/schema/lamp.put_out.json": []byte(promised)}
	if err := keepContract(root, kept); err != nil {
		t.Errorf("an event more: %v", err)
	}
	delete(kept, "events/schema/lamp.lit.json")
	err := keepContract(root, kept)
	if err == nil || !strings.Contains(err.Error(), "the event lamp.lit is gone") || !strings.Contains(err.Error(), "put back") {
		t.Errorf("got %v, want an error that says which event is gone and what to do", err)
	}
	if err := keepContract(fstest.MapFS{"events/schema/lamp.lit.json": {Data: []byte("{")}}, files{"events/schema/lamp.lit.json": nil}); err == nil {
		t.Error("a schema that cannot be read is taken for one that promises nothing")
	}
}
