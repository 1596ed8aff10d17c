package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestBackup restores a quiet installation elsewhere, and wants everything to be as it was.
func TestBackup(t *testing.T) {
	t.Parallel()
	for _, shape := range shapes[:2] {
		t.Run(shape.name, func(t *testing.T) {
			t.Parallel()
			p := shape.start(t)
			c := newCrowd(t, p)
			c.finish(t)
			c.program.call(t, http.MethodDelete, "/api/connections/twitch", nil, nil)
			// When it is forgotten how far Twitch was heard, nobody listens any more, and it is quiet.
			poll(t, "Twitch is still listened to", func() bool { return len(p.vault(t)["twitch_heard"]) == 0 })
			backup := filepath.Join(t.TempDir(), "backup")
			p.command(t, "backup", backup).want(t, 0)
			p.command(t, "backup", backup).want(t, 1, "is not empty")

			q, up := restored(t, backup)
			for _, log := range []string{"FACTS", "CHAT", "TICKS", "TIMERS", "DEAD"} {
				// The day after which chat is forgotten is set anew at every start.
				forgets := func(l line) bool { return strings.Contains(l.Subject, ".history.") }
				if was, is := slices.DeleteFunc(p.lines(t, log), forgets), slices.DeleteFunc(q.lines(t, log), forgets); !reflect.DeepEqual(was, is) {
					t.Errorf("%s had %d events and has %d, or others", log, len(was), len(is))
				}
			}
			if was, is := p.vault(t), q.vault(t); !reflect.DeepEqual(was, is) {
				t.Errorf("the vault was %v and is %v", was, is)
			}
			if was, is := p.objects(t), q.objects(t); len(was) == 0 || !reflect.DeepEqual(was, is) {
				t.Errorf("there were %d objects and are %d, or others", len(was), len(is))
			}
			there := q.program(strings.TrimPrefix(c.program.header.Get("Authorization"), "Bearer "))
			for _, path := range pagesOf(c) {
				was, is := c.program.call(t, http.MethodGet, path, nil, nil), there.call(t, http.MethodGet, path, nil, nil)
				if !bytes.Equal(was.body, is.body) {
					t.Errorf("%s was %s\nand is %s", path, was.body, is.body)
				}
			}
			q.command(t, "replay", "--all", "--strict").want(t, 0)
			up.stop(t)
			wantNothingRuns(t, q.data)
			refusesDamage(t, backup)
		})
	}
}

// restored is an installation of its own that the backup was put into, and that runs.
func restored(t *testing.T, backup string) (*platform, *process) {
	t.Helper()
	q := alone(t)
	q.command(t, "restore", backup).want(t, 0)
	q.command(t, "restore", backup).want(t, 1, q.data, "is not empty")
	wantNothingRuns(t, q.data)
	up := q.up(t)
	up.waitReady(t)
	return q, up
}

// pagesOf are what the pages ask for.
func pagesOf(c *crowd) []string {
	paths := []string{"/api/streams", "/api/clips", "/api/chat", "/api/activity", "/api/jobs", "/api/letters", "/api/events", "/api/streams/" + c.streams[0]}
	for id := range c.clips {
		paths = append(paths, "/api/clips/"+id)
	}
	return paths
}

// vault is every row of every table of the vault. When somebody was seen last changes with each call.
func (p *platform) vault(t testing.TB) map[string][]string {
	t.Helper()
	ctx := soon(t)
	db, err := pgx.Connect(ctx, p.database)
	check(t, err)
	defer func() { _ = db.Close(ctx) }()
	rows, err := db.Query(ctx, `select tablename from pg_tables where schemaname = 'vault' and tablename not like '%\_migrations'`)
	check(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	check(t, err)
	found := map[string][]string{}
	for _, table := range tables {
		rows, err := db.Query(ctx, "select (to_jsonb(t) - 'last_used_at' - 'seen_at')::text from "+pgx.Identifier{"vault", table}.Sanitize()+" t order by 1")
		check(t, err)
		found[table], err = pgx.CollectRows(rows, pgx.RowTo[string])
		check(t, err)
	}
	if len(found["accounts"]) == 0 || len(found["tokens"]) == 0 {
		t.Errorf("the vault has no accounts or no tokens: %v", found)
	}
	return found
}

// objects are the sums of all stored objects, by their keys.
func (p *platform) objects(t testing.TB) map[string][sha256.Size]byte {
	t.Helper()
	root, found := filepath.Join(p.home, "s3", "objects", "afterglow"), map[string][sha256.Size]byte{}
	check(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			if err == nil && strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
			return err
		}
		content, err := os.ReadFile(path)
		found[strings.TrimPrefix(path, root)] = sha256.Sum256(content)
		return err
	}))
	return found
}

