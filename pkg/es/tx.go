package es

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Tx is the transaction of one batch: rows, positions and touched documents become true together.
//
// Reading and Exec cost a round trip each. Queue, Insert and Upsert do not: what they are given is
// sent in order with the rest of the batch, at the latest before something is read. A batch of
// nothing else is one round trip with its commit. Many inserts go by COPY, many upserts by COPY and
// a merge.
type Tx struct {
	db session
	// begun is true once the transaction has begun; before that everything waits.
	begun bool
	// single sends every statement by itself: a value that cannot be sent then spoils nothing else.
	single  bool
	touched map[touch]bool
	// waiting are the statements that are still to be sent.
	waiting pgx.Batch
	// inserts are the rows that are still to be inserted; then nothing else is waiting after them.
	inserts []inserts
	// upserts are the rows that are still to be merged; then nothing else is waiting after them.
	upserts []*upserts
	// once are the statements of Once that were given already.
	once map[string]bool
}

// session is a connection, or a transaction that has begun.
type session interface {
	Querier
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error)
}

func newTx(db session, begun bool) *Tx { return &Tx{db: db, begun: begun, touched: map[touch]bool{}} }

// copyAtOnce is how many rows are worth a COPY.
const copyAtOnce = 50

// inserts are rows for one table.
type inserts struct {
	table   string
	columns []string
	rows    [][]any
}

type touch struct{ owner, topic string }

// Touch says that a live document has changed: of the topic with the id, or the topic's only one
// when the id is empty.
func (tx *Tx) Touch(owner, topic, id string) {
	tx.touched[touch{owner, strings.TrimSuffix(topic+"/"+id, "/")}] = true
}

// Queue sends a statement whose result does not matter, with others.
func (tx *Tx) Queue(ctx context.Context, sql string, args ...any) error {
	if err := tx.settle(ctx); err != nil {
		return err
	}
	tx.waiting.Queue(sql, args...)
	return nil
}

// Once sends a statement that has to come before what follows, such as one that makes a table if it is not
// there: the same one a second time in a batch is not sent again.
func (tx *Tx) Once(ctx context.Context, sql string) error {
	if tx.once[sql] && !tx.single {
		return nil
	}
	if tx.once == nil {
		tx.once = map[string]bool{}
	}
	tx.once[sql] = true
	return tx.Queue(ctx, sql)
}

// Insert adds a row to a table, with others. A row that is there already fails the batch.
func (tx *Tx) Insert(ctx context.Context, table string, columns []string, values ...any) error {
	if err := tx.mergeUpserts(ctx); err != nil {
		return err
	}
	for i := range tx.inserts {
		if in := &tx.inserts[i]; in.table == table && slices.Equal(in.columns, columns) {
			in.rows = append(in.rows, values)
			return nil
		}
	}
	tx.inserts = append(tx.inserts, inserts{table, columns, [][]any{values}})
	return nil
}

// Exec runs a statement and tells how many rows it was about.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := tx.flush(ctx); err != nil {
		return pgconn.CommandTag{}, err
	}
	return tx.db.Exec(ctx, sql, args...)
}

// Query reads rows.
func (tx *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := tx.flush(ctx); err != nil {
		return nil, err
	}
	return tx.db.Query(ctx, sql, args...)
}

// QueryRow reads one row.
func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := tx.flush(ctx); err != nil {
		return failedRow{err}
	}
	return tx.db.QueryRow(ctx, sql, args...)
}

type failedRow struct{ err error }

// Scan answers why there is no row.
func (r failedRow) Scan(...any) error { return r.err }

// flush sends everything, within a transaction that has begun.
func (tx *Tx) flush(ctx context.Context) error {
	if err := tx.settle(ctx); err != nil {
		return err
	}
	return tx.send(ctx)
}

// send sends the statements that wait, within a transaction that has begun.
func (tx *Tx) send(ctx context.Context) error {
	if !tx.begun {
		if _, err := tx.db.Exec(ctx, "begin"); err != nil {
			return err
		}
		tx.begun = true
	}
	return tx.sendWaiting(ctx)
}

// commit sends everything and ends the transaction. One that has not begun is a single round trip:
// PostgreSQL takes what comes at once as one transaction.
func (tx *Tx) commit(ctx context.Context) error {
	if err := tx.settle(ctx); err != nil {
		return err
	}
	if tx.begun {
		tx.waiting.Queue("commit")
	}
	if err := tx.sendWaiting(ctx); err != nil {
		return err
	}
	tx.begun = false
	return nil
}

// rollback undoes what was sent.
func (tx *Tx) rollback(ctx context.Context) {
	if tx.begun {
		_, _ = tx.db.Exec(context.WithoutCancel(ctx), "rollback") // or the connection has ended
	}
}

// apart runs f so that what it did is undone when it fails, and nothing else.
func (tx *Tx) apart(ctx context.Context, f func() error) error {
	if _, err := tx.Exec(ctx, "savepoint apart"); err != nil {
		return err
	}
	tx.single = true
	defer func() { tx.single = false }()
	err := f()
	if err == nil {
		err = tx.flush(ctx)
	}
	if err == nil {
		_, err = tx.Exec(ctx, "release savepoint apart") // fails when f has passed over an error
	}
	if err == nil {
		return nil
	}
	tx.waiting, tx.inserts, tx.upserts = pgx.Batch{}, nil, nil
	if _, undone := tx.Exec(ctx, "rollback to savepoint apart; release savepoint apart"); undone != nil {
		return errors.Join(err, undone)
	}
	return err
}

// settle turns rows of Insert and Upsert into statements that wait, or sends them when they are many.
func (tx *Tx) settle(ctx context.Context) error {
	if err := tx.copyInserts(ctx); err != nil {
		return err
	}
	return tx.mergeUpserts(ctx)
}

func (tx *Tx) copyInserts(ctx context.Context) error {
	lists := tx.inserts
	tx.inserts = nil
	for _, in := range lists {
		if tx.single || len(in.rows) < copyAtOnce {
			sql := fmt.Sprintf("insert into %s (%s) %s", quote(in.table), quote(in.columns...), placeholders(len(in.columns)))
			for _, row := range in.rows {
				tx.waiting.Queue(sql, row...)
			}
			continue
		}
		if err := tx.send(ctx); err != nil {
			return err
		}
		if _, err := tx.db.CopyFrom(ctx, pgx.Identifier{in.table}, in.columns, pgx.CopyFromRows(in.rows)); err != nil {
			return fmt.Errorf("inserting into %s: %w", in.table, err)
		}
	}
	return nil
}

func (tx *Tx) sendWaiting(ctx context.Context) error {
	if tx.waiting.Len() == 0 {
		return nil
	}
	if tx.single && tx.begun {
		waiting := tx.waiting.QueuedQueries
		tx.waiting = pgx.Batch{}
		for _, q := range waiting {
			if _, err := tx.db.Exec(ctx, q.SQL, q.Arguments...); err != nil {
				return err
			}
		}
		return nil
	}
	err := tx.db.SendBatch(ctx, &tx.waiting).Close()
	tx.waiting = pgx.Batch{}
	return err
}
