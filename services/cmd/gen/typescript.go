package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// script is a TypeScript file in the making.
type script struct{ bytes.Buffer }

// line is a property of an interface.
type line struct {
	name, doc, kind string
	optional        bool
}

func (s *script) header() { fmt.Fprintf(s, "// %s\n", generated) }

// definitions writes all named types, by name.
func (s *script) definitions(defs jsonschema.Definitions) {
	for _, name := range slices.Sorted(maps.Keys(defs)) {
		def := defs[name]
		if isInterface(def) {
			s.record(name, def.Description, properties(def, ""))
			continue
		}
		s.alias(name, def.Description, typeScript(def, ""))
	}
}

// record writes an interface.
func (s *script) record(name, doc string, list []line) {
	fmt.Fprintf(s, "\n%sexport interface %s {\n%s}\n", comment(doc, ""), name, lines(list, ""))
}

// alias writes a type that is not an interface.
func (s *script) alias(name, doc, kind string) {
	fmt.Fprintf(s, "\n%sexport type %s = %s;\n", comment(doc, ""), name, kind)
}

// typeScript is the TypeScript of a schema, written at an indent.
func typeScript(schema *jsonschema.Schema, indent string) string {
	switch {
	case schema.Ref != "":
		return strings.TrimPrefix(schema.Ref, "#/$defs/")
	case len(schema.Enum) > 0:
		return union(schema.Enum)
	case isInterface(schema):
		return "{\n" + lines(properties(schema, indent), indent) + indent + "}"
	}
	switch schema.Type {
	case "array":
		item := typeScript(schema.Items, indent)
		if strings.Contains(item, " | ") && !strings.HasPrefix(item, "{") {
			item = "(" + item + ")"
		}
		return item + "[]"
	case "object":
		if schema.AdditionalProperties == nil {
			return "Record<string, unknown>"
		}
		return "Record<string, " + typeScript(schema.AdditionalProperties, indent) + ">"
	case "integer", "number":
		return "number"
	case "string", "boolean":
		return schema.Type
	}
	return "unknown"
}

func isInterface(schema *jsonschema.Schema) bool {
	return schema.Type == "object" && schema.Properties != nil && schema.Properties.Len() > 0
}

// union is the choice between some values.
func union[T any](values []T) string {
	var choices []string
	for _, value := range values {
		text, _ := json.Marshal(value)
		choices = append(choices, string(text))
	}
	return either(choices)
}

func either(choices []string) string {
	if len(choices) == 0 {
		return "never"
	}
	return strings.Join(choices, " | ")
}

// properties are those of a schema that is written at an indent.
func properties(schema *jsonschema.Schema, indent string) []line {
	var list []line
	for pair := schema.Properties.Oldest(); pair != nil; pair = pair.Next() {
		list = append(list, line{
			name: pair.Key, doc: pair.Value.Description, kind: typeScript(pair.Value, indent+"  "),
			optional: !slices.Contains(schema.Required, pair.Key),
		})
	}
	return list
}

// bare is a name that needs no quotes: an identifier, or a pattern of names.
var bare = regexp.MustCompile(`^([A-Za-z_$][\w$]*|\[.*\])$`)

// lines writes properties of something that is written at an indent.
func lines(list []line, indent string) string {
	var out strings.Builder
	for _, p := range list {
		name := p.name
		if !bare.MatchString(name) {
			name = fmt.Sprintf("%q", name)
		}
		if p.optional {
			name += "?"
		}
		fmt.Fprintf(&out, "%s%s  %s: %s;\n", comment(p.doc, indent+"  "), indent, name, p.kind)
	}
	return out.String()
}

const width = 100

// comment writes a doc comment, on one line where it fits.
func comment(text, indent string) string {
	text = strings.ReplaceAll(text, "*/", "* /")
	if text == "" {
		return ""
	}
	if one := indent + "/** " + text + " */\n"; len(one) <= width {
		return one
	}
	out, row := indent+"/**\n", indent+" *"
	for _, word := range strings.Fields(text) {
		if len(row)+1+len(word) > width {
			out, row = out+row+"\n", indent+" *"
		}
		row += " " + word
	}
	return out + row + "\n" + indent + " */\n"
}
