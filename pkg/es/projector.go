package es

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/fault"
)

const (
	// batchSize is the most events that one transaction takes.
	batchSize = 10_000
	// skipStride is how many events that it has no use for a projection passes over before it
	// writes down how far it has come.
	skipStride = 10 * batchSize
	// tellEvery is how often documents are published while batch follows batch.
	tellEvery = time.Second
)

// Projector keeps one projection up to date.
type Projector struct {
	projection Projection
	conn       *Conn
	pool       *pgxpool.Pool
	routes     routes[*Tx]

	// soft is true while the last commit may be lost in a crash of the database.
	soft bool
	// untold is true while touched documents wait; told is when the last ones were published.
	untold bool
	told   time.Time

	mu      sync.Mutex
	at      Positions
	changed chan struct{}
	err     error
}

// NewProjector makes the runner of a projection; nothing happens before Run.
func NewProjector(c *Conn, pool *pgxpool.Pool, p Projection) *Projector {
	return &Projector{projection: p, conn: c, pool: pool, routes: newRoutes(p.Handle), changed: make(chan struct{})}
}

// Prepare makes the projection's tables and finds how far it has come. A changed .sql under the
// same version is an error that says what to do.
func (r *Projector) Prepare(ctx context.Context) error {
	at, err := r.projection.prepare(ctx, r.pool, r.conn, r.routes.logs)
	if err != nil {
		return err
	}
	r.moveTo(at, nil)
	return nil
}

// Run folds events until the context ends. What fails is told by Status and tried again with
// growing pauses; nothing is skipped.
func (r *Projector) Run(ctx context.Context) error {
	pause := time.Second
	for {
		began := time.Now()
		err := r.fold(ctx)
		if ctx.Err() != nil {
			return nil
		}
		r.conn.log.Error("projection stopped", "projection", r.projection.Name, "err", err)
		r.mu.Lock()
		r.err = err
		r.mu.Unlock()
		if time.Since(began) > time.Minute {
			pause = time.Second
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		pause = min(2*pause, 30*time.Second)
	}
}

// fold reads the logs from where the tables are, and folds batch by batch.
func (r *Projector) fold(ctx context.Context) error {
	at, err := r.projection.prepare(ctx, r.pool, r.conn, r.routes.logs)
	if err != nil {
		return err
	}
	r.moveTo(at, nil)
	if err := r.publishTouched(ctx); err != nil {
		return err
	}
	incoming := make(chan Event, batchSize)
	group, ctx := errgroup.WithContext(ctx)
	for _, name := range r.routes.logs {
		log, _ := events.LogNamed(name)
		after := at[name]
		group.Go(func() error {
			return r.conn.tail(ctx, log, TailFrom{After: after}, func(msg jetstream.Msg) error {
				e, err := decodeMsg(log.Name, msg)
				if err != nil {
					return err
				}
				select {
				case incoming <- e:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
		})
	}
	group.Go(func() error {
		stored := maps.Clone(at)
		for {
			batch, err := nextBatch(ctx, incoming)
			if err != nil {
				return err
			}
			if err := r.apply(ctx, stored, batch, len(incoming) > 0); err != nil {
				return fmt.Errorf("projection %s: %w", r.projection.Name, err)
			}
		}
	})
	return group.Wait()
}

// nextBatch waits for one event and takes what else is already there.
func nextBatch(ctx context.Context, incoming <-chan Event) ([]Event, error) {
	var batch []Event
	select {
	case e := <-incoming:
		batch = append(batch, e)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for len(batch) < batchSize {
		select {
		case e := <-incoming:
			batch = append(batch, e)
		default:
			return batch, nil
		}
	}
	return batch, nil
}

// apply folds a batch in one transaction, and afterwards shows what has changed. stored is what
// the position rows say; it is moved along. more tells that another batch follows at once.
func (r *Projector) apply(ctx context.Context, stored Positions, batch []Event, more bool) error {
	to := maps.Clone(r.position())
	var wanted []Event
	for _, e := range batch {
		to[e.Log] = e.Seq
		if r.routes.wants(e) {
			wanted = append(wanted, e)
		}
	}
	if len(wanted) == 0 && !farFrom(stored, to) && (more || !r.soft) {
		r.moveTo(to, nil)
		return r.show(ctx, more)
	}
	touched := map[touch]bool{}
	err := r.inSchema(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		// In a crash of the database rows and position vanish together, and the log tells them again;
		// but only a batch that comes after would find out.
		if more {
			if _, err := tx.Exec(ctx, "set local synchronous_commit = off"); err != nil {
				return err
			}
		}
		with := &Tx{tx: tx, touched: touched}
		for _, e := range wanted {
			if err := r.routes.dispatch(ctx, with, e); err != nil {
				return err
			}
		}
		if err := with.flush(ctx); err != nil {
			return err
		}
		for log, seq := range to {
			if seq == stored[log] {
				continue
			}
			if err := r.projection.advance(ctx, tx, log, stored[log], seq); err != nil {
				return err
			}
		}
		return r.rememberTouched(ctx, tx, touched)
	})
	if err != nil {
		return err
	}
	maps.Copy(stored, to)
	r.moveTo(to, nil)
	r.soft = more
	r.untold = r.untold || len(touched) > 0
	return r.show(ctx, more)
}

// show publishes the documents that were touched, but only once in a while as long as more follows.
func (r *Projector) show(ctx context.Context, more bool) error {
	if !r.untold || more && time.Since(r.told) < tellEvery {
		return nil
	}
	r.untold, r.told = false, time.Now()
	return r.publishTouched(ctx)
}

func farFrom(stored, to Positions) bool {
	for log, seq := range to {
		if seq-stored[log] >= skipStride {
			return true
		}
	}
	return false
}

// inSchema runs f in a transaction that sees the projection's own tables.
func (r *Projector) inSchema(ctx context.Context, opts pgx.TxOptions, f func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, r.pool, opts, func(tx pgx.Tx) error {
		schema := pgx.Identifier{r.projection.Schema()}.Sanitize()
		if _, err := tx.Exec(ctx, "set local search_path = "+schema+", public"); err != nil {
			return err
		}
		return f(tx)
	})
}

func (r *Projector) position() Positions {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at
}

func (r *Projector) moveTo(at Positions, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at, r.err = maps.Clone(at), err
	close(r.changed)
	r.changed = make(chan struct{})
}

// WaitFor returns when the tables have come to the position. A context that ends first is
// fault.Unavailable.
func (r *Projector) WaitFor(ctx context.Context, p Position) error {
	for {
		r.mu.Lock()
		reached, changed := r.at.Reached(p), r.changed
		r.mu.Unlock()
		if reached {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fault.New(fault.Unavailable, "%s has not come to %s yet; try again", r.projection.Name, p)
		}
	}
}
