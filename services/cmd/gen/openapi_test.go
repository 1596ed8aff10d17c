package main

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services"
)

// TestOpenAPIIsValid checks what OpenAPI 3.1 asks of a document and JSON alone does not.
func TestOpenAPIIsValid(t *testing.T) {
	t.Parallel()
	src, err := readSource(os.DirFS("../../.."), "events", "pkg", "services")
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string][]run.Service{"toys": toys, "services": services.All()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkOpenAPI(t, src, list)
		})
	}
}

var (
	componentName = regexp.MustCompile(`^[a-zA-Z0-9._-]+$`)
	pathParameter = regexp.MustCompile(`\{([^}]*)\}`)
)

func checkOpenAPI(t *testing.T, src source, list []run.Service) {
	s, err := surfaceOf(src, list)
	if err != nil {
		t.Fatal(err)
	}
	out, err := openAPI(s, list)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(out["services/gateway/openapi.json"], &doc); err != nil {
		t.Fatal(err)
	}
	for name := range doc {
		known := []string{"openapi", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components", "security", "tags", "externalDocs"}
		if !slices.Contains(known, name) && !strings.HasPrefix(name, "x-") {
			t.Errorf("a document has no %q", name)
		}
	}
	for _, kind := range doc["components"].(map[string]any) {
		for name := range kind.(map[string]any) {
			if !componentName.MatchString(name) {
				t.Errorf("component %q: a name has letters, digits, dots, dashes and underscores alone", name)
			}
		}
	}
	checkReferences(t, doc, doc, "#")
	ids := map[string]bool{}
	for path, item := range doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			op := op.(map[string]any)
			id := op["operationId"].(string)
			if ids[id] {
				t.Errorf("two operations have the id %s", id)
			}
			ids[id] = true
			if len(op["responses"].(map[string]any)) < 2 {
				t.Errorf("%s %s: a success and a problem are needed", method, path)
			}
			checkPathParameters(t, method+" "+path, path, op)
		}
	}
	if len(ids) != len(s.operations) {
		t.Errorf("%d operations for %d endpoints", len(ids), len(s.operations))
	}
}

// checkPathParameters compares the holes of a path with the declared parameters.
func checkPathParameters(t *testing.T, name, path string, op map[string]any) {
	var holes, declared []string
	for _, match := range pathParameter.FindAllStringSubmatch(path, -1) {
		holes = append(holes, match[1])
	}
	list, _ := op["parameters"].([]any)
	for _, p := range list {
		if p := p.(map[string]any); p["in"] == "path" {
			declared = append(declared, p["name"].(string))
			if p["required"] != true {
				t.Errorf("%s: the path parameter %s has to be required", name, p["name"])
			}
		}
	}
	slices.Sort(holes)
	slices.Sort(declared)
	if !slices.Equal(holes, declared) {
		t.Errorf("%s: the path has %v, and %v are declared", name, holes, declared)
	}
}

// checkReferences follows every $ref of the document.
func checkReferences(t *testing.T, doc map[string]any, v any, at string) {
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			checkReferences(t, doc, item, fmt.Sprintf("%s/%d", at, i))
		}
	case map[string]any:
		for name, item := range v {
			checkReferences(t, doc, item, at+"/"+name)
		}
		ref, ok := v["$ref"].(string)
		if !ok {
			return
		}
		var target any = doc
		for _, word := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
			object, _ := target.(map[string]any)
			target = object[word]
		}
		if target == nil {
			t.Errorf("%s refers to %s, which is not there", at, ref)
		}
	}
}
