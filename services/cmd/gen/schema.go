package main

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"
)

// schemas turns Go types into JSON Schema. Types with a name are described once, in defs, and
// referred to as "#/$defs/<name>".
type schemas struct {
	source source
	defs   jsonschema.Definitions
	// types that the definitions are of.
	types map[string]reflect.Type
	errs  []error
}

func newSchemas(src source) *schemas {
	return &schemas{source: src, defs: jsonschema.Definitions{}, types: map[string]reflect.Type{}}
}

// of describes a type: by reference when it has a name, else in place.
func (s *schemas) of(t reflect.Type) *jsonschema.Schema {
	return s.keep(s.reflect(t, &jsonschema.Reflector{}))
}

// object describes a struct in place; only what it refers to becomes a definition.
func (s *schemas) object(t reflect.Type) *jsonschema.Schema {
	schema := s.keep(s.reflect(t, &jsonschema.Reflector{ExpandedStruct: true}))
	relax(t, schema)
	return schema
}

// tagged describes the fields of a struct that have a tag, under the name that the tag gives them.
func (s *schemas) tagged(t reflect.Type, tag string) *jsonschema.Schema {
	all, _ := s.reflect(t, &jsonschema.Reflector{ExpandedStruct: true, FieldNameTag: tag, RequiredFromJSONSchemaTags: true})
	schema := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), Required: all.Required}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get(tag); name != "" {
			field, _ := all.Properties.Get(name)
			schema.Properties.Set(name, field)
		}
	}
	return schema
}

// reflect describes a type, and tells which types its definitions are of.
func (s *schemas) reflect(t reflect.Type, r *jsonschema.Reflector) (*jsonschema.Schema, map[string]reflect.Type) {
	types := map[string]reflect.Type{}
	r.Anonymous = true                 // an id would be an address, and there is nothing
	r.AllowAdditionalProperties = true // readers of today meet what is written tomorrow
	r.LookupComment = s.comment
	r.Mapper = s.enum
	r.Namer = func(t reflect.Type) string {
		name := outerName(t)
		types[name] = t
		return name
	}
	return r.ReflectFromType(t), types
}

// keep moves the definitions of a schema to those of all.
func (s *schemas) keep(schema *jsonschema.Schema, types map[string]reflect.Type) *jsonschema.Schema {
	for name, def := range schema.Definitions {
		relax(types[name], def)
		s.define(name, types[name], def)
	}
	schema.Version, schema.Definitions = "", nil
	return schema
}

// define adds a definition. Two types with one name are an error.
func (s *schemas) define(name string, t reflect.Type, def *jsonschema.Schema) {
	if other, ok := s.types[name]; ok && other != t {
		s.errs = append(s.errs, fmt.Errorf("%s.%s and %s.%s are both called %s outside Go: rename one",
			other.PkgPath(), other.Name(), t.PkgPath(), t.Name(), name))
	}
	s.types[name], s.defs[name] = t, def
}

// enum describes a string type that has constants as the choice between them.
func (s *schemas) enum(t reflect.Type) *jsonschema.Schema {
	values := s.source.values[t.PkgPath()+"."+t.Name()]
	if t.Kind() != reflect.String || len(values) == 0 {
		return nil
	}
	name := outerName(t)
	s.define(name, t, &jsonschema.Schema{Type: "string", Enum: values, Description: s.comment(t, "")})
	return &jsonschema.Schema{Ref: "#/$defs/" + name}
}

// comment of a type, or of one of its fields.
func (s *schemas) comment(t reflect.Type, field string) string {
	name, _, _ := strings.Cut(t.Name(), "[")
	return s.source.comments[strings.TrimSuffix(t.PkgPath()+"."+name+"."+field, ".")]
}

func (s *schemas) err() error { return errors.Join(s.errs...) }

var lastName = regexp.MustCompile(`(\w+)[\],]`)

// outerName is what a type is called outside Go: a generic one with its arguments in front, so
// that api.List[streams.Stream] is StreamList.
func outerName(t reflect.Type) string {
	if t.PkgPath() == "" {
		return t.Name()
	}
	name, arguments, _ := strings.Cut(t.Name(), "[")
	name = capital(name)
	for _, match := range lastName.FindAllStringSubmatch(arguments, -1) {
		name = capital(match[1]) + name
	}
	return name
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// relax makes the pointers of a struct optional; the library does so only when their tag says
// omitempty.
func relax(t reflect.Type, schema *jsonschema.Schema) {
	if t.Kind() != reflect.Struct {
		return
	}
	for _, field := range reflect.VisibleFields(t) {
		if field.Type.Kind() == reflect.Pointer {
			name := jsonName(field)
			schema.Required = slices.DeleteFunc(schema.Required, func(other string) bool { return other == name })
		}
	}
}

// jsonName is the name of a field in JSON.
func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	if name == "" {
		return field.Name
	}
	return name
}