// refusesDamage wants backups that are not whole to be refused, and nothing to be left of the try.
func refusesDamage(t *testing.T, backup string) {
	t.Helper()
	damage := func(name string, change func([]byte) []byte, words ...string) {
		t.Helper()
		file := filepath.Join(backup, name)
		content, err := os.ReadFile(file)
		check(t, err)
		check(t, os.WriteFile(file, change(bytes.Clone(content)), 0o600))
		q := alone(t)
		q.command(t, "restore", backup).want(t, 1, words...)
		if left, err := os.ReadDir(q.data); err != nil || len(left) > 0 {
			t.Errorf("after a refused restore there are %v, %v", left, err)
		}
		check(t, os.WriteFile(file, content, 0o600))
	}
	facts := filepath.Join("logs", "FACTS.snapshot")
	damage(facts, func(c []byte) []byte { c[len(c)/2]++; return c }, "damaged", "logs/FACTS.snapshot")
	damage(facts, func(c []byte) []byte { return c[:len(c)-1] }, "damaged", "logs/FACTS.snapshot")
	damage("manifest.json", func(c []byte) []byte { return bytes.Replace(c, []byte(`"format": 1`), []byte(`"format": 99`), 1) }, "format 99")
	check(t, os.Remove(filepath.Join(backup, "manifest.json")))
	alone(t).command(t, "restore", backup).want(t, 1, "no finished backup")
}

// TestBackupMeanwhile backs up while everything is used and works. What comes of it is whole in itself.
func TestBackupMeanwhile(t *testing.T) {
	t.Parallel()
	p := together(t)
	c := newCrowd(t, p)
	ctx, leave := context.WithCancel(soon(t))
	var using sync.WaitGroup
	using.Go(func() { c.mark(ctx, t) })
	using.Go(func() {
		for round := byte(0); ctx.Err() == nil; round++ {
			c.bring(ctx, round)
		}
	})
	poll(t, "nobody adds markers", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.markers) > 20
	})
	acked := c.facts(t)
	backup := filepath.Join(t.TempDir(), "backup")
	r := p.command(t, "backup", "--json", backup).want(t, 0)
	leave()
	using.Wait()
	told := decode[struct{ Positions map[string]uint64 }](t, []byte(r.stdout))
	if told.Positions["FACTS"] < acked[len(acked)-1].Seq {
		t.Errorf("the backup ends at FACTS/%d, FACTS/%d was acknowledged before", told.Positions["FACTS"], acked[len(acked)-1].Seq)
	}

	q, _ := restored(t, backup)
	was, is := p.lines(t, "FACTS"), q.lines(t, "FACTS")
	if len(is) < int(told.Positions["FACTS"]) {
		t.Fatalf("%d events are restored, %d were backed up", len(is), told.Positions["FACTS"])
	}
	for i := range told.Positions["FACTS"] {
		if !reflect.DeepEqual(was[i], is[i]) {
			t.Fatalf("an event was %+v\nand is %+v", was[i], is[i])
		}
	}
	// All work comes to its end there too, once.
	there := &crowd{
		platform: q, program: q.program(strings.TrimPrefix(c.program.header.Get("Authorization"), "Bearer ")),
		streams: c.streams, viewer: q.twitch.User("theirs"), markers: map[string]marker{}, clips: map[string]clip{},
	}
	for id := range markersOn(t, acked) {
		there.markers[id] = c.markers[id]
	}
	for _, f := range q.facts(t) {
		if made, known := c.clips[f.AggregateID]; known && f.Event == "clip.registered" {
			there.clips[f.AggregateID] = made
		}
	}
	q.connectTwitch(t, there.program) // the key of the secrets is no part of a backup
	there.finish(t)
	there.reconcile(t)
	q.command(t, "replay", "--all", "--strict").want(t, 0)
}
