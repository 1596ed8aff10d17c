package es

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Tx is the transaction of one batch: rows, positions and touched documents become true together.
//
// Reading and Exec cost a round trip each. Queue and Insert do not: what they are given is sent in
// order with the rest of the batch, at the latest before something is read. A projection that only
// inserts is filled by COPY, and one that only upserts by COPY and a merge.
type Tx struct {
	tx      pgx.Tx
	touched map[touch]bool
	// waiting are the statements that are still to be sent.
	waiting pgx.Batch
	// inserts are the rows that are still to be copied; then nothing else is waiting.
	inserts []inserts
	// upserts are the rows that are still to be merged; then nothing else is waiting.
	upserts []*upserts
}

func newTx(tx pgx.Tx) *Tx { return &Tx{tx: tx, touched: map[touch]bool{}} }

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
	if err := tx.flushRows(ctx); err != nil {
		return err
	}
	tx.waiting.Queue(sql, args...)
	return nil
}

// Insert adds a row to a table, with others. A row that is there already fails the batch.
func (tx *Tx) Insert(ctx context.Context, table string, columns []string, values ...any) error {
	if err := tx.mergeUpserts(ctx); err != nil {
		return err
	}
	if err := tx.sendWaiting(ctx); err != nil {
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
	return tx.tx.Exec(ctx, sql, args...)
}

// Query reads rows.
func (tx *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := tx.flush(ctx); err != nil {
		return nil, err
	}
	return tx.tx.Query(ctx, sql, args...)
}

// QueryRow reads one row.
func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := tx.flush(ctx); err != nil {
		return failedRow{err}
	}
	return tx.tx.QueryRow(ctx, sql, args...)
}

type failedRow struct{ err error }

// Scan answers why there is no row.
func (r failedRow) Scan(...any) error { return r.err }

func (tx *Tx) flush(ctx context.Context) error {
	if err := tx.flushRows(ctx); err != nil {
		return err
	}
	return tx.sendWaiting(ctx)
}

// flushRows sends the rows of Insert and Upsert.
func (tx *Tx) flushRows(ctx context.Context) error {
	if err := tx.copyInserts(ctx); err != nil {
		return err
	}
	return tx.mergeUpserts(ctx)
}

// apart runs f so that what it did is undone when it fails, and nothing else.
func (tx *Tx) apart(ctx context.Context, f func() error) error {
	if err := tx.flush(ctx); err != nil {
		return err
	}
	outer := tx.tx
	defer func() { tx.tx = outer }()
	return pgx.BeginFunc(ctx, outer, func(inner pgx.Tx) error {
		tx.tx = inner
		err := f()
		if err == nil {
			err = tx.flush(ctx)
		}
		if err != nil {
			tx.waiting, tx.inserts, tx.upserts = pgx.Batch{}, nil, nil
		}
		return err
	})
}

func (tx *Tx) copyInserts(ctx context.Context) error {
	for _, in := range tx.inserts {
		if _, err := tx.tx.CopyFrom(ctx, pgx.Identifier{in.table}, in.columns, pgx.CopyFromRows(in.rows)); err != nil {
			return fmt.Errorf("inserting into %s: %w", in.table, err)
		}
	}
	tx.inserts = nil
	return nil
}

func (tx *Tx) sendWaiting(ctx context.Context) error {
	if tx.waiting.Len() == 0 {
		return nil
	}
	err := tx.tx.SendBatch(ctx, &tx.waiting).Close()
	tx.waiting = pgx.Batch{}
	return err
}
