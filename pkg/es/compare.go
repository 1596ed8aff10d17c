package es

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Difference is one row that a replay of the logs gives otherwise than the tables have it.
type Difference struct {
	Table string `json:"table"`
	// Live and Replayed are the row as JSON; empty when it is not there.
	Live     string `json:"live,omitempty"`
	Replayed string `json:"replayed,omitempty"`
}

// Comparison is what came of replaying the logs beside the tables.
type Comparison struct {
	// Differences are the rows that are not the same, the first hundred of them.
	Differences []Difference
	// Parked is how many events the live tables go on without, ReplayParked how many the replay does.
	Parked, ReplayParked int
}

// mostDifferences is how many differences Compare tells of.
const mostDifferences = 100

// Compare replays the logs into new tables up to where the live ones are, and tells which rows are
// not the same: none, if the projection is pure and nothing was lost. progress may be nil.
func (c *Conn) Compare(ctx context.Context, pool *pgxpool.Pool, p Projection, progress func(done, total uint64)) (Comparison, error) {
	var all Comparison
	live := tables{p, p.Schema()}
	replay := live.beside("replay")
	holder, err := live.connect(ctx, pool)
	if err != nil {
		return all, err
	}
	defer func() { _ = holder.Close(context.WithoutCancel(ctx)) }()
	// What the live tables are at one moment, however long the replay takes.
	tx, err := holder.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return all, fmt.Errorf("projection %s: %w", p.Name, err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	_, at, err := live.now(ctx, holder)
	if err != nil {
		return all, err
	}
	f, err := c.fillBeside(ctx, pool, replay, progress, at)
	if err != nil {
		return all, err
	}
	defer leave(ctx, f.db)
	all.Differences, err = compareSchemas(ctx, holder, live.schema, f.db, replay.schema)
	const parked = `select count(*) from es.parked where schema = $1`
	if err == nil {
		err = holder.QueryRow(ctx, parked, live.schema).Scan(&all.Parked)
	}
	if err == nil {
		err = f.db.QueryRow(ctx, parked, replay.schema).Scan(&all.ReplayParked)
	}
	if err != nil {
		return all, fmt.Errorf("projection %s: %w", p.Name, err)
	}
	return all, pgx.BeginFunc(ctx, f.db, func(tx pgx.Tx) error { return replay.drop(ctx, tx) })
}

func compareSchemas(ctx context.Context, one *pgx.Conn, schema string, other *pgx.Conn, otherSchema string) ([]Difference, error) {
	// A partition is compared with the table that it is a part of: an empty one says nothing.
	rows, err := one.Query(ctx, `select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
		where nspname = $1 and relkind in ('r', 'p') and not relispartition order by relname`, schema)
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var list []Difference
	for _, name := range names {
		same, err := sameSums(ctx, one, pgx.Identifier{schema, name}, other, pgx.Identifier{otherSchema, name})
		if err != nil {
			return nil, err
		}
		if same {
			continue
		}
		live, err := rowCounts(ctx, one, pgx.Identifier{schema, name})
		if err != nil {
			return nil, err
		}
		replayed, err := rowCounts(ctx, other, pgx.Identifier{otherSchema, name})
		if err != nil {
			return nil, err
		}
		for row, n := range replayed {
			live[row] -= n
		}
		for _, row := range slices.Sorted(maps.Keys(live)) {
			if live[row] == 0 || len(list) >= mostDifferences {
				continue
			}
			d := Difference{Table: name, Live: row}
			if live[row] < 0 {
				d.Live, d.Replayed = "", row
			}
			list = append(list, d)
		}
	}
	return list, nil
}

// sameSums tells whether two tables have the same number of rows and the same sum of their hashes.
func sameSums(ctx context.Context, one *pgx.Conn, table pgx.Identifier, other *pgx.Conn, otherTable pgx.Identifier) (bool, error) {
	sum := func(db *pgx.Conn, table pgx.Identifier) (text string, err error) {
		err = db.QueryRow(ctx, "select count(*) || ' ' || coalesce(sum(hashtextextended(to_jsonb(t)::text, 0)), 0) from "+table.Sanitize()+" t").Scan(&text)
		return text, err
	}
	a, err := sum(one, table)
	if err != nil {
		return false, err
	}
	b, err := sum(other, otherTable)
	return a == b, err
}

// rowCounts has how often each row is in a table, as JSON. Numbers that the database gives out by
// itself would differ in each replay, so a projection has none.
func rowCounts(ctx context.Context, db *pgx.Conn, table pgx.Identifier) (map[string]int, error) {
	rows, err := db.Query(ctx, "select to_jsonb(t) from "+table.Sanitize()+" t")
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	var row json.RawMessage
	_, err = pgx.ForEachRow(rows, []any{&row}, func() error {
		counts[string(row)]++
		return nil
	})
	return counts, err
}
