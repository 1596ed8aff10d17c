package main

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// LampLit: a lamp shines from now on.
type LampLit struct {
	Lamp string `json:"lamp"`
	// Colors that it shines in, brightest first, as the person who lit it chose them from all those that there are.
	Colors []Color   `json:"colors"`
	At     time.Time `json:"at"`
	// Dimmed is how far, when it is.
	Dimmed *Dimming        `json:"dimmed,omitempty"`
	Raw    json.RawMessage `json:"raw"`
}

func (e LampLit) Event() (name, id string) { return "lamp.lit", e.Lamp }
func (e LampLit) EventVersion() int        { return 2 }

// Dimming is between 0 and 1.
type Dimming struct {
	Level float64 `json:"level"`
}

// Color of a light.
type Color string

// red and green are all there are; the generator reads them in the source.
const (
	red   Color = "red"
	green Color = "green"
)

var _ = []Color{red, green}

// Lamp is one lamp.
type Lamp struct {
	ID    string           `json:"id"`
	State string           `json:"state" jsonschema:"enum=on,enum=off"`
	Spare *int             `json:"spare"`
	Size  struct{ W int }  `json:"size"`
	Tags  map[string]Color `json:"tags,omitempty"`
	Modes []string         `json:"modes" jsonschema:"enum=slow,enum=fast"`
}

type changeLamp struct {
	Lamp string `path:"lamp" json:"-"`
	// Hue is the color to look for.
	Hue    Color `query:"hue" json:"-"`
	Strict int   `query:"strict" json:"-" jsonschema:"required"`
	// Name of the lamp.
	Name string   `json:"name"`
	Dim  *Dimming `json:"dim,omitempty"`
}

type oneLamp struct {
	Lamp string `path:"lamp" json:"-"`
}

type lampFile struct {
	Lamp string `path:"lamp" json:"-"`
	File string `path:"file" json:"-"`
}

func answer[Req, Res any](context.Context, *run.Deps, Req) (res Res, err error) { return res, nil }

func loadLamp(context.Context, es.Querier, string, string) (l Lamp, err error) { return l, nil }

func countLamps(context.Context, es.Querier, string) (n map[string]int, err error) { return n, nil }

var (
	toyLogs = []events.Log{{Name: "LAMPS", Prefix: "lamp", Doc: "lamps", Events: []events.Event{LampLit{}}}}
	toys    = []run.Service{{
		Name: "lamps", Doc: "lamps that shine",
		Projections: []es.Projection{{Documents: []es.Document{es.Each("lamp", loadLamp), es.One("lamps", countLamps)}}},
		Feeds:       []api.Feed{{Topic: "glow/{lamp}"}, {Topic: "glow/all"}},
		Endpoints: []run.Endpoint{
			api.Patch("/api/lamps/{lamp}", "changes a lamp", api.Editors, answer[changeLamp, Lamp]).Versioned("lamp"),
			api.Get("/api/lamps/{lamp}", "shows a lamp", api.Viewers, answer[oneLamp, Lamp]).Versioned("lamp"),
			api.Get("/api/lamps", "lists the lamps", api.Everybody, answer[struct{}, api.List[Lamp]]),
			api.Delete("/api/lamps/{lamp}/{file...}", "takes a file away", api.Owners, answer[lampFile, api.None]),
			api.Get("/api/lamps/{lamp}/{file...}", "gives a file", api.Viewers, answer[lampFile, api.File]),
		},
	}}
)

// toySource is the source of this file.
func toySource(t *testing.T) source {
	t.Helper()
	text, err := os.ReadFile("toy_test.go")
	if err != nil {
		t.Fatal(err)
	}
	src, err := readSource(fstest.MapFS{"services/cmd/gen/toy.go": {Data: text}}, "services")
	if err != nil {
		t.Fatal(err)
	}
	return src
}
