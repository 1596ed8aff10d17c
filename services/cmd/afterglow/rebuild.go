package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/afterglow-live/afterglow/pkg/es"
)

type rebuildCmd struct {
	Projections []string `arg:"" optional:"" help:"Projections to build anew." name:"projection"`
	All         bool     `help:"Build all of them anew."`
	JSON        bool     `help:"Print JSON lines." name:"json"`
}

// rebuilt is what rebuild prints of a projection.
type rebuilt struct {
	Projection string  `json:"projection"`
	Events     uint64  `json:"events"`
	Seconds    float64 `json:"seconds"`
}

// Run builds tables anew from the first event on, while the services go on with the old ones.
func (c *rebuildCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	list, err := projections(c.Projections, c.All)
	if err != nil {
		return err
	}
	p, stop, err := cli.installation(ctx, t.quietly(cli))
	if err != nil {
		return err
	}
	defer stop()
	return each(ctx, p, t, list, "rebuilding", func(pool *pgxpool.Pool, projection es.Projection, progress func(done, total uint64)) error {
		began, made := time.Now(), rebuilt{Projection: projection.Name}
		err := p.Logs.Rebuild(ctx, pool, projection, func(done, total uint64) {
			made.Events = total
			progress(done, total)
		})
		if err != nil {
			return err
		}
		made.Seconds = time.Since(began).Seconds()
		if c.JSON {
			return printJSON(t.out, made)
		}
		_, err = fmt.Fprintf(t.out, "%s is built anew from %s, in %.1f s\n", made.Projection, count(made.Events, "event"), made.Seconds)
		return err
	})
}
