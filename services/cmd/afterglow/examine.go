package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/local"
)

const (
	// patience is how long a part may take for one answer.
	patience = 10 * time.Second
	// clockSlack is how far the clock of a part may be off.
	clockSlack = 2 * time.Second
)

// outsideOrData is where PostgreSQL is, and the object store, which is nil with an error.
func (d *doctor) outsideOrData(ctx context.Context) (string, *blob.Store, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if !d.outer {
		address, err := local.PostgresURL(filepath.Join(d.Data, "postgres"))
		if err != nil {
			return "", nil, err
		}
		store, err := localStore(ctx, d.Data)
		return address, store, err
	}
	found, err := readOutside()
	if err != nil {
		return "", nil, err
	}
	store, err := outsideStore(ctx, found)
	return found["DATABASE_URL"], store, err
}

// nats checks nats-server and its logs, and tells whether the logs can be used.
func (d *doctor) nats(ctx context.Context, nc *nats.Conn) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	js, err := jetstream.New(nc)
	if err == nil {
		_, err = js.AccountInfo(ctx)
	}
	if err != nil {
		d.wrong("nats", "turn on jetstream for the account in nats-server's configuration; if its disk was full, make room and start it again", "JetStream does not answer: %v", err)
		return false
	}
	d.ok("nats", "nats-server %s with JetStream", nc.ConnectedServerVersion())
	if d.outer {
		d.note("nats", "", "clients cannot see whether its configuration says `sync_interval: always`; without it, a power cut may lose the last two minutes")
	} else {
		d.ok("nats", "what it acknowledges is on the disk (sync_interval is always)")
	}
	for _, log := range events.Logs() {
		stream, err := js.Stream(ctx, log.Name)
		if err != nil {
			d.wrong("logs", "start the services, which make it", "there is no log %s: %v", log.Name, err)
			return false
		}
		info := stream.CachedInfo()
		if other := differs(es.Config(log), info.Config); other != "" {
			d.wrong("logs", "start the services of this version, which set it right", "the log %s has another %s than is declared", log.Name, other)
		}
		if off := time.Since(info.TimeStamp).Abs(); off > clockSlack {
			d.wrong("clock", "let both machines keep their clocks right with NTP", "the clock of nats-server is %s off", off.Round(time.Second))
		}
	}
	d.ok("logs", "all %d are there", len(events.Logs()))
	return true
}

// differs names the setting in which a log is not as declared; empty when there is none.
func differs(declared, found jetstream.StreamConfig) string {
	for name, pair := range map[string][2]any{
		"subjects":         {declared.Subjects, found.Subjects},
		"retention":        {declared.Retention, found.Retention},
		"age limit":        {declared.MaxAge, found.MaxAge},
		"limit of events":  {declared.MaxMsgs, found.MaxMsgs},
		"limit of bytes":   {declared.MaxBytes, found.MaxBytes},
		"storage":          {declared.Storage, found.Storage},
		"duplicate window": {declared.Duplicates, found.Duplicates},
		"persist mode":     {declared.PersistMode, found.PersistMode},
		"atomic batches":   {declared.AllowAtomicPublish, found.AllowAtomicPublish},
		"schedules":        {declared.AllowMsgSchedules, found.AllowMsgSchedules},
	} {
		if fmt.Sprint(pair[0]) != fmt.Sprint(pair[1]) {
			return name
		}
	}
	return ""
}

// postgres checks the database.
func (d *doctor) postgres(ctx context.Context, address string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	db, err := pgx.Connect(ctx, address)
	if err != nil {
		d.wrong("database", "start PostgreSQL, or correct DATABASE_URL", "it cannot be reached: %v", err)
		return
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	var version string
	var number int
	var vector, readOnly bool
	var now time.Time
	err = db.QueryRow(ctx, `select current_setting('server_version'), current_setting('server_version_num')::int,
		exists (select from pg_extension where extname = 'vector'), pg_is_in_recovery() or current_setting('transaction_read_only')::bool,
		clock_timestamp()`).Scan(&version, &number, &vector, &readOnly, &now)
	switch off := time.Since(now).Abs(); {
	case err != nil:
		d.wrong("database", "look into PostgreSQL's log", "it does not answer: %v", err)
	case number < 150000:
		d.wrong("database", "upgrade it to PostgreSQL 15 or newer", "it is PostgreSQL %s", version)
	case !vector:
		d.wrong("database", "as its administrator: create extension vector", "PostgreSQL %s is without the extension vector", version)
	case readOnly:
		d.wrong("database", "let DATABASE_URL name the primary server", "it can only be read")
	case off > clockSlack:
		d.wrong("clock", "let both machines keep their clocks right with NTP", "the clock of PostgreSQL is %s off", off.Round(time.Second))
	default:
		d.ok("database", "PostgreSQL %s with pgvector", version)
	}
}

// s3 stores, reads and removes an object.
func (d *doctor) s3(ctx context.Context, store *blob.Store) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := roundTrip(ctx, store); err != nil {
		d.wrong("s3", "see that the keys may write to the bucket, and that its disk has room", "an object could not be stored and read: %v", err)
		return
	}
	d.ok("s3", "an object was stored, read in part, and removed")
}

func roundTrip(ctx context.Context, store *blob.Store) (err error) {
	content := []byte("a doctor was here " + rand.Text())
	file, err := os.CreateTemp("", "afterglow-doctor-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(content)
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	key := "doctor/" + filepath.Base(file.Name())
	if err := store.Upload(ctx, file.Name(), key); err != nil {
		return err
	}
	object, _, err := store.Open(ctx, key)
	if err != nil {
		return err
	}
	defer func() { _ = object.Close() }()
	if _, err := object.Seek(2, io.SeekStart); err != nil {
		return err
	}
	read, err := io.ReadAll(object)
	if err != nil {
		return err
	}
	if !bytes.Equal(read, content[2:]) {
		return fmt.Errorf("it came back as %q", read)
	}
	return store.Remove(ctx, key)
}
