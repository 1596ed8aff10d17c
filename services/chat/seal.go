package chat

import (
	"context"
	"errors"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

const (
	// sealAfter is how long after its end a stream is sealed: what belongs to it has come by then.
	sealAfter = 5 * time.Minute
	// sealAgainAfter is how long after a change it is sealed again, so that many changes are one.
	sealAgainAfter = 2 * time.Second
)

// ended has the chat of a stream sealed some time after the stream has ended, and removes it with the stream.
var ended = run.Reactor{
	Name: "chat-ended", Doc: "has the chat of an ended stream sealed, and removes that of a deleted one", Quiet: true,
	Handle: []es.Handler[*run.Deps]{
		es.On(func(ctx context.Context, d *run.Deps, e events.StreamEnded, m es.Meta) error {
			return d.Logs.SetTimer(ctx, m.Owner, events.ArchiveDue{Archive: e.Stream}, e.At.Add(sealAfter))
		}),
		es.On(func(ctx context.Context, d *run.Deps, e events.StreamDeleted, m es.Meta) error {
			return aloneAt(ctx, d, m.Owner, e.Stream, func(ctx context.Context) error { return drop(ctx, d, m.Owner, e.Stream) })
		}),
	},
}

// drop removes what is kept of a stream that was deleted. Nobody may seal it meanwhile.
func drop(ctx context.Context, d *run.Deps, owner, stream string) error {
	if err := waitForAll(ctx, d); err != nil {
		return err
	}
	if err := keepOnly(ctx, d, owner, stream); err != nil {
		return err
	}
	var there bool
	err := d.DB.QueryRow(ctx, `select exists (select from archive where owner = $1 and stream = $2)`, owner, stream).Scan(&there)
	if err != nil || !there {
		return err
	}
	_, err = d.Append(ctx, owner, events.ArchiveDropped{Archive: stream, Why: "deleted"})
	return err
}

// moderated has archives sealed again when something in them was taken away.
var moderated = run.Reactor{
	Name: "chat-moderated", Doc: "has the chat of a stream sealed again when something in it was taken away", Quiet: true,
	Handle: []es.Handler[*run.Deps]{
		es.On(func(ctx context.Context, d *run.Deps, e events.MessageDeleted, m es.Meta) error {
			return sealAgain(ctx, d, m, `exists (select from seen s where s.owner = a.owner and s.id = $2 and s.at >= a.since and s.at < a.until)`, named(e.Message))
		}),
		es.On(func(ctx context.Context, d *run.Deps, e events.UserCleared, m es.Meta) error {
			return sealAgain(ctx, d, m, `a.channel = $2 and exists (select from message m where m.owner = a.owner and m.channel = a.channel and m.person = $3
				and m.at >= a.since and m.at < a.until and m.at <= $4)`, e.Channel, named(e.Person.ID), timeOf(m))
		}),
		es.On(func(ctx context.Context, d *run.Deps, e events.ChatCleared, m es.Meta) error {
			return sealAgain(ctx, d, m, `a.channel = $2 and exists (select from message m where m.owner = a.owner and m.channel = a.channel
				and m.at >= a.since and m.at < a.until and m.at <= $3)`, e.Channel, timeOf(m))
		}),
	},
}

// sealAgain sets timers for the owner's archives a for which the condition holds.
func sealAgain(ctx context.Context, d *run.Deps, m es.Meta, condition string, values ...any) error {
	if err := d.WaitFor(ctx, m.Position); err != nil {
		return err
	}
	rows, err := d.DB.Query(ctx, `select a.stream from archive a where a.owner = $1 and `+condition, append([]any{m.Owner}, values...)...)
	if err != nil {
		return err
	}
	streams, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, stream := range streams {
		if err := sealSoon(ctx, d, m.Owner, stream); err != nil {
			return err
		}
	}
	return nil
}

// sealSoon has a stream sealed again, unless that is about to happen.
func sealSoon(ctx context.Context, d *run.Deps, owner, stream string) error {
	due, soon := events.ArchiveDue{Archive: stream}, time.Now().Add(sealAgainAfter)
	if at, set, err := d.Logs.Timer(ctx, owner, due); err != nil || set && at.Before(soon) {
		return err
	}
	return d.Logs.SetTimer(ctx, owner, due, soon)
}

// seal puts the chat of a stream into a file that is kept with the stream.
var seal = run.Reactor{
	Name: "chat-seal", Doc: "seals chat and activity of a stream into a file",
	Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, e events.ArchiveDue, m es.Meta) error {
		_, err := sealNow(ctx, d, m.Owner, e.Archive)
		return err
	})},
}

