package events_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/events"
)

// listed are the events of all logs, by wire name.
func listed(t *testing.T) map[string]events.Event {
	t.Helper()
	all := map[string]events.Event{}
	for _, log := range events.Logs() {
		for _, e := range log.Events {
			name := events.Name(e)
			if other, ok := all[name]; ok {
				t.Errorf("%T and %T are both called %s, or one is on two logs", other, e, name)
			}
			all[name] = e
		}
	}
	return all
}

// TestEveryEventIsOnOneLog finds the types that have an Event method in the source.
func TestEveryEventIsOnOneLog(t *testing.T) {
	t.Parallel()
	logs := map[string]int{}
	for _, e := range listed(t) {
		logs[reflect.TypeOf(e).Name()]++
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			method, ok := decl.(*ast.FuncDecl)
			if !ok || method.Recv == nil || method.Name.Name != "Event" {
				continue
			}
			kind, ok := method.Recv.List[0].Type.(*ast.Ident)
			if !ok {
				t.Errorf("%s: an Event method belongs to a struct, not to a pointer", name)
			} else if logs[kind.Name] != 1 {
				t.Errorf("%s has an Event method but is on %d logs: name it once, in the list at the head of its file", kind.Name, logs[kind.Name])
			}
		}
	}
}

func TestNamesAreAggregateAndFact(t *testing.T) {
	t.Parallel()
	wire := regexp.MustCompile(`^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$`)
	for name, e := range listed(t) {
		if !wire.MatchString(name) {
			t.Errorf("%T is called %q, which is not <aggregate>.<fact>", e, name)
		}
		if events.Version(e) < 1 {
			t.Errorf("%s has version %d; the first one is 1", name, events.Version(e))
		}
	}
}

func TestEveryEventHasItsSchema(t *testing.T) {
	t.Parallel()
	var want []string
	for name := range listed(t) {
		want = append(want, filepath.Join("schema", name+".json"))
	}
	checkFiles(t, "schema/*.json", want, "run `make generate`")
}

// TestExamples keeps what was once written readable: one example for every version of every event.
func TestExamples(t *testing.T) {
	t.Parallel()
	var want []string
	for name, e := range listed(t) {
		for version := 1; version <= events.Version(e); version++ {
			file := filepath.Join("testdata", fmt.Sprintf("%s.v%d.json", name, version))
			want = append(want, file)
			t.Run(fmt.Sprintf("%s.v%d", name, version), func(t *testing.T) {
				t.Parallel()
				example, value := readExample(t, e, file)
				if version == events.Version(e) {
					checkNewest(t, file, example, value)
				}
			})
		}
	}
	checkFiles(t, "testdata/*.json", want, "write an example by hand, and keep it")
}

// readExample reads an example strictly: a field of it that is no longer known is an error.
func readExample(t *testing.T, e events.Event, file string) ([]byte, reflect.Value) {
	t.Helper()
	example, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	value := reflect.New(reflect.TypeOf(e))
	decoder := json.NewDecoder(bytes.NewReader(example))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(value.Interface()); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		t.Errorf("%s has something after its object", file)
	}
	return example, value
}

// checkNewest expects an example of the newest version to show every field, and to be the same when
// it is written again.
func checkNewest(t *testing.T, file string, example []byte, value reflect.Value) {
	t.Helper()
	again, err := json.Marshal(value.Interface())
	if err != nil {
		t.Fatal(err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, again, "", "  "); err != nil {
		t.Fatal(err)
	}
	if got := pretty.String() + "\n"; got != string(example) {
		t.Errorf("%s reads\n%sbut is written again as\n%s", file, example, got)
	}
	for _, field := range unset(value.Elem(), "") {
		t.Errorf("%s leaves %s out; an example shows every field", file, field)
	}
	var fields any
	if err := json.Unmarshal(example, &fields); err != nil {
		t.Fatal(err)
	}
	checkCase(t, file, fields)
}

// unset are the fields of an example that have no value.
func unset(v reflect.Value, at string) []string {
	var fields []string
	for i := range v.NumField() {
		field, name := v.Field(i), at+v.Type().Field(i).Name
		if field.Kind() == reflect.Pointer && !field.IsNil() {
			field = field.Elem()
		}
		switch {
		case field.IsZero():
			fields = append(fields, name)
		case field.Kind() == reflect.Struct && field.Type().PkgPath() == reflect.TypeFor[events.Log]().PkgPath():
			fields = append(fields, unset(field, name+".")...)
		}
	}
	return fields
}

var lowerCamel = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

func checkCase(t *testing.T, file string, v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			checkCase(t, file, item)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !lowerCamel.MatchString(name) {
				t.Errorf("%s: the field %q is not lowerCamel", file, name)
			}
			checkCase(t, file, v[name])
		}
	}
}

// checkFiles compares the files that are there with those that should be.
func checkFiles(t *testing.T, pattern string, want []string, advice string) {
	t.Helper()
	got, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("%s is missing: %s", name, advice)
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("%s belongs to no event: %s", name, strings.TrimSuffix(filepath.Base(name), ".json"))
		}
	}
}
