package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

type obsCmd struct {
	URL             string        `help:"Address of obs-websocket." name:"url" default:"ws://127.0.0.1:4455"`
	Password        string        `help:"Password of obs-websocket; better kept from others in AFTERGLOW_OBS_PASSWORD or in the file that AFTERGLOW_OBS_PASSWORD_FILE names."`
	Server          string        `help:"Address of the Afterglow to tell, when it runs on another machine (AFTERGLOW_SERVER)." placeholder:"URL"`
	Token           string        `help:"API token of an editor there; better kept from others in AFTERGLOW_TOKEN or in the file that AFTERGLOW_TOKEN_FILE names."`
	Name            string        `help:"What this OBS is called; the name of the machine unless told."`
	MarkReplays     bool          `help:"Set a marker whenever the replay buffer is saved."`
	MarkScreenshots bool          `help:"Set a marker whenever OBS's hotkey for a screenshot is pressed."`
	MarkScene       []string      `help:"Set a marker whenever this scene is shown." placeholder:"SCENE"`
	Settle          time.Duration `help:"How long a recording must not have changed until it is taken for whole." default:"10s"`
	JSON            bool          `help:"Print JSON lines, one for each event and each recording." name:"json"`
}

// Run tells what happens in OBS until it is interrupted.
func (c *obsCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	if err := c.complete(); err != nil {
		return err
	}
	b := &obsBridge{obsCmd: *c, t: t, connect: cli.here(t), pause: time.Second}
	installation := c.Server
	if c.Server != "" {
		there := remote{server: c.Server, token: c.Token}
		b.connect = func(context.Context) (platform, func(), error) { return there, func() {}, nil }
		err := there.call(ctx, "GET /api/obs", nil, nil, nil)
		if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.Forbidden) {
			return fmt.Errorf("%s refuses the token: make one there with: afterglow token create --name %s --role editor", c.Server, c.Name)
		}
	} else {
		address, err := run.Env("NATS_URL")
		if err != nil {
			return err
		}
		installation = cmp.Or(address, cli.Data)
	}
	path, err := statePath("obs-"+c.Name, installation)
	if err != nil {
		return err
	}
	if b.journal, err = openJournal(path); err != nil {
		return err
	}
	defer b.journal.close()
	if b.taken, err = readTaken(strings.TrimSuffix(path, ".json") + "-files.json"); err != nil {
		return err
	}
	return b.run(ctx)
}

// complete takes what was not told from the environment, and refuses what cannot be.
func (c *obsCmd) complete() error {
	for name, value := range map[string]*string{
		"AFTERGLOW_OBS_PASSWORD": &c.Password, "AFTERGLOW_SERVER": &c.Server, "AFTERGLOW_TOKEN": &c.Token,
	} {
		set, err := run.Env(name)
		if err != nil {
			return usageError{err}
		}
		*value = cmp.Or(*value, set)
	}
	if c.Name == "" {
		host, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("name of this machine: %w", err)
		}
		c.Name = strings.Map(func(r rune) rune {
			if r > 0x7f || !events.IsToken(string(r)) {
				return '-'
			}
			return r
		}, host)
	}
	address, err := url.Parse(c.URL)
	switch {
	case err != nil || address.Host == "" || (address.Scheme != "ws" && address.Scheme != "wss"):
		return usageError{fmt.Errorf("--url: %q is no address such as ws://127.0.0.1:4455", c.URL)}
	case !events.IsToken(c.Name):
		return usageError{fmt.Errorf("--name: %q: a name has up to 128 letters, digits, - and _", c.Name)}
	case c.Settle <= 0:
		return usageError{fmt.Errorf("--settle: %s is no time to wait; say for instance 10s", c.Settle)}
	case c.Server == "" && c.Token != "":
		return usageError{errors.New("--token goes with --server, the address of the Afterglow that has made it")}
	case c.Server == "":
		return nil
	}
	if u, err := url.Parse(c.Server); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return usageError{fmt.Errorf("--server: %q is no address such as https://stream.example", c.Server)}
	}
	if c.Token == "" {
		return usageError{fmt.Errorf("--server needs a token: make one there with: afterglow token create --name %s --role editor", c.Name)}
	}
	return nil
}
