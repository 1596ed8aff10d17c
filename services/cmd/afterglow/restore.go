package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/run"
)

type restoreCmd struct {
	Folder string `arg:"" help:"Folder of the backup." name:"dir" type:"existingdir"`
	JSON   bool   `help:"Print what the backup holds as JSON." name:"json"`
}

// Run puts a backup into an installation in which there is nothing. Objects and vault come before the
// logs, as they did the first time; the services fold their tables when they start.
func (c *restoreCmd) Run(ctx context.Context, cli *CLI, t *terminal) (err error) {
	bar := newBar(t.err, "checking the backup")
	defer bar.end()
	m, err := readManifest(c.Folder, bar.count)
	if err != nil {
		return err
	}
	into, err := cli.emptyInstallation(ctx)
	if err != nil {
		return err
	}
	defer func() { into.stop(err) }()
	if err := into.check(ctx); err != nil {
		return err
	}
	bar.stage("storing objects", 0)
	if err := m.putObjects(ctx, into.objects, c.Folder, bar.count); err != nil {
		return err
	}
	bar.stage("filling the vault", 0)
	if err := m.putVault(ctx, into.database, c.Folder); err != nil {
		return err
	}
	bar.stage("making the logs", 0)
	if err := m.putLogs(ctx, into.nc, c.Folder, bar.count); err != nil {
		return err
	}
	bar.end()
	return m.tell(t, c.JSON, c.Folder, "Restored from")
}

// empty is an installation that nothing was ever put into.
type empty struct {
	nc       *nats.Conn
	database string
	objects  *blob.Store
	stop     func(error) // is told whether the restoring went wrong
}

// emptyInstallation reaches what the environment names if NATS_URL is set; else it makes the data
// folder, and takes it away again when the restoring goes wrong.
func (c *CLI) emptyInstallation(ctx context.Context) (*empty, error) {
	address, err := run.Env("NATS_URL")
	if err != nil {
		return nil, err
	}
	if address == "" {
		return c.emptyFolder(ctx)
	}
	p, err := readOutside()
	if err != nil {
		return nil, err
	}
	e := &empty{database: p["DATABASE_URL"]}
	if e.objects, err = outsideStore(ctx, p); err != nil {
		return nil, err
	}
	if e.nc, err = dialNATS(address); err != nil {
		return nil, err
	}
	e.stop = func(error) { e.nc.Close() }
	return e, nil
}

func (c *CLI) emptyFolder(ctx context.Context) (*empty, error) {
	entries, err := os.ReadDir(c.Data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("%s is not empty; a backup goes into a folder that is, or that is not there yet: choose another --data", c.Data)
	}
	release, err := local.Lock(c.Data)
	if err != nil {
		return nil, err
	}
	mark := filepath.Join(c.Data, restoringFile)
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		return nil, err
	}
	parts, err := startParts(ctx, c.Data, "", run.Config{Listen: "127.0.0.1:0"})
	if err != nil {
		return nil, errors.Join(err, emptyOut(c.Data))
	}
	e := &empty{database: parts.postgres.URL(), stop: func(failure error) {
		parts.stop()
		if failure != nil {
			_ = emptyOut(c.Data) // the failure is what there is to tell
		}
		_ = os.Remove(mark)
		release()
	}}
	if e.objects, err = localStore(ctx, c.Data); err == nil {
		e.nc, err = parts.nats.Connect()
	}
	if err != nil {
		e.stop(err)
		return nil, err
	}
	return e, nil
}

// restoringFile is in a data folder while a backup is put into it.
const restoringFile = "restoring"

// checkRestored refuses a data folder into which a backup was put only in part.
func checkRestored(data string) error {
	if _, err := os.Stat(filepath.Join(data, restoringFile)); err == nil {
		return fmt.Errorf("restoring a backup into %s was interrupted, so it is not whole; remove the folder and restore again", data)
	}
	return nil
}

// emptyOut removes what is in a folder.
func emptyOut(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
	}
	return err
}

// check refuses an installation in which there is something.
func (e *empty) check(ctx context.Context) error {
	js, err := jetstream.New(e.nc)
	if err != nil {
		return fmt.Errorf("jetstream: %w", err)
	}
	list := js.StreamNames(ctx)
	for name := range list.Name() {
		err = fmt.Errorf("nats-server has the log %s already; restore into one that is empty", name)
	}
	if err := errors.Join(err, list.Err()); err != nil {
		return err
	}
	db, err := pgx.Connect(ctx, e.database)
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	var taken []string
	err = db.QueryRow(ctx, `select coalesce(array_agg(nspname::text order by nspname), '{}') from pg_namespace
		where nspname not in ('public', 'information_schema') and nspname not like 'pg\_%'`).Scan(&taken)
	if err != nil {
		return fmt.Errorf("DATABASE_URL: %w", err)
	}
	if len(taken) > 0 {
		return fmt.Errorf("the database has tables already (%v); restore into one that is empty", taken)
	}
	objects, err := e.objects.List(ctx, "")
	if err == nil && len(objects) > 0 {
		err = fmt.Errorf("the bucket has %d objects already; restore into one that is empty", len(objects))
	}
	return err
}
