package main

import (
	"fmt"
	"strings"

	"github.com/afterglow-live/afterglow/services"
)

type listCmd struct {
	JSON bool `help:"Print JSON." name:"json"`
}

// listed is a service as list prints it.
type listed struct {
	Service     string            `json:"service"`
	Doc         string            `json:"doc"`
	Projections []listedProjector `json:"projections"`
	Reactors    []listedReactor   `json:"reactors"`
	Endpoints   []listedEndpoint  `json:"endpoints"`
	Feeds       []string          `json:"feeds"`
}

type listedProjector struct {
	Name      string   `json:"name"`
	Version   int      `json:"version"`
	Reads     []string `json:"reads"`
	Documents []string `json:"documents"`
}

type listedReactor struct {
	Name string   `json:"name"`
	Doc  string   `json:"doc"`
	On   []string `json:"on"`
}

type listedEndpoint struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Doc    string `json:"doc"`
}

// Run prints the map of the system.
func (c *listCmd) Run(t *terminal) error {
	all := catalogue()
	if c.JSON {
		return printJSON(t.out, all)
	}
	for _, s := range all {
		fmt.Fprintf(t.out, "%s  %s\n", s.Service, s.Doc)
		for _, p := range s.Projections {
			fmt.Fprintf(t.out, "  projects  %s v%d from %s", p.Name, p.Version, strings.Join(p.Reads, ", "))
			if len(p.Documents) > 0 {
				fmt.Fprintf(t.out, "; shows %s", strings.Join(p.Documents, ", "))
			}
			fmt.Fprintln(t.out)
		}
		for _, r := range s.Reactors {
			fmt.Fprintf(t.out, "  reacts    %s to %s: %s\n", r.Name, strings.Join(r.On, ", "), r.Doc)
		}
		for _, e := range s.Endpoints {
			fmt.Fprintf(t.out, "  answers   %-6s %s: %s\n", e.Method, e.Path, e.Doc)
		}
		for _, f := range s.Feeds {
			fmt.Fprintf(t.out, "  feeds     %s\n", f)
		}
		fmt.Fprintln(t.out)
	}
	return nil
}

func catalogue() []listed {
	var all []listed
	for _, s := range services.All() {
		l := listed{
			Service: s.Name, Doc: s.Doc, Projections: []listedProjector{}, Reactors: []listedReactor{},
			Endpoints: []listedEndpoint{}, Feeds: []string{},
		}
		for _, p := range s.Projections {
			documents := []string{}
			for _, d := range p.Documents {
				documents = append(documents, d.Topic)
			}
			l.Projections = append(l.Projections, listedProjector{p.Name, p.Version, p.Events(), documents})
		}
		for _, r := range s.Reactors {
			l.Reactors = append(l.Reactors, listedReactor{r.Name, r.Doc, r.Events()})
		}
		for _, e := range s.Endpoints {
			l.Endpoints = append(l.Endpoints, listedEndpoint{e.Method, e.Path, e.Doc})
		}
		for _, f := range s.Feeds {
			l.Feeds = append(l.Feeds, f.Topic)
		}
		all = append(all, l)
	}
	return all
}
