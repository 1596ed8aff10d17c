package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

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
	if doc.Value == nil {
		return fmt.Errorf("there was no live document %s at %s", c.Topic, doc.Positions)
	}
	if c.JSON {
		return printJSON(t.out, document{Topic: doc.Topic, Positions: doc.Positions, Value: doc.Value})
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
		if err != nil {
			return es.Moment{}, err
		}
		log, ok := events.LogNamed(position.Log)
		if !ok {
			return es.Moment{}, noLog(position.Log)
		}
		if position.Seq == 0 {
			return es.Moment{}, fmt.Errorf("%q is before all events; the first is %s/1", text, log.Name)
		}
		position.Log = log.Name
		return es.Moment{Position: position}, nil
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
