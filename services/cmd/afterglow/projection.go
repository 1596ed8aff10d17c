package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services"
)

// owned is a projection and the service that it is of.
type owned struct {
	es.Projection
	service run.Service
}

// projections are those with the names, or all.
func projections(named []string, all bool) ([]owned, error) {
	if all == (len(named) > 0) {
		return nil, usageError{errors.New("name projections, or say --all; `afterglow list` shows which there are")}
	}
	byName := map[string]owned{}
	var list []owned
	for _, s := range services.All() {
		for _, p := range s.Projections {
			byName[p.Name] = owned{p, s}
			list = append(list, owned{p, s})
		}
	}
	if all {
		return list, nil
	}
	known := list
	list = nil
	for _, name := range named {
		p, ok := byName[name]
		if !ok {
			return nil, usageError{fmt.Errorf("there is no projection %q; there are %s", name, namesOf(known))}
		}
		list = append(list, p)
	}
	return list, nil
}

func namesOf(list []owned) string {
	var names []string
	for _, p := range list {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

// each does something with each projection and its tables, one after the other, with its progress on
// the terminal. One that fails does not stop the others.
func each(ctx context.Context, p run.Platform, t *terminal, list []owned, what string,
	do func(pool *pgxpool.Pool, projection es.Projection, progress func(done, total uint64)) error,
) error {
	var failed []error
	for _, projection := range list {
		if ctx.Err() != nil {
			break
		}
		pool, err := p.Tables(ctx, projection.service)
		if err != nil {
			return err
		}
		bar := newBar(t.err, what+" "+projection.Name)
		err = do(pool, projection.Projection, bar.count)
		bar.end()
		pool.Close()
		if err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}
