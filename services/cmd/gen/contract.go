package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// schemaFolder holds what has been promised so far: the schema of every event as it was last written.
const schemaFolder = "events/schema"

// keepContract compares the schemas that are about to be written with those in the folder. What is on
// a log stays as it was written, so an event may gain fields and choices, and lose nothing.
func keepContract(root fs.FS, out files) error {
	names, err := fs.Glob(root, schemaFolder+"/*.json")
	if err != nil {
		return err
	}
	var broken []string
	for _, name := range names {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		event := strings.TrimSuffix(path.Base(name), ".json")
		if _, ok := out[name]; !ok {
			broken = append(broken, fmt.Sprintf("the event %s is gone", event))
			continue
		}
		changes, err := lost(text, out[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, change := range changes {
			broken = append(broken, "the event "+event+" "+change)
		}
	}
	if len(broken) == 0 {
		return nil
	}
	return errors.New("events that are on a log can no longer be read:\n  " + strings.Join(broken, "\n  ") +
		"\nput back what was there; for another meaning add a field or an event of another name. " +
		"What was never released can be taken out of its file in " + schemaFolder + " by hand")
}

// lost tells what a schema says no longer that an older one said.
func lost(older, newer []byte) ([]string, error) {
	was, err := readSchema(older)
	if err != nil {
		return nil, err
	}
	is, err := readSchema(newer)
	if err != nil {
		return nil, err
	}
	var changes []string
	if was.Log != is.Log {
		changes = append(changes, fmt.Sprintf("was on %s and is on %s", was.Log, is.Log))
	}
	if was.Version > is.Version {
		changes = append(changes, fmt.Sprintf("had version %d and has version %d", was.Version, is.Version))
	}
	for _, name := range slices.Sorted(maps.Keys(was.fields)) {
		old, kept := was.fields[name], is.fields[name]
		switch {
		case kept.kind == "":
			changes = append(changes, "lost the field "+name)
		case kept.kind != old.kind:
			changes = append(changes, fmt.Sprintf("had the field %s as %s and has it as %s", name, old.kind, kept.kind))
		case len(kept.choices) > 0 && len(old.choices) == 0:
			changes = append(changes, fmt.Sprintf("had any %s in the field %s and has a choice of them", old.kind, name))
		case len(kept.choices) > 0:
			for _, choice := range old.choices {
				if !slices.Contains(kept.choices, choice) {
					changes = append(changes, fmt.Sprintf("lost the choice %v of the field %s", choice, name))
				}
			}
		}
	}
	return changes, nil
}

// promise is what the readers of an event depend on.
type promise struct {
	Log     string `json:"x-log"`
	Version int    `json:"x-version"`
	// fields are all of them, also those inside of others: "video.width", "tracks[].codec", "tags{}".
	fields map[string]field
}

// field is what a field can hold.
type field struct {
	kind    string
	choices []any
}

func readSchema(text []byte) (promise, error) {
	p := promise{fields: map[string]field{}}
	if err := json.Unmarshal(text, &p); err != nil {
		return p, err
	}
	var s jsonschema.Schema
	if err := json.Unmarshal(text, &s); err != nil {
		return p, err
	}
	p.collect("", &s, s.Definitions, nil)
	return p, nil
}

// collect takes the field that a schema is about, and those inside. within are the types around it.
func (p promise) collect(at string, s *jsonschema.Schema, defs jsonschema.Definitions, within []string) {
	if s.Ref != "" {
		name := path.Base(s.Ref)
		if defs[name] == nil || slices.Contains(within, name) { // what a type of its own kind has inside is known
			p.fields[at] = field{kind: name}
			return
		}
		s, within = defs[name], append(slices.Clone(within), name)
	}
	kind := strings.Join(strings.Fields(s.Type+" "+s.Format+" "+s.ContentEncoding), " ")
	if kind == "" {
		kind = "anything"
	}
	p.fields[at] = field{kind: kind, choices: s.Enum}
	if s.Items != nil {
		p.collect(at+"[]", s.Items, defs, within)
	}
	if s.AdditionalProperties != nil {
		p.collect(at+"{}", s.AdditionalProperties, defs, within)
	}
	if s.Properties == nil {
		return
	}
	for property := s.Properties.Oldest(); property != nil; property = property.Next() {
		p.collect(strings.TrimPrefix(at+"."+property.Key, "."), property.Value, defs, within)
	}
}
