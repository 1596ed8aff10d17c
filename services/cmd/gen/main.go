// Package main writes what follows from the lists of events, logs and services: JSON Schema, log
// definitions, OpenAPI and TypeScript. It hides how each of these formats is made, so that nothing
// is declared twice.
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services"
)

func main() {
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	if err := generate(*root, events.Logs(), services.All()); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// generate writes all generated files under the root, and prints those that changed. When an event
// would lose something it writes nothing, and says what.
func generate(root string, logs []events.Log, list []run.Service) error {
	src, err := readSource(os.DirFS(root), "events", "pkg", "services")
	if err != nil {
		return err
	}
	out, err := outputs(src, logs, list)
	if err != nil {
		return err
	}
	if err := keepContract(os.DirFS(root), out); err != nil {
		return err
	}
	changed, err := out.save(root)
	for _, name := range changed {
		fmt.Println(name)
	}
	return err
}

// outputs are all generated files.
func outputs(src source, logs []events.Log, list []run.Service) (files, error) {
	schemas, err := eventSchemas(src, logs)
	if err != nil {
		return nil, err
	}
	types, err := eventTypes(src, logs)
	if err != nil {
		return nil, err
	}
	configs, err := logConfigs(logs)
	if err != nil {
		return nil, err
	}
	surface, err := surfaceOf(src, list)
	if err != nil {
		return nil, err
	}
	doc, err := openAPI(surface, list)
	if err != nil {
		return nil, err
	}
	out := files{}
	for _, part := range []files{schemas, types, configs, doc, clientTypes(surface, list)} {
		maps.Copy(out, part)
	}
	return out, nil
}
