package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/afterglow-live/afterglow/pkg/es"
)

type replayCmd struct {
	Projections []string `arg:"" optional:"" help:"Projections to replay." name:"projection"`
	All         bool     `help:"Replay all of them."`
	Topic       string   `help:"Show a live document as it was, for instance stream/01J…; needs --at." placeholder:"TOPIC"`
	At          string   `help:"When: right after an event, for instance FACTS/12, or at a time, for instance 2026-01-31T20:00:00Z." placeholder:"MOMENT"`
	JSON        bool     `help:"Print JSON lines." name:"json"`
}

// replayed is what replay prints of a projection.
type replayed struct {
	Projection  string          `json:"projection"`
	Same        bool            `json:"same"`
	Events      uint64          `json:"events"`
	Differences []es.Difference `json:"differences"`
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
	p, stop, err := cli.installation(ctx, t)
	if err != nil {
		return err
	}
	defer stop()
	return each(ctx, p, t, list, "replaying", func(pool *pgxpool.Pool, projection es.Projection, progress func(done, total uint64)) error {
		told := replayed{Projection: projection.Name, Differences: []es.Difference{}}
		list, err := p.Logs.Compare(ctx, pool, projection, func(done, total uint64) {
			told.Events = total
			progress(done, total)
		})
		if err != nil {
			return err
		}
		told.Same = len(list) == 0
		told.Differences = append(told.Differences, list...)
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
		fmt.Fprintf(t.out, "%s is the same, row by row, after %d events\n", told.Projection, told.Events)
	default:
		for _, d := range told.Differences {
			fmt.Fprintf(t.out, "%s.%s\n  live      %s\n  replayed  %s\n", told.Projection, d.Table, row(d.Live), row(d.Replayed))
		}
	}
	if !told.Same {
		return fmt.Errorf("%s differs from what its events say in at least %d rows; `afterglow rebuild %s` builds it anew",
			told.Projection, len(told.Differences), told.Projection)
	}
	return nil
}

func row(text string) string {
	if text == "" {
		return "(no such row)"
	}
	return text
}

// past prints a live document as it was at a moment.
func (c *replayCmd) past(ctx context.Context, cli *CLI, t *terminal) error {
	if len(c.Projections) > 0 || c.All {
		return usageError{errors.New("--topic shows one document: name no projection with it")}
	}
	at, err := moment(c.At)
	if err != nil {
		return usageError{fmt.Errorf("--at: %w", err)}
	}
	shows, err := showing(c.Topic)
	if err != nil {
		return usageError{fmt.Errorf("--topic: %w", err)}
	}
	p, stop, err := cli.installation(ctx, t)
	if err != nil {
		return err
	}
	defer stop()
	caller, err := ownerAccount(ctx, p.Logs, false)
	if err != nil {
		return err
	}
	pool, err := p.Tables(ctx, shows.service)
	if err != nil {
		return err
	}
	defer pool.Close()
	doc, err := p.Logs.StateAt(ctx, pool, shows.Projection, caller.Owner, c.Topic, at)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t.out, document{Topic: doc.Topic, Positions: doc.Positions, Value: doc.Value})
	}
	if doc.Value == nil {
		_, err = fmt.Fprintf(t.out, "there was no %s at %s\n", c.Topic, doc.Positions)
		return err
	}
	text, err := json.MarshalIndent(doc.Value, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "%s\n", text)
	return err
}

// moment reads a position or a time.
func moment(text string) (es.Moment, error) {
	if strings.Contains(text, "/") {
		position, err := es.ParsePosition(text)
		return es.Moment{Position: position}, err
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return es.Moment{}, fmt.Errorf("%q is neither a position such as FACTS/12 nor a time such as 2026-01-31T20:00:00Z", text)
	}
	return es.Moment{Time: at}, nil
}

// showing finds the projection that makes the live documents of a topic.
func showing(topic string) (owned, error) {
	all, err := projections(nil, true)
	if err != nil {
		return owned{}, err
	}
	kind, _, _ := strings.Cut(topic, "/")
	var kinds []string
	for _, p := range all {
		for _, d := range p.Documents {
			if d.Topic == kind {
				return p, nil
			}
			kinds = append(kinds, d.Topic)
		}
	}
	return owned{}, fmt.Errorf("there are no live documents %q; there are %s", topic, strings.Join(kinds, ", "))
}
