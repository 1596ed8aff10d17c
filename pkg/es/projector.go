package es

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

// tellEvery is how often documents are published while batch follows batch.
const tellEvery = time.Second

// Projector keeps one projection up to date. Of those that run for the same projection, in however
// many processes, one folds; the others follow where it has come to, and one of them takes over
// when it is gone.
type Projector struct {
	tables
	conn   *Conn
	pool   *pgxpool.Pool
	routes routes[*Tx]
	// careful begins the next fold one event after the other.
	careful bool

	mu sync.Mutex
	// of are the identities of the logs that at is about.
	of      map[string]string
	at      Positions
	changed chan struct{}
	err     error
	parked  int
	folded  uint64
	leads   bool
}

// NewProjector makes the runner of a projection; nothing happens before Run.
func NewProjector(c *Conn, pool *pgxpool.Pool, p Projection) *Projector {
	return &Projector{tables: tables{p, p.Schema()}, conn: c, pool: pool, routes: newRoutes(p.Handle), changed: make(chan struct{})}
}

// Prepare makes the projection's tables and finds how far they have come. A changed .sql under the
// same version is an error that says what to do.
func (r *Projector) Prepare(ctx context.Context) error {
	identities, err := r.conn.identities(ctx, r.routes.logs)
	if err != nil {
		return err
	}
	_, at, err := r.prepare(ctx, r.pool, identities, r.conn.log)
	if err != nil {
		return err
	}
	r.begin(identities, at)
	return nil
}

// errAnew ends a fold that begins again at once, because the tables or what is parked has changed.
var errAnew = errors.New("the projection begins anew")

// Run folds events, or follows another process that does, until the context ends. What fails is
// told by Status and tried again with growing pauses; nothing is skipped.
func (r *Projector) Run(ctx context.Context) error {
	wait := time.Second
	for {
		began := time.Now()
		err := r.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		switch {
		case errors.Is(err, errAnew), errors.Is(err, ErrRemade):
			continue
		case errors.Is(err, errCareful):
			r.careful = true
			continue
		case errors.Is(err, errFenced):
			r.conn.log.Info("projection was moved on by another process", "projection", r.Name)
		default:
			r.conn.log.Error("projection stopped", "projection", r.Name, "err", err)
			r.fail(err)
		}
		if time.Since(began) > time.Minute {
			wait = time.Second
		}
		pause(ctx, wait)
		wait = min(2*wait, 30*time.Second)
		if Away(err) {
			wait = min(wait, 2*time.Second) // it asks often whether the part that is away is back
		}
	}
}

// once follows until it may fold, and folds until something comes between.
func (r *Projector) once(ctx context.Context) error {
	identities, err := r.conn.identities(ctx, r.routes.logs)
	if err != nil {
		return err
	}
	build, at, err := r.prepare(ctx, r.pool, identities, r.conn.log)
	if err != nil {
		return err
	}
	db, err := r.connect(ctx, r.pool)
	if err != nil {
		return err
	}
	defer leave(ctx, db)
	moves := make(chan *nats.Msg, 1024)
	heard, err := r.conn.nc.ChanSubscribe(r.subject(), moves)
	if err != nil {
		return err
	}
	defer func() { _ = heard.Unsubscribe() }()
	r.begin(identities, at)
	if err := r.follow(ctx, db, build, moves); err != nil {
		return err
	}
	// What the one before has folded since is in the tables now.
	if build, at, err = r.now(ctx, db); err != nil {
		return err
	}
	return r.fold(ctx, db, build, at, identities, moves)
}

// fold reads the logs from where the tables are, and folds batch by batch.
func (r *Projector) fold(ctx context.Context, db *pgx.Conn, build string, at Positions, identities map[string]string, moves <-chan *nats.Msg) error {
	f, err := newFolder(ctx, r.conn, r.tables, db, r.routes, build, at)
	if err != nil {
		return err
	}
	f.careful, r.careful = r.careful, false
	asked, err := r.conn.Last(ctx, events.Dead.Name)
	if err != nil {
		return err
	}
	if err := f.retryParked(ctx); err != nil {
		return err
	}
	r.told(f)
	if f.goal, err = r.conn.ends(ctx, f.stored); err != nil {
		return err
	}
	if err := f.publishTouched(ctx); err != nil {
		return err
	}
	f.tellParked(ctx)
	group, ctx := errgroup.WithContext(ctx)
	in := newInbox()
	defer context.AfterFunc(ctx, in.wake)()
	for log, seq := range f.stored {
		group.Go(func() error { return r.conn.collect(ctx, log, TailFrom{After: seq}, in) })
	}
	group.Go(func() error { return r.listen(ctx, build, identities, moves) })
	if len(f.parked) > 0 {
		group.Go(func() error { return r.conn.awaitRetry(ctx, asked) })
	}
	group.Go(func() error { return r.foldAll(ctx, f, in) })
	return group.Wait()
}

// foldAll folds what comes in, and shows what has changed: at once, but only once in a while as
// long as batch follows batch.
func (r *Projector) foldAll(ctx context.Context, f *folder, in *inbox) error {
	told := time.Time{}
	aside := len(f.parked)
	for {
		batch, more, err := in.take(ctx)
		if err != nil {
			return err
		}
		if err := f.fold(ctx, batch, more); err != nil {
			return err
		}
		r.told(f)
		r.count(len(batch))
		if !more || time.Since(told) >= tellEvery {
			told = time.Now()
			if err := f.publishTouched(ctx); err != nil {
				return err
			}
		}
		f.tellParked(ctx)
		if aside == 0 && len(f.parked) > 0 { // from now on somebody may ask to try again
			return errAnew
		}
	}
}

// awaitRetry returns when somebody asks, after that sequence, to try again what projections have
// parked.
func (c *Conn) awaitRetry(ctx context.Context, after uint64) error {
	filter := events.Dead.Everyone(events.Name(events.LetterRedriven{}))
	return c.Tail(ctx, events.Dead, TailFrom{Subject: filter, After: after}, func(e Event) error {
		var asked events.LetterRedriven
		if err := json.Unmarshal(e.Data, &asked); err != nil || asked.Reactor != "" {
			return nil
		}
		return errAnew
	})
}

func (r *Projector) count(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.folded += uint64(n)
}

// begin says of which logs it is told from now on how far the tables have come.
func (r *Projector) begin(identities map[string]string, at Positions) {
	r.mu.Lock()
	r.of = identities
	r.mu.Unlock()
	r.moveTo(at)
}

func (r *Projector) moveTo(at Positions) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at, r.err = maps.Clone(at), nil
	close(r.changed)
	r.changed = make(chan struct{})
}

// moveUp takes over how far somebody says that the tables have come. Who says less says it of a step before.
func (r *Projector) moveUp(at Positions) {
	r.mu.Lock()
	most := maps.Clone(r.at)
	r.mu.Unlock()
	for log, seq := range at {
		most[log] = max(most[log], seq)
	}
	r.moveTo(most)
}

func (r *Projector) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

// WaitFor returns when the tables have come to the position. A context that ends first is
// fault.Unavailable.
func (r *Projector) WaitFor(ctx context.Context, p Position) error {
	for {
		r.mu.Lock()
		reached, changed := r.at.Reached(p), r.changed
		if of, ok := r.of[p.Log]; ok && of != r.conn.known(p.Log) { // the tables are still those of the log before
			reached = false
		}
		r.mu.Unlock()
		if reached {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fault.New(fault.Unavailable, "%s has not come to %s yet; try again", r.Name, p)
		}
	}
}
