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

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/es"
)

const (
	// patience is how long a part may take for one answer.
	patience = 5 * time.Second
	// clockSlack is how far the clock of a part may be off.
	clockSlack = 2 * time.Second
)

// logs checks nats-server and its logs, and by them the services.
func (d *doctor) logs(ctx context.Context, nc *nats.Conn) {
	if !d.nats(ctx, nc) {
		return
	}
	opening, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := es.Open(opening, nc, d.t.log)
	if err != nil {
		d.wrong("services", "mend the logs first", "%v", err)
		return
	}
	d.atOnce(func(d *doctor) { d.services(ctx, conn) }, func(d *doctor) { d.letters(ctx, conn) })
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

// revive says what to do about a part: outside it is the operator's, else up started it in a folder of
// the installation.
func (d *doctor) revive(folder, outside string) string {
	if d.outer {
		return outside
	}
	return fmt.Sprintf("look into %s; `afterglow up` starts it again when it has ended, so if it only hangs, stop `afterglow up` and start that again",
		filepath.Join(d.Data, folder, "log"))
}

// objects is the object store.
func (d *doctor) objects(ctx context.Context) (*blob.Store, error) {
	if !d.outer {
		return localStore(ctx, d.Data)
	}
	found, err := readOutside()
	if err != nil {
		return nil, err
	}
	return outsideStore(ctx, found)
}

// s3 stores, reads and removes an object.
func (d *doctor) s3(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	store, err := d.objects(ctx)
	if err != nil {
		d.wrong("s3", d.revive("s3", "start the object store, or correct S3_ENDPOINT and its keys"), "%v", err)
		return
	}
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
