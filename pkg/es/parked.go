package es

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// parkedActor appends the letters that tell of parked events.
const parkedActor = "projection:"

func aggregateOf(e Event) string {
	return e.Log + " " + e.Owner + " " + e.Aggregate + " " + e.AggregateID
}

// letterOf is the id of the letter about an event that a projection has parked.
func letterOf(projection string, p Position) string {
	return DerivedID("parked", projection, p.String())
}

func (f *folder) loadParked(ctx context.Context) error {
	rows, err := f.db.Query(ctx, `select distinct aggregate from es.parked where schema = $1`, f.schema)
	if err != nil {
		return fmt.Errorf("projection %s: %w", f.Name, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("projection %s: %w", f.Name, err)
	}
	for _, aggregate := range list {
		f.parked[aggregate] = true
	}
	return nil
}

// park sets an event aside, in the transaction that passes over it.
func (f *folder) park(ctx context.Context, tx *Tx, e Event, reason string) error {
	f.untold = true
	return tx.Queue(ctx, `insert into es.parked (schema, log, seq, aggregate, owner, name, reason)
		select schema, $2, $3, $4, $5, $6, $7 from `+lockedSchema+` on conflict (schema, log, seq) do update set reason = excluded.reason`,
		f.schema, e.Log, int64(e.Seq), clean(aggregateOf(e)), clean(e.Owner), clean(e.Name), clean(reason))
}

// clean is a text that PostgreSQL takes.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

type parkedRow struct {
	Log       string
	Seq       int64
	Aggregate string
	Owner     string
	Name      string
	Reason    string
}

func (f *folder) parkedRows(ctx context.Context, schema, condition string) ([]parkedRow, error) {
	rows, err := f.db.Query(ctx, `select log, seq, aggregate, owner, name, reason from es.parked
		where schema = $1 and `+condition+` order by log, seq`, schema)
	if err != nil {
		return nil, fmt.Errorf("projection %s: %w", f.Name, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[parkedRow])
	if err != nil {
		return nil, fmt.Errorf("projection %s: %w", f.Name, err)
	}
	return list, nil
}

// retryParked folds again what was parked, as far as that succeeds now: in order, and no event of an
// aggregate before the one that stopped it.
func (f *folder) retryParked(ctx context.Context) error {
	list, err := f.parkedRows(ctx, f.schema, "true")
	if err != nil {
		return err
	}
	stuck := map[string]bool{}
	for _, row := range list {
		if stuck[row.Aggregate] {
			continue
		}
		p := Position{row.Log, uint64(row.Seq)}
		e, err := f.conn.Read(ctx, p)
		gone := fault.Is(err, fault.NotFound)
		if err != nil && !gone {
			return err
		}
		err = f.unpark(ctx, p, e, gone)
		if parkable(err) {
			stuck[row.Aggregate] = true
			continue
		}
		if err != nil {
			return fmt.Errorf("projection %s: %w", f.Name, err)
		}
		f.unparked(ctx, row.Owner, p)
	}
	f.parked = stuck
	return nil
}

// unpark folds one parked event. One that its log no longer keeps is let go.
func (f *folder) unpark(ctx context.Context, p Position, e Event, gone bool) error {
	return f.transact(ctx, f.stored, false, func(tx *Tx) error {
		tx.single = true
		if err := tx.send(ctx); err != nil {
			return err
		}
		err := tx.Queue(ctx, `select es.unpark($1, $2, $3, $4)`, f.schema, f.build, p.Log, int64(p.Seq))
		if err != nil || gone {
			return err
		}
		return f.routes.dispatch(ctx, tx, e)
	})
}

// tellParked sends a letter for every event that was parked and not told yet. What cannot be sent
// now is sent the next time.
func (f *folder) tellParked(ctx context.Context) {
	if !f.untold {
		return
	}
	list, err := f.parkedRows(ctx, f.schema, "not told")
	if err != nil {
		f.conn.log.Error("parked events are not told", "projection", f.Name, "err", err)
		return
	}
	for _, row := range list {
		p := Position{row.Log, uint64(row.Seq)}
		letter := letterOf(f.Name, p)
		_, err := f.conn.Append(As(ctx, parkedActor+f.Name), row.Owner, events.LetterParked{
			Letter: letter, Projection: f.Name, Position: p.String(), Name: row.Name, Reason: row.Reason,
		})
		if err == nil {
			_, err = f.db.Exec(ctx, `update es.parked set told = true where schema = $1 and log = $2 and seq = $3`, f.schema, row.Log, row.Seq)
		}
		if err != nil {
			f.conn.log.Error("parked events are not told", "projection", f.Name, "err", err)
			return
		}
	}
	f.untold = false
}

// unparked tells that a parked event is folded.
func (f *folder) unparked(ctx context.Context, owner string, p Position) {
	_, err := f.conn.Append(As(ctx, parkedActor+f.Name), owner, events.LetterUnparked{Letter: letterOf(f.Name, p), Projection: f.Name})
	if err != nil {
		f.conn.log.Error("folded letter is not told", "projection", f.Name, "position", p.String(), "err", err)
	}
}

// foldedOf are the events that other tables had parked and that are folded in these.
func (f *folder) foldedOf(ctx context.Context, was tables) ([]parkedRow, error) {
	return f.parkedRows(ctx, was.schema, "(log, seq) not in (select log, seq from es.parked where schema = '"+f.schema+"')")
}

// tellFolded tells that parked events are folded.
func (f *folder) tellFolded(ctx context.Context, list []parkedRow) {
	for _, row := range list {
		f.unparked(ctx, row.Owner, Position{row.Log, uint64(row.Seq)})
	}
}
