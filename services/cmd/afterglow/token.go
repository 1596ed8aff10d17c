package main

import (
	"context"
	"fmt"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make an API token; it is shown once."`
}

type tokenCreateCmd struct {
	Name string `help:"What it is for." required:""`
	Role string `help:"What it may do: owner, editor, moderator, developer or viewer." required:"" enum:"owner,editor,moderator,developer,viewer"`
	JSON bool   `help:"Print JSON." name:"json"`
}

// Run makes a token of the owner's account and prints it.
func (c *tokenCreateCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	conn, caller, stop, err := cli.asOwner(ctx, t.log)
	if err != nil {
		return err
	}
	defer stop()
	var created struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Role  string `json:"role"`
		Token string `json:"token"`
	}
	if err := call(ctx, conn, caller, "POST /api/tokens", nil, map[string]string{"name": c.Name, "role": c.Role}, &created); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t.out, created)
	}
	_, err = fmt.Fprintln(t.out, created.Token)
	return err
}
