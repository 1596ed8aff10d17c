package main

import (
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

func TestOuterName(t *testing.T) {
	t.Parallel()
	for want, of := range map[string]reflect.Type{
		"Lamp":       reflect.TypeFor[Lamp](),
		"LampList":   reflect.TypeFor[api.List[Lamp]](),
		"StringList": reflect.TypeFor[api.List[string]](),
		"ChangeLamp": reflect.TypeFor[changeLamp](),
		"string":     reflect.TypeFor[string](),
		"":           reflect.TypeFor[struct{}](),
	} {
		if got := outerName(of); got != want {
			t.Errorf("%s is called %q, want %q", of, got, want)
		}
	}
}

func TestTwoTypesWithOneNameAreAnError(t *testing.T) {
	t.Parallel()
	type Code struct{ Text string }
	s := newSchemas(source{})
	s.of(reflect.TypeFor[struct{ A Code }]())
	if err := s.err(); err != nil {
		t.Error(err)
	}
	s.source.values = map[string][]any{module + "/pkg/fault.Code": {"invalid"}}
	s.of(reflect.TypeFor[fault.Error]())
	if err := s.err(); err == nil || !strings.Contains(err.Error(), "both called Code") {
		t.Errorf("got %v, want an error that names both", err)
	}
}

func TestSourceNamesTheFileThatIsNoGo(t *testing.T) {
	t.Parallel()
	_, err := readSource(fstest.MapFS{"events/clip.go": {Data: []byte("package")}}, "events")
	if err == nil || !strings.Contains(err.Error(), "events/clip.go") {
		t.Errorf("got %v, want an error that names the file", err)
	}
}
