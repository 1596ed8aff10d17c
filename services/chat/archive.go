package chat

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/blob"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// An archive is a gzip file of JSON lines: a header, and then a line for each message, activity, count of
// viewers and gap, each kind in the order of time. Times called at, from and to are seconds on the
// stream's clock, which began at startedAt.

// archiveFormat and archiveVersion are what the header of an archive begins with.
const (
	archiveFormat  = "afterglow-chat"
	archiveVersion = 1
)

// header is the first line of an archive.
type header struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	Stream  string `json:"stream"`
	Channel string `json:"channel"`
	// StartedAt is stream time zero on the wall clock; Until is where the archive ends.
	StartedAt time.Time `json:"startedAt"`
	Until     time.Time `json:"until"`
}

// line is any other line: one of its fields.
type line struct {
	Message  *Message    `json:"message,omitempty"`
	Activity *Activity   `json:"activity,omitempty"`
	Viewers  *Viewers    `json:"viewers,omitempty"`
	Gap      *MissedTime `json:"gap,omitempty"`
}

// archive is what was read of one, and who is not in it any more although the file has them.
type archive struct {
	messages   []Message
	activities []Activity
	viewers    []Viewers
	erased     erasures
}

// erasures are until when what somebody wrote and did was removed, by their ids.
type erasures map[string]time.Time

func (e erasures) has(person string, at time.Time) bool {
	until, ok := e[person]
	return ok && !at.After(until)
}

// archived reads the archive of the window.
func (w window) archived(ctx context.Context, d *run.Deps) (archive, error) {
	a, err := archives.get(ctx, d, w.key)
	if errors.Is(err, blob.ErrNotFound) {
		return a, fault.New(fault.Unavailable, "the archive of the stream is being written anew; try again in a moment").After(time.Second)
	}
	if err != nil {
		return a, err
	}
	a.erased, err = erasedOf(ctx, d, w.owner)
	return a, err
}

func erasedOf(ctx context.Context, d *run.Deps, owner string) (erasures, error) {
	rows, err := d.DB.Query(ctx, `select person, at from erased where owner = $1`, owner)
	if err != nil {
		return nil, err
	}
	all := erasures{}
	var person string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&person, &at}, func() error {
		all[person] = at
		return nil
	})
	return all, err
}

// archives remembers the archives that were read last. What is under a key never changes.
var archives recent

// recent are the last few archives, the one that was used last at the end.
type recent struct {
	mu   sync.Mutex
	list []struct {
		key string
		archive
	}
}

const mostRecent = 4

func (r *recent) get(ctx context.Context, d *run.Deps, key string) (archive, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, kept := range r.list {
		if kept.key == key {
			r.list = append(append(r.list[:i:i], r.list[i+1:]...), kept)
			return kept.archive, nil
		}
	}
	a, err := readArchive(ctx, d, key)
	if err != nil {
		return a, err
	}
	r.list = append(r.list[max(0, len(r.list)-mostRecent+1):len(r.list):len(r.list)], struct {
		key string
		archive
	}{key, a})
	return a, nil
}

func readArchive(ctx context.Context, d *run.Deps, key string) (archive, error) {
	var a archive
	file, _, err := d.Blob.Open(ctx, key)
	if err != nil {
		return a, fmt.Errorf("archive: %w", err)
	}
	defer func() { _ = file.Close() }()
	plain, err := gzip.NewReader(bufio.NewReaderSize(file, 1<<20))
	if err != nil {
		return a, fmt.Errorf("archive %s: %w", key, err)
	}
	lines := json.NewDecoder(plain)
	var h header
	if err := lines.Decode(&h); err != nil {
		return a, fmt.Errorf("archive %s: %w", key, err)
	}
	if h.Format != archiveFormat || h.Version > archiveVersion {
		return a, fmt.Errorf("archive %s: it is %s in version %d, and this program knows %s in version %d", key, h.Format, h.Version, archiveFormat, archiveVersion)
	}
	for {
		var l line
		err := lines.Decode(&l)
		switch {
		case errors.Is(err, io.EOF):
			return a, nil
		case err != nil:
			return a, fmt.Errorf("archive %s: %w", key, err)
		case l.Message != nil:
			a.messages = append(a.messages, *l.Message)
		case l.Activity != nil:
			a.activities = append(a.activities, *l.Activity)
		case l.Viewers != nil:
			a.viewers = append(a.viewers, *l.Viewers)
		}
	}
}
