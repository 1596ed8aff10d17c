package es

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/pkg/fault"
)

// beside are tables of the same projection in another schema, to be filled beside the live ones.
func (t tables) beside(suffix string) tables { return tables{t.Projection, t.schema + "_" + suffix} }

// Rebuild fills the tables of a projection anew from the first event on, beside the live ones, and
// then puts them in their place in one step. Those who fold and read the live ones go on meanwhile,
// and afterwards with the new ones. progress is told how many of how many events are folded; it may
// be nil. A second rebuild at the same time is fault.Conflict.
func (c *Conn) Rebuild(ctx context.Context, pool *pgxpool.Pool, p Projection, progress func(done, total uint64)) error {
	live := tables{p, p.Schema()}
	next := live.beside("next")
	f, err := c.fillBeside(ctx, pool, next, progress, nil)
	if err != nil {
		return err
	}
	defer leave(ctx, f.db)
	if err := f.replace(ctx, live); err != nil {
		return fmt.Errorf("projection %s: %w", p.Name, err)
	}
	r := &Projector{tables: live, conn: c, changed: make(chan struct{})}
	r.told(f) // whoever folds the live ones begins again with these, and shows their documents
	return c.nc.FlushTimeout(5 * time.Second)
}

// fillBeside fills new tables from the first event on until they have come to until, or to the end
// of the logs when that is nil, and answers the folder that did it, whose connection is to be
// closed.
func (c *Conn) fillBeside(ctx context.Context, pool *pgxpool.Pool, t tables, progress func(done, total uint64), until Positions) (*folder, error) {
	for careful := false; ; careful = true {
		db, err := t.connect(ctx, pool)
		if err != nil {
			return nil, err
		}
		f, err := c.fill(ctx, pool, t, db, careful, progress, until)
		if err == nil {
			return f, nil
		}
		leave(ctx, db)
		if careful || !errors.Is(err, errCareful) {
			return nil, err
		}
	}
}

func (c *Conn) fill(ctx context.Context, pool *pgxpool.Pool, t tables, db *pgx.Conn, careful bool,
	progress func(done, total uint64), until Positions,
) (*folder, error) {
	routes := newRoutes(t.Handle)
	if leads, err := t.leadSoon(ctx, db); err != nil {
		return nil, err
	} else if !leads {
		return nil, fault.New(fault.Conflict, "projection %s is being folded beside its tables already; wait until that has ended", t.Name)
	}
	// What an earlier attempt left is of no use.
	if err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if err := setUp(ctx, tx); err != nil {
			return err
		}
		return t.drop(ctx, tx)
	}); err != nil {
		return nil, fmt.Errorf("projection %s: %w", t.Name, err)
	}
	identities, err := c.identities(ctx, routes.logs)
	if err != nil {
		return nil, err
	}
	build, at, err := t.prepare(ctx, pool, identities, c.log)
	if err != nil {
		return nil, err
	}
	f, err := newFolder(ctx, c, t, db, routes, build, at)
	if err != nil {
		return nil, err
	}
	if f.goal = until; until == nil {
		if f.goal, err = c.ends(ctx, at); err != nil {
			return nil, err
		}
	}
	return f, f.foldUntilGoal(ctx, careful, progress)
}

// foldUntilGoal folds what the logs have up to the goal, and nothing after it.
func (f *folder) foldUntilGoal(ctx context.Context, careful bool, progress func(done, total uint64)) error {
	var total uint64
	for _, seq := range f.goal {
		total += seq
	}
	folding, reading := errgroup.WithContext(ctx)
	in := newInbox()
	defer context.AfterFunc(reading, in.wake)()
	from := f.stored // which moves on as soon as something comes from the first log
	folding.Go(func() error {
		defer in.end()
		readers, reading := errgroup.WithContext(reading)
		for log, seq := range f.goal {
			if after := from[log]; seq > after {
				readers.Go(func() error { return f.conn.collect(reading, log, TailFrom{After: after, Until: seq}, in) })
			}
		}
		return readers.Wait()
	})
	folding.Go(func() error {
		for {
			batch, _, err := in.take(reading)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			f.careful = careful
			if err := f.fold(reading, f.upToGoal(batch), false); err != nil {
				return err
			}
			if progress != nil {
				var done uint64
				for _, seq := range f.at {
					done += seq
				}
				progress(min(done, total), total)
			}
		}
	})
	if err := folding.Wait(); err != nil {
		return err
	}
	if progress != nil {
		progress(total, total) // the last ones may not be kept any more
	}
	return nil
}

// upToGoal leaves out what came after the goal.
func (f *folder) upToGoal(batch []Event) []Event {
	var wanted []Event
	for _, e := range batch {
		if e.Seq <= f.goal[e.Log] {
			wanted = append(wanted, e)
		}
	}
	return wanted
}

// replace puts the folder's tables in the place of others. Old tables that somebody still reads go
// away when that has ended.
func (f *folder) replace(ctx context.Context, live tables) error {
	old := live.beside("old")
	name := func(t tables) string { return pgx.Identifier{t.schema}.Sanitize() }
	if err := pgx.BeginFunc(ctx, f.db, func(tx pgx.Tx) error { return old.drop(ctx, tx) }); err != nil {
		return err
	}
	folded, err := f.foldedOf(ctx, live)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, f.db, func(tx pgx.Tx) error {
		if err := setUp(ctx, tx); err != nil {
			return err
		}
		// From here on whoever folds the live tables waits, and is fenced afterwards.
		var there bool
		if err := tx.QueryRow(ctx, "select exists (select from es.projection where schema = $1)", live.schema).Scan(&there); err != nil {
			return err
		}
		if there {
			if _, err := tx.Exec(ctx, "alter schema "+name(live)+" rename to "+name(old)); err != nil {
				return err
			}
		}
		for _, sql := range []string{
			"delete from es.projection where schema = '" + live.schema + "'",
			"alter schema " + name(f.tables) + " rename to " + name(live),
			"update es.projection set schema = '" + live.schema + "' where schema = '" + f.schema + "'",
		} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	f.tables = live
	f.tellFolded(ctx, folded)
	return pgx.BeginFunc(ctx, f.db, func(tx pgx.Tx) error { return old.drop(ctx, tx) })
}
