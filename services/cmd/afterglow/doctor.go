package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/afterglow-live/afterglow/pkg/run"
)

type doctorCmd struct {
	JSON bool `help:"Print JSON lines." name:"json"`
}

// finding is what doctor says of one thing.
type finding struct {
	// Check is what was looked at, for instance "disk".
	Check string `json:"check"`
	// State is "ok", "note" for what is worth knowing, "warning" for what somebody should look at while
	// all works, or "bad" for what does not work.
	State string `json:"state"`
	// Found is a sentence about what is there.
	Found string `json:"found"`
	// Remedy is a sentence that says what to do; empty when nothing has to be done.
	Remedy string `json:"remedy,omitempty"`
}

// doctor looks at some of it.
type doctor struct {
	*CLI
	t        *terminal
	outer    bool // the parts are outside: NATS_URL is set
	findings []finding
}

// Run checks this machine, and the parts and services of the installation as far as they run.
func (c *doctorCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	address, err := run.Env("NATS_URL")
	if err != nil {
		return usageError{err}
	}
	d := &doctor{CLI: cli, t: t.quietly(cli), outer: address != ""}
	nc, unreachable := d.dial()
	checks := []func(*doctor){
		(*doctor).settings, func(d *doctor) { d.programs(ctx) }, (*doctor).folder, (*doctor).clock,
	}
	switch {
	case unreachable == nil:
		defer nc.Close()
		checks = append(checks, d.outside(ctx)...)
		checks = append(checks, func(d *doctor) { d.logs(ctx, nc) })
	case d.outer:
		checks = append(checks, d.outside(ctx)...)
		checks = append(checks, func(d *doctor) { d.wrong("nats", "start nats-server, or correct NATS_URL", "%v", unreachable) })
	default:
		checks = append(checks, (*doctor).port, func(d *doctor) {
			d.note("services", "afterglow up --data "+d.Data, "nothing runs on %s", d.Data)
		})
	}
	d.atOnce(checks...)
	return d.print(c.JSON)
}

// outside checks what the services run on besides the logs.
func (d *doctor) outside(ctx context.Context) []func(*doctor) {
	return []func(*doctor){func(d *doctor) { d.s3(ctx) }, func(d *doctor) { d.postgres(ctx) }}
}

// atOnce does all checks beside each other, and finds what they find in their order.
func (d *doctor) atOnce(checks ...func(*doctor)) {
	found := make([]doctor, len(checks))
	var checking sync.WaitGroup
	for i, check := range checks {
		found[i] = doctor{CLI: d.CLI, t: d.t, outer: d.outer}
		checking.Go(func() { check(&found[i]) })
	}
	checking.Wait()
	for _, one := range found {
		d.findings = append(d.findings, one.findings...)
	}
}

// print tells everything that was found; what does not work is an error.
func (d *doctor) print(asJSON bool) error {
	var bad uint64
	for _, f := range d.findings {
		if f.State == "bad" {
			bad++
		}
		if asJSON {
			if err := printJSON(d.t.out, f); err != nil {
				return err
			}
			continue
		}
		mark := map[string]string{"ok": "✓", "note": "·", "warning": "!", "bad": "✗"}[f.State]
		told := fmt.Sprintf("%s %-11s %s\n", mark, f.Check, f.Found)
		if f.Remedy != "" {
			told += fmt.Sprintf("  %-11s → %s\n", "", f.Remedy)
		}
		if _, err := fmt.Fprint(d.t.out, told); err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("%s that must be mended", count(bad, "finding"))
	}
	return nil
}

// count says how many there are of a thing.
func count(n uint64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func (d *doctor) say(check, state, remedy, format string, values ...any) {
	d.findings = append(d.findings, finding{Check: check, State: state, Found: fmt.Sprintf(format, values...), Remedy: remedy})
}

func (d *doctor) ok(check, format string, values ...any) { d.say(check, "ok", "", format, values...) }

func (d *doctor) note(check, remedy, format string, values ...any) {
	d.say(check, "note", remedy, format, values...)
}

func (d *doctor) warn(check, remedy, format string, values ...any) {
	d.say(check, "warning", remedy, format, values...)
}

func (d *doctor) wrong(check, remedy, format string, values ...any) {
	d.say(check, "bad", remedy, format, values...)
}

func (d *doctor) settings() {
	if err := checkSettings(); err != nil {
		d.wrong("settings", "correct them; `afterglow config` shows them all", "%v", err)
		return
	}
	d.ok("settings", "they are right")
}