// sealNow seals a stream unless it is live, and tells whether its archive has changed.
func sealNow(ctx context.Context, d *run.Deps, owner, stream string) (changed bool, err error) {
	err = aloneAt(ctx, d, owner, stream, func(ctx context.Context) error {
		changed, err = sealUnchanging(ctx, d, owner, stream)
		return err
	})
	return changed, err
}

// aloneAt runs f while nobody else seals the stream, in whatever process.
func aloneAt(ctx context.Context, d *run.Deps, owner, stream string, f func(context.Context) error) error {
	return d.Alone(ctx, "archive "+owner+" "+stream, f)
}

// sealUnchanging seals a stream as it is now until nothing changes any more. Nobody has it sealed again for what
// is taken away before the tables have its archive.
func sealUnchanging(ctx context.Context, d *run.Deps, owner, stream string) (changed bool, err error) {
	now := time.Now().UTC()
	for {
		sealed, err := trySeal(ctx, d, owner, stream, now)
		if conflict := (*es.ConflictError)(nil); errors.As(err, &conflict) {
			continue
		}
		if err != nil || !sealed {
			return changed, err
		}
		changed = true
	}
}

// trySeal tells whether the archive has changed. It is a ConflictError when something else was told of it meanwhile.
func trySeal(ctx context.Context, d *run.Deps, owner, stream string, now time.Time) (bool, error) {
	version, err := d.Logs.Version(ctx, events.Facts, owner, "archive", stream)
	if err != nil {
		return false, err
	}
	if err := waitForAll(ctx, d); err != nil {
		return false, err
	}
	w, err := findWindow(ctx, d, owner, stream)
	if fault.Is(err, fault.NotFound) || err == nil && (w.live || w.channel == "") {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if w.until.After(now) { // more may come, which is sealed when it is over
		if err := d.Logs.SetTimer(ctx, owner, events.ArchiveDue{Archive: stream}, w.until.Add(sealAfter)); err != nil {
			return false, err
		}
		w.until = now
	}
	file, err := w.write(ctx, d)
	if err != nil {
		return false, err
	}
	defer func() { _ = os.Remove(file.path) }()
	key := folderOf(owner, stream) + file.sha256 + archiveSuffix
	if key == w.key || w.key == "" && file.messages == 0 && file.activities == 0 {
		return false, keepOnly(ctx, d, owner, stream, w.key, downloadsOf(owner, stream, w.key))
	}
	if err := d.Blob.Upload(ctx, file.path, key); err != nil {
		return false, err
	}
	// The id follows from what is told, not from who tells it: another attempt may tell something else.
	p, err := d.Append(ctx, owner, events.ArchiveSealed{
		Archive: stream, Channel: w.channel, Key: key, SHA256: file.sha256, Size: file.size, From: w.from, To: w.until,
		Messages: file.messages, Activities: file.activities,
	}, es.Expect(version.Seq), es.ID(es.DerivedID("archive.sealed", owner, stream, file.sha256, strconv.FormatUint(version.Seq, 10))))
	if err != nil {
		return false, err
	}
	return true, d.WaitFor(ctx, p)
}

// waitForAll waits until the tables have all that is on the logs now.
func waitForAll(ctx context.Context, d *run.Deps) error {
	for _, log := range []events.Log{events.Facts, events.Chat} {
		last, err := d.Logs.Last(ctx, log.Name)
		if err != nil {
			return err
		}
		if err := d.WaitFor(ctx, es.Position{Log: log.Name, Seq: last}); err != nil {
			return err
		}
	}
	return nil
}

// folderOf is where the files of a stream's chat are: the archive, and what was made to be downloaded.
func folderOf(owner, stream string) string { return path.Join(owner, "chat", stream) + "/" }

const (
	archiveSuffix  = ".jsonl.gz"
	downloadPrefix = "chat-"
)

// downloadsOf is how the files begin that were made to be downloaded while the archive was that one, or there was
// none.
func downloadsOf(owner, stream, archive string) string {
	made := "unsealed"
	if archive != "" {
		made = strings.TrimSuffix(path.Base(archive), archiveSuffix)
	}
	return folderOf(owner, stream) + downloadPrefix + made + "-"
}

// keepOnly removes the files of a stream's chat but those that begin in one of these ways.
func keepOnly(ctx context.Context, d *run.Deps, owner, stream string, begin ...string) error {
	stored, err := d.Blob.List(ctx, folderOf(owner, stream))
	if err != nil {
		return err
	}
	for _, object := range stored {
		if slices.ContainsFunc(begin, func(b string) bool { return b != "" && strings.HasPrefix(object.Key, b) }) {
			continue
		}
		if err := d.Blob.Remove(ctx, object.Key); err != nil {
			return err
		}
	}
	return nil
}
