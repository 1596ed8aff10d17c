package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/services"
)

// vaultFile is where a backup has a table of the vault, as COPY writes it.
func vaultFile(table string) string { return "vault/" + table + ".copy" }

// copyVault copies all tables of the vault as they are at one moment. COPY was chosen over pg_dump,
// because no program of PostgreSQL's version has to be there: the tables are made by the services'
// own migrations.
func (m *manifest) copyVault(ctx context.Context, url, dir string) error {
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	tx, err := db.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	m.Migrations, m.Tables = map[string]int64{}, nil
	skip := map[string]bool{}
	for _, s := range services.All() {
		if s.Vault == nil {
			continue
		}
		table := s.Name + "_migrations"
		skip[table] = true
		var there bool
		if err := tx.QueryRow(ctx, "select to_regclass($1) is not null", "vault."+table).Scan(&there); err != nil {
			return fmt.Errorf("vault of %s: %w", s.Name, err)
		}
		if !there { // the service has never run
			continue
		}
		var migration int64
		err := tx.QueryRow(ctx, "select coalesce(max(version_id), 0) from vault."+pgx.Identifier{table}.Sanitize()).Scan(&migration)
		if err != nil {
			return fmt.Errorf("vault of %s: %w", s.Name, err)
		}
		m.Migrations[s.Name] = migration
	}
	if len(m.Migrations) == 0 {
		return nil
	}
	tables, err := vaultTables(ctx, tx)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	for _, table := range tables {
		if skip[table.Name] {
			continue
		}
		err := m.writeFile(dir, vaultFile(table.Name), func(w io.Writer) error {
			tag, err := db.PgConn().CopyTo(ctx, w, "copy "+table.sql()+" to stdout")
			table.Rows = tag.RowsAffected()
			return err
		})
		if err != nil {
			return err
		}
		m.Tables = append(m.Tables, table)
	}
	return nil
}

// vaultTables are the tables of the vault with the columns that are stored, those that others refer to
// first.
func vaultTables(ctx context.Context, tx pgx.Tx) ([]tableCopy, error) {
	rows, err := tx.Query(ctx, `with recursive deep(oid, level) as (
			select oid, 0 from pg_class where relnamespace = 'vault'::regnamespace and relkind = 'r'
			union
			select c.conrelid, deep.level + 1 from deep join pg_constraint c on c.confrelid = deep.oid and c.contype = 'f'
			where c.conrelid <> c.confrelid and deep.level < 100
		)
		select c.relname, array(select attname::text from pg_attribute a
			where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum), 0::bigint
		from deep join pg_class c using (oid) group by c.oid, c.relname order by max(level), c.relname`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[tableCopy])
}

// sql names the table and its columns, as COPY wants them.
func (t tableCopy) sql() string {
	var columns []string
	for _, column := range t.Columns {
		columns = append(columns, pgx.Identifier{column}.Sanitize())
	}
	return pgx.Identifier{"vault", t.Name}.Sanitize() + " (" + strings.Join(columns, ", ") + ")"
}

// putVault makes the tables of the vault as they were, and fills them in one transaction.
func (m *manifest) putVault(ctx context.Context, url, dir string) error {
	for _, s := range services.All() {
		if migration, copied := m.Migrations[s.Name]; copied {
			if err := run.Migrate(ctx, url, s, migration); err != nil {
				return err
			}
		}
	}
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	err = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		for _, table := range m.Tables {
			if err := putTable(ctx, db, table, filepath.Join(dir, vaultFile(table.Name))); err != nil {
				return fmt.Errorf("table %s: %w", table.Name, err)
			}
		}
		return numberOn(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return nil
}

func putTable(ctx context.Context, db *pgx.Conn, table tableCopy, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	tag, err := db.PgConn().CopyFrom(ctx, file, "copy "+table.sql()+" from stdin")
	if err == nil && tag.RowsAffected() != table.Rows {
		err = fmt.Errorf("%d rows are there, %d were", tag.RowsAffected(), table.Rows)
	}
	return err
}

// numberOn lets columns that number their rows go on after the highest number there is.
func numberOn(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `select format('select setval(%L, (select coalesce(max(%I), 0) + 1 from vault.%I), false)',
			pg_get_serial_sequence(format('vault.%I', table_name), column_name), column_name, table_name)
		from information_schema.columns
		where table_schema = 'vault' and pg_get_serial_sequence(format('vault.%I', table_name), column_name) is not null
			and table_name not like '%\_migrations'`)
	if err != nil {
		return err
	}
	statements, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, statement := range statements {
		_, failed := tx.Exec(ctx, statement)
		err = errors.Join(err, failed)
	}
	return err
}
