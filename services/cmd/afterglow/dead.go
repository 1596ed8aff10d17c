package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/es"
)

type deadCmd struct {
	List  deadListCmd  `cmd:"" default:"withargs" help:"List what could not be handled, newest first; this is what dead alone does."`
	Show  deadShowCmd  `cmd:"" help:"Show a letter and the event that it is about."`
	Retry deadRetryCmd `cmd:"" help:"Let a reactor or a projection try again what it could not handle."`
}

// letter is what dead shows of a letter.
type letter struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"`
	State     string    `json:"state"`
	Source    string    `json:"source"`
	Position  string    `json:"position"`
	Event     string    `json:"event"`
	Attempts  int       `json:"attempts"`
	Reason    string    `json:"reason"`
	CreatedAt time.Time `json:"createdAt"`
}

type deadListCmd struct {
	State string `help:"Only those that are open, redriven or done." enum:",open,redriven,done" default:"" placeholder:"STATE"`
	JSON  bool   `help:"Print JSON lines." name:"json"`
}

// Run lists the letters.
func (c *deadListCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	conn, caller, stop, err := cli.asOwner(ctx, t.log)
	if err != nil {
		return err
	}
	defer stop()
	columns := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	err = letters(ctx, conn, caller, c.State, func(raw json.RawMessage, l letter) error {
		if c.JSON {
			return printJSON(t.out, raw)
		}
		_, err := fmt.Fprintf(columns, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			l.ID, l.State, l.CreatedAt.Local().Format(time.DateTime), l.Source, l.Event, l.Position, l.Reason)
		return err
	})
	return errors.Join(err, columns.Flush())
}

// letters calls f with every letter, newest first.
func letters(ctx context.Context, conn *es.Conn, caller api.Caller, state string, f func(json.RawMessage, letter) error) error {
	for cursor := ""; ; {
		var page api.List[json.RawMessage]
		asked := map[string]string{"limit": "200", "state": state, "cursor": cursor}
		if err := call(ctx, conn, caller, "GET /api/letters", asked, nil, &page); err != nil {
			return err
		}
		for _, raw := range page.Items {
			var l letter
			if err := json.Unmarshal(raw, &l); err != nil {
				return fmt.Errorf("reading a letter: %w", err)
			}
			if err := f(raw, l); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

type deadShowCmd struct {
	Letter string `arg:"" help:"The letter's id."`
	JSON   bool   `help:"Print JSON." name:"json"`
}

// Run shows one letter.
func (c *deadShowCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	conn, caller, stop, err := cli.asOwner(ctx, t.log)
	if err != nil {
		return err
	}
	defer stop()
	var raw json.RawMessage
	if err := call(ctx, conn, caller, "GET /api/letters/{letter}", map[string]string{"letter": c.Letter}, nil, &raw); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t.out, raw)
	}
	var l struct {
		letter
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(raw, &l); err != nil {
		return fmt.Errorf("reading the letter: %w", err)
	}
	_, err = fmt.Fprintf(t.out, "%s, %s since %s\n  event    %s at %s\n  source   %s, after %d attempts\n  reason   %s\n  data     %s\n",
		l.ID, l.State, l.CreatedAt.Local().Format(time.DateTime), l.Event, l.Position, l.Source, l.Attempts, l.Reason, l.Data)
	return err
}

type deadRetryCmd struct {
	Letters []string `arg:"" optional:"" help:"Ids of letters." name:"letter"`
	All     bool     `help:"All letters that are open."`
	JSON    bool     `help:"Print JSON lines." name:"json"`
}

// Run has letters tried again; one that cannot be does not stop the others.
func (c *deadRetryCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	if c.All == (len(c.Letters) > 0) {
		return usageError{errors.New("name letters, or say --all; `afterglow dead` lists them")}
	}
	conn, caller, stop, err := cli.asOwner(ctx, t.log)
	if err != nil {
		return err
	}
	defer stop()
	ids := c.Letters
	if c.All {
		err := letters(ctx, conn, caller, "open", func(_ json.RawMessage, l letter) error {
			ids = append(ids, l.ID)
			return nil
		})
		if err != nil {
			return err
		}
	}
	bar := newBar(t.err, "trying again")
	defer bar.end()
	var failed []error
	for i, id := range ids {
		var raw json.RawMessage
		if err := call(ctx, conn, caller, "POST /api/letters/{letter}/redrive", map[string]string{"letter": id}, nil, &raw); err != nil {
			failed = append(failed, fmt.Errorf("letter %s: %w", id, err))
			continue
		}
		bar.count(uint64(i+1), uint64(len(ids)))
		if c.JSON {
			err = printJSON(t.out, raw)
		} else {
			_, err = fmt.Fprintf(t.out, "%s is being tried again\n", id)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(failed...)
}
