package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
)

type eventsCmd struct {
	Log     string         `help:"Which log: FACTS, TICKS, CHAT, TIMERS, DEAD." default:"FACTS"`
	Subject string         `help:"Only events whose subject matches, for instance 'fact.*.clip.>'." placeholder:"FILTER"`
	Since   *time.Duration `help:"Only events of the last while, for instance 10m." placeholder:"DURATION"`
	Follow  bool           `help:"Go on with what comes." short:"f"`
	JSON    bool           `help:"Print JSON lines, also on a terminal." name:"json"`
}

// line is an event as events prints it.
type line struct {
	Log     string              `json:"log"`
	Seq     uint64              `json:"seq"`
	Subject string              `json:"subject"`
	Headers map[string][]string `json:"headers"`
	Data    json.RawMessage     `json:"data"`
}

// Run prints events: JSON lines, or columns for a person.
func (c *eventsCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	log, ok := events.LogNamed(c.Log)
	if !ok {
		return usageError{noLog(c.Log)}
	}
	if c.Subject != "" && !covers(log, c.Subject) {
		aggregate, _ := events.Split(events.Name(log.Events[0]))
		return usageError{fmt.Errorf("--subject: %q is no filter for events on %s; a subject is %s.<owner>.<aggregate>.<id>.<fact>, for instance '%s.*.%s.>'",
			c.Subject, log.Name, log.Prefix, log.Prefix, aggregate)}
	}
	if c.Since != nil && *c.Since <= 0 {
		return usageError{fmt.Errorf("--since: %s is not in the past; say how long ago, for instance 10m", *c.Since)}
	}
	conn, stop, err := cli.connect(ctx, t.log)
	if err != nil {
		return err
	}
	defer stop()
	from := es.TailFrom{Subject: c.Subject}
	if c.Since != nil {
		from.Since = time.Now().Add(-*c.Since)
	}
	if !c.Follow {
		if from.Until, err = conn.Last(ctx, log.Name); err != nil || from.Until == 0 {
			return err
		}
	}
	asJSON := c.JSON || !isTerminal(t.out)
	return conn.Tail(ctx, log, from, func(e es.Event) error {
		data := api.Record(e).Data // what is no JSON is a text there
		if asJSON {
			return printJSON(t.out, line{e.Log, e.Seq, e.Subject, e.Header(), data})
		}
		_, err := fmt.Fprintf(t.out, "%-6d %s  %-24s %s  %s\n", e.Seq, e.Time.Local().Format(time.DateTime), e.Name, e.AggregateID, data)
		return err
	})
}

func noLog(name string) error {
	return fmt.Errorf("there is no log %q; there are FACTS, TICKS, CHAT, TIMERS and DEAD", name)
}

// covers tells whether a subject filter can match an event on the log: <prefix>.<owner>.<aggregate>.<id>.<fact>.
func covers(log events.Log, filter string) bool {
	const parts = 5
	tokens := strings.Split(filter, ".")
	rest := tokens[len(tokens)-1] == ">"
	if tokens[0] != log.Prefix || len(tokens) > parts || len(tokens) < parts && !rest {
		return false
	}
	for i, token := range tokens {
		wildcard := token == "*" || token == ">" && i == len(tokens)-1
		if token == "" || !wildcard && strings.ContainsAny(token, "*> \t\r\n") {
			return false
		}
	}
	return true
}
