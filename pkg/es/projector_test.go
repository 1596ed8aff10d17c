package es_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
	"github.com/afterglow-live/afterglow/pkg/testkit"
)

func pool(t testing.TB, p run.Platform) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), p.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// projecting runs a projection, as one of perhaps several that do, until it is stopped.
func projecting(t *testing.T, p run.Platform, logs *es.Conn, projection es.Projection) (projector *es.Projector, stop func()) {
	t.Helper()
	projector = es.NewProjector(logs, pool(t, p), projection)
	if err := projector.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- projector.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return projector, stop
}

func appendTitles(t testing.TB, logs *es.Conn, n int) (last es.Position) {
	t.Helper()
	for i := range n {
		var err error
		if last, err = logs.Append(t.Context(), "o1", events.StreamRenamed{Stream: fmt.Sprint(i % 7), Title: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	return last
}

func reach(t *testing.T, projector *es.Projector, at es.Position) {
	t.Helper()
	if err := projector.WaitFor(t.Context(), at); err != nil {
		t.Fatal(err)
	}
}

// Of several that run the same projection one folds, the others know how far it has come, and one of
// them takes over when it is gone: nothing is folded twice or left out.
func TestOneProjectsAndAnotherTakesOver(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	type replica struct {
		*es.Projector
		stop func()
	}
	var replicas []replica
	for range 3 {
		projector, stop := projecting(t, p, p.Logs, counted(1, titlesSQL))
		replicas = append(replicas, replica{projector, stop})
	}
	total := 0
	for len(replicas) > 0 {
		at := appendTitles(t, p.Logs, 50)
		total += 50
		leader := -1
		for i, r := range replicas {
			reach(t, r.Projector, at)
			if status, err := r.Status(t.Context()); err != nil {
				t.Fatal(err)
			} else if !status.Follows {
				if leader >= 0 {
					t.Errorf("replicas %d and %d fold at once", leader, i)
				}
				leader = i
			}
		}
		if n := count(t, p, "titles_v1"); n != total {
			t.Errorf("%d rows, want %d", n, total)
		}
		if leader < 0 {
			t.Fatal("nobody folds")
		}
		replicas[leader].stop()
		replicas = append(replicas[:leader], replicas[leader+1:]...)
	}
}

// A projector that follows knows also of events that the projection has no use for, long after they came.
func TestFollowerKnowsWhatIsPassedOver(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	leader, _ := projecting(t, p, p.Logs, counted(1, titlesSQL))
	at, err := p.Logs.Append(t.Context(), "ours", events.ClipDeleted{Clip: "c1"})
	if err != nil {
		t.Fatal(err)
	}
	reach(t, leader, at)
	follower, _ := projecting(t, p, p.Logs, counted(1, titlesSQL))
	reach(t, follower, at)
}

// A rebuild fills new tables while the live ones are folded on, and whoever folds goes on with the
// new ones.
func TestRebuild(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	db := pool(t, p)
	toy := counted(1, titlesSQL)
	projector, _ := projecting(t, p, p.Logs, toy)
	reach(t, projector, appendTitles(t, p.Logs, 500))
	if _, err := db.Exec(t.Context(), `delete from titles_v1.title where seq % 2 = 0; update titles_v1.title set title = 'wrong'`); err != nil {
		t.Fatal(err)
	}
	was, err := p.Logs.Compare(t.Context(), db, toy, nil)
	if err != nil || len(was.Differences) != 100 {
		t.Fatalf("compare: %d differences, %v", len(was.Differences), err)
	}
	stop, writing := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				writing <- n
				return
			default:
				if _, err := p.Logs.Append(t.Context(), "o1", renamed("meanwhile")); err != nil {
					t.Error(err)
				}
				n++
			}
		}
	}()
	var done, total uint64
	for range 3 {
		if err := p.Logs.Rebuild(t.Context(), db, toy, func(d, t uint64) { done, total = d, t }); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	want := 500 + <-writing
	if done != total || total < 500 {
		t.Errorf("progress ended at %d of %d", done, total)
	}
	last, err := p.Logs.Last(t.Context(), "FACTS")
	if err != nil {
		t.Fatal(err)
	}
	reach(t, projector, es.Position{Log: "FACTS", Seq: last})
	if n := count(t, p, "titles_v1"); n != want {
		t.Errorf("%d rows, want %d", n, want)
	}
	if is, err := p.Logs.Compare(t.Context(), db, toy, nil); err != nil || len(is.Differences) != 0 {
		t.Errorf("compare: %+v, %v", is, err)
	}
}

// The version before shows its documents until the new one has caught up, and never again then.
func TestVersionsBesideEachOther(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	appendTitles(t, p.Logs, 20)
	old, _ := projecting(t, p, p.Logs, counted(1, titlesSQL))
	reach(t, old, appendTitles(t, p.Logs, 1))
	next := counted(2, titlesSQL)
	load := next.Documents[0].Load
	next.Documents[0].Load = func(ctx context.Context, q es.Querier, owner, id string) (any, error) {
		v, err := load(ctx, q, owner, id)
		list, _ := v.(titles)
		return titles{append(list.Titles, "v2")}, err
	}
	newer, _ := projecting(t, p, p.Logs, next)
	at := appendTitles(t, p.Logs, 10)
	reach(t, newer, at)
	reach(t, old, at)
	s := testkit.Start(t, p) // nothing runs in it; it looks at documents
	testkit.WaitDocument(t, s, "o1", "titles/1", func(v titles) bool { return v.Titles[len(v.Titles)-1] == "v2" })
	for _, schema := range []string{"titles_v1", "titles_v2"} {
		if n := count(t, p, schema); n != 31 {
			t.Errorf("%s has %d rows", schema, n)
		}
	}
}

// remake deletes FACTS, and makes it anew as another process would.
func remake(t *testing.T, p run.Platform) *es.Conn {
	t.Helper()
	js, err := jetstream.New(p.Logs.NATS())
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteStream(t.Context(), "FACTS"); err != nil {
		t.Fatal(err)
	}
	again, err := es.Open(t.Context(), p.Logs.NATS(), p.Logger)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// A log that is deleted and made again while it is read is noticed.
func TestLogMadeAnewWhileRunning(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	projector, _ := projecting(t, p, p.Logs, counted(1, titlesSQL))
	reach(t, projector, appendTitles(t, p.Logs, 30))
	at := appendTitles(t, remake(t, p), 5)
	s := testkit.Start(t, p)
	testkit.WaitDocument(t, s, "o1", "titles/3", func(v titles) bool { return len(v.Titles) == 1 })
	reach(t, projector, at)
	if n := count(t, p, "titles_v1"); n != 5 {
		t.Errorf("%d rows, want 5", n)
	}
}

// What a reactor finds in the tables is never of the log before.
func TestReactorOnALogMadeAnew(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	found := make(chan int, 40)
	reader := service(counted(1, titlesSQL))
	reader.Reactors = []run.Reactor{{
		Name: "counts", Doc: "counts titles", Quiet: true,
		Handle: []es.Handler[*run.Deps]{es.On(func(ctx context.Context, d *run.Deps, _ events.StreamRenamed, m es.Meta) error {
			if err := d.WaitFor(ctx, m.Position); err != nil {
				return err
			}
			var rows int
			err := d.DB.QueryRow(ctx, "select count(*) from title").Scan(&rows)
			found <- rows
			return err
		})},
	}}
	testkit.Start(t, p, reader)
	appendTitles(t, p.Logs, 30)
	for range 30 {
		<-found
	}
	appendTitles(t, remake(t, p), 5)
	for range 5 {
		if rows := <-found; rows == 0 || rows > 5 {
			t.Errorf("%d rows, of 5", rows)
		}
	}
}

// A document is shown as it was at any moment, and looking leaves nothing behind.
func TestStateAt(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	db := pool(t, p)
	toy := counted(1, titlesSQL)
	first := appendTitles(t, p.Logs, 3)
	if _, err := p.Logs.Append(t.Context(), "o2", events.StreamRenamed{Stream: "0", Title: "theirs"}); err != nil {
		t.Fatal(err)
	}
	appendTitles(t, p.Logs, 8)
	for position, want := range map[uint64]string{1: `{"titles": ["0"]}`, 3: `{"titles": ["0"]}`, 12: `{"titles": ["0", "0", "7"]}`} {
		doc, err := p.Logs.StateAt(t.Context(), db, toy, "o1", "titles/0", es.Moment{Position: es.Position{Log: "FACTS", Seq: position}})
		if err != nil || normal(t, doc.Value) != normal(t, []byte(want)) {
			t.Errorf("at %d: %s, %v", position, doc.Value, err)
		}
	}
	e, err := p.Logs.Read(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := p.Logs.StateAt(t.Context(), db, toy, "o1", "titles/2", es.Moment{Time: e.Stored})
	if err != nil || normal(t, doc.Value) != `{"titles":["2"]}` {
		t.Errorf("at its time: %s, %v", doc.Value, err)
	}
	waiting := events.UploadLapsed{Upload: "u1"}
	if err := p.Logs.SetTimer(t.Context(), "o1", waiting, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := p.Logs.CancelTimer(t.Context(), "o1", waiting); err != nil {
		t.Fatal(err)
	}
	both := toy
	both.Handle = append(slices.Clone(toy.Handle), es.On(func(context.Context, *es.Tx, events.UploadLapsed, es.Meta) error { return nil }))
	if doc, err = p.Logs.StateAt(t.Context(), db, both, "o1", "titles/2", es.Moment{Time: time.Now()}); err != nil || doc.Value == nil {
		t.Errorf("with a log whose end is not kept: %s, %v", doc.Value, err)
	}
	if _, err := p.Logs.StateAt(t.Context(), db, toy, "o1", "titles/0", es.Moment{Position: es.Position{Log: "FACTS", Seq: 99}}); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
	var left int
	if err := db.QueryRow(t.Context(), `select count(*) from pg_namespace where nspname like 'past%'`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d schemas are left, %v", left, err)
	}
}

// Rows with the same key are merged, in a batch and between batches, in their order.
func TestUpsert(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	merge := es.Upsert{Table: "title", Key: []string{"stream", "minute"}, Set: []string{"title"}, Add: []string{"n"}}
	rename := es.Upsert{Table: "title", Key: merge.Key, Set: []string{"title"}}
	toy := es.Projection{
		Name: "titles", Version: 1,
		SQL: `create table title (stream text, minute bigint, title text not null, n bigint not null default 0, primary key (stream, minute));`,
		Handle: []es.Handler[*es.Tx]{es.On(func(ctx context.Context, tx *es.Tx, e events.StreamRenamed, m es.Meta) error {
			minute := int64(29_000_000 + m.Seq%2)
			if m.Seq%10 == 9 {
				return tx.Upsert(ctx, rename, e.Stream, minute, e.Title)
			}
			return tx.Upsert(ctx, merge, e.Stream, minute, e.Title, int64(1))
		})},
	}
	at := appendTitles(t, p.Logs, 700)
	projector, _ := projecting(t, p, p.Logs, toy)
	reach(t, projector, at)
	reach(t, projector, appendTitles(t, p.Logs, 14))
	var n, sum, wrong int
	err := pool(t, p).QueryRow(t.Context(), `select count(*), sum(n), count(*) filter (where title not in
		('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13')) from titles_v1.title`).Scan(&n, &sum, &wrong)
	if err != nil || n != 14 || sum != 714-71 || wrong != 0 {
		t.Errorf("%d rows, %d counted, %d with an earlier title, %v", n, sum, wrong, err)
	}
}

// A log whose last messages are not kept any more is read to its end all the same.
func TestLogWithoutItsEnd(t *testing.T) {
	t.Parallel()
	p := testkit.Platform(t)
	appendTitles(t, p.Logs, 10)
	js, err := jetstream.New(p.Logs.NATS())
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(t.Context(), "FACTS")
	if err != nil {
		t.Fatal(err)
	}
	toy := counted(1, titlesSQL)
	for seq := uint64(10); seq > 0; seq-- {
		if err := stream.DeleteMsg(t.Context(), seq); err != nil {
			t.Fatal(err)
		}
		if seq%4 != 1 {
			continue
		}
		toy.Version++
		testkit.Start(t, p, service(toy)).Stop(t)
		if n := count(t, p, toy.Schema()); n != int(seq)-1 {
			t.Errorf("%d rows of %d", n, seq-1)
		}
		if err := p.Logs.Rebuild(t.Context(), pool(t, p), toy, nil); err != nil {
			t.Error(err)
		}
		if is, err := p.Logs.Compare(t.Context(), pool(t, p), toy, nil); err != nil || len(is.Differences) > 0 {
			t.Errorf("compare: %+v, %v", is, err)
		}
	}
}
