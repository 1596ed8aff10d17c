package main

import (
	"context"
	"fmt"

	"github.com/afterglow-live/afterglow/pkg/run"
)

type doctorCmd struct {
	JSON bool `help:"Print JSON lines." name:"json"`
}

// finding is what doctor says of one thing.
type finding struct {
	// Check is what was looked at, for instance "disk".
	Check string `json:"check"`
	// State is "ok", "note" for what is worth knowing, or "bad" for what must be mended.
	State string `json:"state"`
	// Found is a sentence about what is there.
	Found string `json:"found"`
	// Remedy is a sentence that says what to do; empty when nothing has to be done.
	Remedy string `json:"remedy,omitempty"`
}

// doctor looks at everything, and prints what it finds as it goes.
type doctor struct {
	*CLI
	t      *terminal
	json   bool
	outer  bool // the parts are outside: NATS_URL is set
	bad    int
	failed error // the first error of printing
}

// Run checks this machine, and the parts and services of the installation as far as they run.
func (c *doctorCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	address, err := run.Env("NATS_URL")
	if err != nil {
		return usageError{err}
	}
	d := &doctor{CLI: cli, t: t, json: c.JSON, outer: address != ""}
	d.settings()
	d.programs(ctx)
	d.folder()
	d.clock()
	d.parts(ctx)
	switch {
	case d.failed != nil:
		return d.failed
	case d.bad > 0:
		return fmt.Errorf("%d of what was checked must be mended", d.bad)
	}
	return nil
}

func (d *doctor) say(f finding) {
	if f.State == "bad" {
		d.bad++
	}
	var err error
	if d.json {
		err = printJSON(d.t.out, f)
	} else {
		mark := map[string]string{"ok": "✓", "note": "·", "bad": "✗"}[f.State]
		if _, err = fmt.Fprintf(d.t.out, "%s %-11s %s\n", mark, f.Check, f.Found); err == nil && f.Remedy != "" {
			_, err = fmt.Fprintf(d.t.out, "  %-11s → %s\n", "", f.Remedy)
		}
	}
	if d.failed == nil {
		d.failed = err
	}
}

func (d *doctor) ok(check, format string, values ...any) {
	d.say(finding{Check: check, State: "ok", Found: fmt.Sprintf(format, values...)})
}

func (d *doctor) note(check, remedy, format string, values ...any) {
	d.say(finding{Check: check, State: "note", Found: fmt.Sprintf(format, values...), Remedy: remedy})
}

func (d *doctor) wrong(check, remedy, format string, values ...any) {
	d.say(finding{Check: check, State: "bad", Found: fmt.Sprintf(format, values...), Remedy: remedy})
}

func (d *doctor) settings() {
	if err := checkSettings(); err != nil {
		d.wrong("settings", "correct them; `afterglow config` shows them all", "%v", err)
		return
	}
	d.ok("settings", "they are right")
}

// parts checks what the services run on, and the services.
func (d *doctor) parts(ctx context.Context) {
	nc, err := d.dial()
	if err != nil && !d.outer {
		d.port()
		d.note("services", "afterglow up --data "+d.Data, "nothing runs on %s", d.Data)
		return
	}
	if err != nil {
		d.wrong("nats", "start nats-server, or correct NATS_URL", "%v", err)
	} else {
		defer nc.Close()
	}
	logs := nc != nil && d.nats(ctx, nc)
	address, store, err := d.outsideOrData(ctx)
	if err != nil {
		d.wrong("s3", "start the object store, or correct S3_ENDPOINT and its keys", "%v", err)
	} else {
		d.s3(ctx, store)
	}
	d.postgres(ctx, address)
	if !logs {
		return
	}
	conn, stop, err := d.connect(ctx, d.t.log)
	if err != nil {
		d.wrong("services", "mend the logs first", "%v", err)
		return
	}
	defer stop()
	d.services(ctx, conn)
	d.letters(ctx, conn)
}
