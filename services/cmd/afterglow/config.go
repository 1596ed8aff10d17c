package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/afterglow-live/afterglow/pkg/run"
)

type configCmd struct {
	Show  configShowCmd  `cmd:"" default:"withargs" help:"Show every setting, what it is now, and where that is from; this is what config alone does."`
	Check configCheckCmd `cmd:"" help:"Tell whether the settings are right, without starting anything."`
}

type configShowCmd struct {
	JSON bool `help:"Print JSON." name:"json"`
}

// Run prints every setting; what is secret is hidden.
func (c *configShowCmd) Run(cli *CLI, t *terminal) error {
	var all []setting
	for _, s := range settings {
		read, err := s.read(cli.Data)
		if err != nil {
			return usageError{err}
		}
		all = append(all, read)
	}
	if c.JSON {
		return printJSON(t.out, all)
	}
	columns := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	for _, s := range all {
		value := s.Value
		if value == "" {
			value = "–"
		}
		if _, err := fmt.Fprintf(columns, "%s\t%s\t%s\t%s\n", s.Name, value, s.From, s.Doc); err != nil {
			return err
		}
	}
	return columns.Flush()
}

type configCheckCmd struct{}

// Run tells what is wrong with the settings, as up and run would.
func (c *configCheckCmd) Run(t *terminal) error {
	if err := checkSettings(); err != nil {
		return usageError{err}
	}
	_, err := fmt.Fprintln(t.out, "The settings are right.")
	return err
}

// checkSettings finds everything that up or run would refuse.
func checkSettings() error {
	config, err := run.Config{Listen: "127.0.0.1:8080"}.FromEnv()
	wrong := []error{err}
	if err == nil {
		wrong = append(wrong, checkListen(config.Listen))
	}
	values := map[string]string{}
	for _, s := range settings {
		value, err := run.Env(s.Name)
		if values[s.Name] = value; err != nil {
			wrong = append(wrong, err)
		}
	}
	if values["NATS_URL"] == "" {
		return errors.Join(append(wrong, checkPublicS3(config, values["S3_PUBLIC_ENDPOINT"]))...)
	}
	_, err = readOutside()
	return errors.Join(append(wrong, err)...)
}
