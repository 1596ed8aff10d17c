package es

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// skipStride is how many events that it has no use for a projection passes over before it writes
// down how far it has come.
const skipStride = 10 * batchSize

// folder folds events into tables, over a connection that nothing else uses.
type folder struct {
	tables
	conn   *Conn
	db     *pgx.Conn
	routes routes[*Tx]
	build  string
	// at is how far it has come; stored is what the position rows say.
	at, stored Positions
	// goal is where the logs ended when the folding began: what is not there yet is catching up.
	goal Positions
	// careful folds the next batch one event after the other.
	careful bool
	// soft is true while the last commit may be lost in a crash of the database.
	soft bool
	// parked are the aggregates of which an event could not be folded.
	parked map[string]bool
	// untold is true while letters wait to be sent.
	untold bool
	// touched are the live documents that are to be shown; shown are those that have been and are still
	// written down as touched.
	touched, shown map[touch]bool
	// settled is true once it is known who shows live documents.
	settled bool
	// active is the version that shows live documents, as far as is known.
	active int
	// trace is the traceparent of the last event that was folded.
	trace string
}

func newFolder(ctx context.Context, c *Conn, t tables, db *pgx.Conn, routes routes[*Tx], build string, at Positions) (*folder, error) {
	f := &folder{
		tables: t, conn: c, db: db, routes: routes, build: build,
		at: maps.Clone(at), stored: maps.Clone(at), parked: map[string]bool{}, untold: true,
		touched: map[touch]bool{}, shown: map[touch]bool{},
	}
	if err := f.loadParked(ctx); err != nil {
		return nil, err
	}
	return f, f.loadTouched(ctx)
}

// fold takes a batch into the tables, in one transaction. more tells that another follows at once.
// An event that cannot be folded is parked.
func (f *folder) fold(ctx context.Context, batch []Event, more bool) error {
	to := maps.Clone(f.at)
	var wanted []Event
	for _, e := range batch {
		to[e.Log] = max(to[e.Log], e.Seq)
		if f.routes.wants(e) {
			wanted = append(wanted, e)
		}
	}
	if len(wanted) == 0 && !farFrom(f.stored, to) && (more || !f.soft) {
		f.at = to
		return nil
	}
	began := time.Now()
	each := f.dispatch
	if f.careful {
		each = f.dispatchOrPark
	}
	err := f.commit(ctx, wanted, to, more, each)
	if parkable(err) && !f.careful {
		f.conn.log.Warn("batch failed, its events are folded one by one", "projection", f.Name, "err", err)
		if f.db.IsClosed() { // a value that could not be sent has spoilt it
			return fmt.Errorf("%w: %w", errCareful, err)
		}
		err = f.commit(ctx, wanted, to, more, f.dispatchOrPark)
	}
	if err != nil {
		return fmt.Errorf("projection %s: %w", f.Name, err)
	}
	f.careful = false
	traceFold(ctx, f.Name, began, wanted)
	if len(wanted) > 0 {
		f.trace = wanted[len(wanted)-1].Trace
	}
	f.at, f.stored, f.soft = to, maps.Clone(to), more
	return nil
}

