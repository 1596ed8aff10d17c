package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// standEvery is how often a process that waits for its turn asks, and how often one whose turn it is
// looks whether it still is.
const standEvery = 2 * time.Second

// Alone runs f in one process at a time: the others wait, and one of them takes over when that one has
// ended or is gone. The context that f gets ends when it is not alone any more. Alone returns what f
// returns, or the context's error.
func (d *Deps) Alone(ctx context.Context, name string, f func(context.Context) error) error {
	for {
		done, err := d.tryAlone(ctx, name, f)
		if done || ctx.Err() != nil {
			return err
		}
		if err != nil {
			d.Logger.Warn("a turn could not be taken", "name", name, "err", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(standEvery):
		}
	}
}

// tryAlone runs f if it is this process's turn; done is false when it is not, or is no more.
func (d *Deps) tryAlone(ctx context.Context, name string, f func(context.Context) error) (done bool, err error) {
	db, err := d.standBy(ctx)
	if err != nil {
		return false, err
	}
	defer func() { // the lock goes with the connection
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = db.Close(closing)
	}()
	var mine bool
	if err := db.QueryRow(ctx, `select pg_try_advisory_lock(hashtextextended($1, 0))`, "alone "+name).Scan(&mine); err != nil || !mine {
		return false, err
	}
	within, end := context.WithCancelCause(ctx)
	defer end(nil)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		hold(within, db, end)
	}()
	err = f(within)
	lost := errors.Is(context.Cause(within), errNotAlone)
	end(nil)
	<-ended // nobody uses the connection when it is closed
	return !lost, err
}

var errNotAlone = errors.New("another process may have taken over")

// hold looks whether the connection that has the lock is still there, until the context ends.
func hold(ctx context.Context, db *pgx.Conn, end context.CancelCauseFunc) {
	ticker := time.NewTicker(standEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*standEvery)
		err := db.Ping(asking)
		cancel()
		if err != nil {
			end(fmt.Errorf("%w: %w", errNotAlone, err))
			return
		}
	}
}

// standBy opens a connection of its own, which is soon known to be broken when it is.
func (d *Deps) standBy(ctx context.Context) (*pgx.Conn, error) {
	cfg := d.DB.Config().ConnConfig
	params := cfg.RuntimeParams
	params["application_name"] = "afterglow " + d.Service + " alone"
	params["tcp_keepalives_idle"], params["tcp_keepalives_interval"], params["tcp_keepalives_count"] = "2", "1", "2"
	db, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("standing by: %w", err)
	}
	return db, nil
}
