package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

type replayCmd struct {
	Projections []string `arg:"" optional:"" help:"Projections to replay." name:"projection"`
	All         bool     `help:"Replay all of them."`
	Topic       string   `help:"Show a live document as it was, for instance stream/01J…; needs --at." placeholder:"TOPIC"`
	At          string   `help:"When: right after an event, for instance FACTS/12, or at a time, for instance 2026-01-31T20:00:00Z." placeholder:"MOMENT"`
	Strict      bool     `help:"End with 1 also for differences of a projection that reads a log which does not keep everything."`
	JSON        bool     `help:"Print JSON lines." name:"json"`
}

// Help explains what ends with 1.
func (c *replayCmd) Help() string {
	return "A projection that reads a log which keeps its events for a while only, such as TICKS, comes to differ from its replay" +
		" by design, because the replay lacks what is gone. Its differences are shown, and end with 1 only if --strict is said."
}

// replayed is what replay prints of a projection.
type replayed struct {
	Projection  string          `json:"projection"`
	Same        bool            `json:"same"`
	Events      uint64          `json:"events"`
	Differences []es.Difference `json:"differences"`
	// Expiring are the logs that it reads which do not keep everything.
	Expiring []string `json:"expiring"`
	// Parked is how many events the tables go on without, ReplayParked how many the replay does.
	Parked       int `json:"parked"`
	ReplayParked int `json:"replayParked"`
}

// Run folds the logs again beside the tables, and tells whether they come to the same.
func (c *replayCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	if (c.Topic == "") != (c.At == "") {
		return usageError{errors.New("--topic and --at go together: what to show, and when")}
	}
	if c.Topic != "" {
		return c.past(ctx, cli, t)
	}
	list, err := projections(c.Projections, c.All)
	if err != nil {
		return err
	}
	p, stop, err := cli.installation(ctx, t.quietly(cli))
	if err != nil {
		return err
	}
	defer stop()
	return each(ctx, p, t, list, "replaying", func(pool *pgxpool.Pool, projection es.Projection, progress func(done, total uint64)) error {
		told := replayed{Projection: projection.Name, Differences: []es.Difference{}, Expiring: expiring(projection)}
		compared, err := p.Logs.Compare(ctx, pool, projection, func(done, total uint64) {
			told.Events = total
			progress(done, total)
		})
		if err != nil {
			return err
		}
		told.Same = len(compared.Differences) == 0
		told.Differences = append(told.Differences, compared.Differences...)
		told.Parked, told.ReplayParked = compared.Parked, compared.ReplayParked
		return c.print(t, told)
	})
}

func (c *replayCmd) print(t *terminal, told replayed) error {
	switch {
	case c.JSON:
		if err := printJSON(t.out, told); err != nil {
			return err
		}
	case told.Same:
		fmt.Fprintf(t.out, "%s is the same, row by row, after %s%s\n", told.Projection, count(told.Events, "event"), told.parked())
	default:
		if told.parked() != "" {
			fmt.Fprintf(t.out, "%s%s\n", told.Projection, told.parked())
		}
		for _, d := range told.Differences {
			fmt.Fprintf(t.out, "%s.%s\n  live      %s\n  replayed  %s\n", told.Projection, d.Table, row(d.Live), row(d.Replayed))
		}
	}
	rows := count(uint64(len(told.Differences)), "row")
	switch {
	case told.Same:
		return nil
	case len(told.Expiring) == 0:
		return fmt.Errorf("%s differs from what its events say in at least %s; `afterglow rebuild %s` builds it anew",
			told.Projection, rows, told.Projection)
	}
	remark := fmt.Sprintf("%s differs in at least %s from what its events say, which may be because %s no longer keeps everything",
		told.Projection, rows, strings.Join(told.Expiring, ", nor "))
	if c.Strict {
		return errors.New(remark)
	}
	_, err := fmt.Fprintln(t.err, remark)
	return err
}

// parked says how many events tables and replay go on without; nothing if they have all.
func (r replayed) parked() string {
	switch {
	case r.Parked == 0 && r.ReplayParked == 0:
		return ""
	case r.Parked == r.ReplayParked:
		return "; " + count(uint64(r.Parked), "event") + " parked in both"
	}
	return fmt.Sprintf("; %s parked in the tables, %d in the replay", count(uint64(r.Parked), "event"), r.ReplayParked)
}

// expiring are the logs that a projection reads which do not keep everything.
func expiring(p es.Projection) []string {
	logs := []string{}
	for _, h := range p.Handle {
		if log, ok := events.LogNamed(h.Log); ok && log.Keep > 0 && !slices.Contains(logs, log.Name) {
			logs = append(logs, log.Name)
		}
	}
	return logs
}

func row(text string) string {
	if text == "" {
		return "(no such row)"
	}
	return text
}