// commit gives events to the handlers and moves the position, in one transaction.
func (f *folder) commit(ctx context.Context, wanted []Event, to Positions, more bool, each func(context.Context, *Tx, Event) error) error {
	parked := maps.Clone(f.parked)
	err := f.transact(ctx, to, more, func(tx *Tx) error {
		for _, e := range wanted {
			if err := each(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.parked = parked
	}
	return err
}

// transact changes the tables and moves the position, in one transaction.
func (f *folder) transact(ctx context.Context, to Positions, more bool, change func(*Tx) error) error {
	tx := newTx(f.db, false)
	err := change(tx)
	if err == nil {
		err = f.finish(ctx, tx, to, more)
	}
	if err != nil {
		tx.rollback(ctx)
		return err
	}
	clear(f.shown)
	maps.Copy(f.touched, tx.touched)
	return nil
}

// finish sends what the handlers left to be sent, and with it the position and the touched
// documents, and commits.
func (f *folder) finish(ctx context.Context, tx *Tx, to Positions, more bool) error {
	if err := tx.settle(ctx); err != nil {
		return err
	}
	// In a crash of the database rows and position vanish together, and the log tells them again; but
	// only a batch that comes after would find out.
	if more {
		tx.waiting.Queue("select set_config('synchronous_commit', 'off', true)")
	}
	if len(f.shown) > 0 {
		owners, topics := columnsOf(f.shown)
		tx.waiting.Queue(`delete from es.touched where schema = (select schema from `+lockedSchema+`)
			and (owner, topic) in (select * from unnest($2::text[], $3::text[]))`, f.schema, owners, topics)
	}
	if len(tx.touched) > 0 {
		owners, topics := columnsOf(tx.touched)
		tx.waiting.Queue(`insert into es.touched (schema, owner, topic)
			select schema, owner, topic from `+lockedSchema+`, unnest($2::text[], $3::text[]) as t(owner, topic)
			on conflict do nothing`, f.schema, owners, topics)
		tx.waiting.Queue(`select coalesce((select version from es.active where name = $1), 0)`, f.Name).
			QueryRow(func(row pgx.Row) error { return row.Scan(&f.active) })
	}
	for log, seq := range to {
		if seq != f.stored[log] {
			tx.waiting.Queue(`select es.advance($1, $2, $3, $4, $5)`, f.schema, log, f.build, int64(f.stored[log]), int64(seq))
		}
	}
	err := tx.commit(ctx)
	if database := (*pgconn.PgError)(nil); errors.As(err, &database) && database.Code == codeFenced {
		return errFenced
	}
	return err
}

func columnsOf(touched map[touch]bool) (owners, topics []string) {
	for t := range touched {
		owners, topics = append(owners, t.owner), append(topics, t.topic)
	}
	return owners, topics
}

// lockedSchema is the row of the tables $1: as long as it is locked they are not replaced, so that the
// two do not wait for each other.
const lockedSchema = `(select schema from es.projection where schema = $1 for key share) as locked`

func (f *folder) dispatch(ctx context.Context, tx *Tx, e Event) error {
	if f.parked[aggregateOf(e)] {
		return f.park(ctx, tx, e, "an earlier event of "+e.Aggregate+" "+e.AggregateID+" is parked")
	}
	return f.routes.dispatch(ctx, tx, e)
}

// dispatchOrPark folds one event by itself, and parks it when that fails.
func (f *folder) dispatchOrPark(ctx context.Context, tx *Tx, e Event) error {
	touched := maps.Clone(tx.touched)
	err := tx.apart(ctx, func() error { return f.dispatch(ctx, tx, e) })
	if !parkable(err) {
		return err
	}
	tx.touched = touched
	f.parked[aggregateOf(e)] = true
	f.untold = true
	f.conn.log.Error("event is parked", "projection", f.Name, "event", e.Name, "position", e.Position.String(), "err", err)
	return f.park(ctx, tx, e, err.Error())
}

func farFrom(stored, to Positions) bool {
	for log, seq := range to {
		if seq-stored[log] >= skipStride {
			return true
		}
	}
	return false
}

const (
	// codeCopyFailed is what becomes of a COPY with a value that cannot be sent.
	codeCopyFailed = "57014"
	// codeAborted is what becomes of a transaction whose handler has passed over an error.
	codeAborted = "25P02"
)

// errCareful is a batch that is to be folded again over another connection, one event after the other.
var errCareful = errors.New("an event cannot be folded")

// parkable tells an event that cannot be folded from a database that cannot fold at the moment.
func parkable(err error) bool {
	if err == nil || Away(err) || errors.Is(err, errFenced) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var database *pgconn.PgError
	if errors.As(err, &database) {
		if database.Code == codeCopyFailed || database.Code == codeAborted {
			return true
		}
		switch class := database.Code[:2]; class {
		case "25", "40", "53", "55", "57", "58", "XX": // state, deadlock, resources, locks, operator, system
			return false
		}
	}
	return !strings.Contains(err.Error(), "conn closed")
}
