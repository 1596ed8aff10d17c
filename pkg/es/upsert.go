package es

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Upsert says how a row is merged with the one that has the same key: a counter grows, everything
// else is replaced.
type Upsert struct {
	Table string
	// Key are the columns of the table's primary key; none of them is null.
	Key []string
	// Set are columns that take the new value.
	Set []string
	// Add are columns of type bigint that grow by the new value, an int64.
	Add []string
}

// upserts are rows for one table, each key once.
type upserts struct {
	Upsert
	rows  [][]any
	byKey map[string][]any
}

// mergeAtOnce is how many rows are worth a table of their own to be merged from.
const mergeAtOnce = 50

// Upsert adds a row or merges it with the one that has the same key, with others. values are those
// of Key, of Set and of Add, in that order.
func (tx *Tx) Upsert(ctx context.Context, u Upsert, values ...any) error {
	if len(values) != len(u.Key)+len(u.Set)+len(u.Add) {
		return fmt.Errorf("upsert into %s: %d values for %d columns", u.Table, len(values), len(u.Key)+len(u.Set)+len(u.Add))
	}
	if err := tx.copyInserts(ctx); err != nil {
		return err
	}
	if slices.ContainsFunc(tx.upserts, func(other *upserts) bool { return other.Table == u.Table && !other.same(u) }) {
		if err := tx.mergeUpserts(ctx); err != nil { // what comes later is about the same rows
			return err
		}
	}
	into := tx.upsertsOf(u)
	key := keyOf(values[:len(u.Key)])
	row := into.byKey[key]
	if row == nil {
		into.byKey[key] = values
		into.rows = append(into.rows, values)
		return nil
	}
	added := len(u.Key) + len(u.Set)
	copy(row[:added], values)
	for i := added; i < len(row); i++ {
		row[i] = row[i].(int64) + values[i].(int64)
	}
	return nil
}

// keyOf is a text that is the same for the same key.
func keyOf(values []any) string {
	if text, ok := values[0].(string); ok && len(values) == 1 {
		return text
	}
	return fmt.Sprintf("%#v", values)
}

func (u Upsert) same(other Upsert) bool {
	return u.Table == other.Table && slices.Equal(u.Key, other.Key) && slices.Equal(u.Set, other.Set) && slices.Equal(u.Add, other.Add)
}

func (tx *Tx) upsertsOf(u Upsert) *upserts {
	for _, list := range tx.upserts {
		if list.same(u) {
			return list
		}
	}
	list := &upserts{Upsert: u, byKey: map[string][]any{}}
	tx.upserts = append(tx.upserts, list)
	return list
}

// mergeUpserts sends the rows of Upsert: a few as statements, many by way of a temporary table.
func (tx *Tx) mergeUpserts(ctx context.Context) error {
	lists := tx.upserts
	tx.upserts = nil
	for _, list := range lists {
		if tx.single || len(list.rows) < mergeAtOnce {
			sql := list.sql(placeholders(len(list.columns())))
			for _, row := range list.rows {
				tx.waiting.Queue(sql, row...)
			}
			continue
		}
		if err := tx.send(ctx); err != nil {
			return err
		}
		if err := tx.merge(ctx, list); err != nil {
			return fmt.Errorf("merging into %s: %w", list.Table, err)
		}
	}
	return nil
}

func (tx *Tx) merge(ctx context.Context, list *upserts) error {
	from := "merge_" + list.Table
	_, err := tx.db.Exec(ctx, fmt.Sprintf("create temporary table %s on commit drop as select %s from %s with no data",
		quote(from), quote(list.columns()...), quote(list.Table)))
	if err != nil {
		return err
	}
	if _, err := tx.db.CopyFrom(ctx, pgx.Identifier{from}, list.columns(), pgx.CopyFromRows(list.rows)); err != nil {
		return err
	}
	if _, err := tx.db.Exec(ctx, list.sql("select * from "+quote(from))); err != nil {
		return err
	}
	_, err = tx.db.Exec(ctx, "drop table "+quote(from))
	return err
}

func (u Upsert) columns() []string { return slices.Concat(u.Key, u.Set, u.Add) }

// placeholders is a list of values for so many columns.
func placeholders(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("$%d", i+1))
	}
	return "values (" + strings.Join(list, ", ") + ")"
}

// sql merges rows that come from a query or a list of values.
func (u Upsert) sql(rows string) string {
	var changes []string
	for _, column := range u.Set {
		changes = append(changes, fmt.Sprintf("%s = excluded.%s", quote(column), quote(column)))
	}
	for _, column := range u.Add {
		changes = append(changes, fmt.Sprintf("%s = %s.%s + excluded.%s", quote(column), quote(u.Table), quote(column), quote(column)))
	}
	action := "nothing"
	if len(changes) > 0 {
		action = "update set " + strings.Join(changes, ", ")
	}
	return fmt.Sprintf("insert into %s (%s) %s on conflict (%s) do %s",
		quote(u.Table), quote(u.columns()...), rows, quote(u.Key...), action)
}

func quote(names ...string) string {
	var list []string
	for _, name := range names {
		list = append(list, pgx.Identifier{name}.Sanitize())
	}
	return strings.Join(list, ", ")
}
