package es

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
)

const (
	// standEvery is how often a projector that does not fold asks whether it may.
	standEvery = time.Second
	// recogniseEvery is how often it is asked whether the logs are still the same.
	recogniseEvery = 5 * time.Second
)

// moved is told after every step, and once in a while: how far which build of the tables has come.
type moved struct {
	Build string    `json:"build"`
	At    Positions `json:"at"`
}

// subject is where the one who folds tells the others how far it has come. The tables may say less: events
// that a projection has no use for are passed over without a word to them.
func (t tables) subject() string { return "moved." + t.schema }

// follow returns when this projector is the one that folds.
func (r *Projector) follow(ctx context.Context, db *pgx.Conn, build string, moves <-chan *nats.Msg) error {
	ticker := time.NewTicker(standEvery)
	defer ticker.Stop()
	for {
		leads, err := r.lead(ctx, db)
		r.mu.Lock()
		r.leads = leads
		r.mu.Unlock()
		if err != nil || leads {
			return err
		}
		now, at, err := r.now(ctx, db)
		if err != nil {
			return err
		}
		if now != build {
			return errAnew
		}
		r.moveUp(at)
		for asking := false; !asking; {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case msg := <-moves:
				at, err := hear(msg, build)
				if err != nil {
					return err
				}
				r.moveUp(at)
			case <-ticker.C:
				asking = true
			}
		}
	}
}

// hear reads what the one who folds tells: errAnew when the tables were built anew.
func hear(msg *nats.Msg, build string) (Positions, error) {
	var m moved
	if err := json.Unmarshal(msg.Data, &m); err != nil {
		return nil, fmt.Errorf("what a projector tells: %w", err)
	}
	if m.Build != build {
		return nil, errAnew
	}
	return m.At, nil
}

// listen returns when the tables were built anew, or a log was made anew. Those who have begun to follow since
// the last step hear how far it has come.
func (r *Projector) listen(ctx context.Context, build string, identities map[string]string, moves <-chan *nats.Msg) error {
	ticker := time.NewTicker(recogniseEvery)
	defer ticker.Stop()
	telling := time.NewTicker(standEvery)
	defer telling.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-telling.C:
			r.tell(build)
		case <-ticker.C:
			now, err := r.conn.identities(ctx, r.routes.logs)
			if err != nil { // nothing is known of them now; whoever reads them finds out by itself
				r.conn.log.Debug("logs are not recognised", "projection", r.Name, "err", err)
			} else if !maps.Equal(now, identities) {
				return errAnew
			}
		case msg := <-moves:
			if _, err := hear(msg, build); err != nil {
				return err
			}
		}
	}
}

// told takes over how far the folder has come, and tells the projectors that follow.
func (r *Projector) told(f *folder) {
	r.moveTo(f.at)
	r.mu.Lock()
	r.parked = len(f.parked)
	r.mu.Unlock()
	r.tell(f.build)
}

// tell tells the projectors that follow how far this one has come.
func (r *Projector) tell(build string) {
	r.mu.Lock()
	body, _ := json.Marshal(moved{build, r.at})
	r.mu.Unlock()
	if err := r.conn.nc.Publish(r.subject(), body); err != nil {
		r.conn.log.Debug("position was not told", "projection", r.Name, "err", err)
	}
}
