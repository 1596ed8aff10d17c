package es

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/afterglow-live/afterglow/events"
)

// Moment is a point in the past: one of the two is set.
type Moment struct {
	// Position is right after that event.
	Position Position
	// Time is right after everything that was stored by then.
	Time time.Time
}

// errPast ends a transaction that only looked at the past.
var errPast = errors.New("the past is not kept")

// StateAt makes a live document as it was at a moment: it folds the owner's events up to there by
// themselves, in tables that nobody else sees. It takes as long as folding all of them; a context
// that ends is its error. A nil value says that there was none.
func (c *Conn) StateAt(ctx context.Context, pool *pgxpool.Pool, p Projection, owner, topic string, at Moment) (Live, error) {
	routes := newRoutes(p.Handle)
	doc := Live{Topic: topic, Owner: owner, Positions: Positions{}}
	until, err := c.positionsAt(ctx, routes.logs, at)
	if err != nil {
		return doc, err
	}
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		t := tables{p, "past_" + NewID()}
		schema := pgx.Identifier{t.schema}.Sanitize()
		for _, sql := range []string{"create schema " + schema, "set local search_path = " + schema + ", public", p.SQL} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		with := newTx(tx, true)
		if err := c.foldPast(ctx, with, routes, owner, until); err != nil {
			return err
		}
		value, err := p.load(ctx, tx, owner, topic)
		if err != nil {
			return err
		}
		doc.Positions = until
		if value != nil {
			if doc.Value, err = json.Marshal(value); err != nil {
				return err
			}
		}
		return errPast
	})
	if !errors.Is(err, errPast) {
		return doc, fmt.Errorf("%s in the past: %w", topic, err)
	}
	return doc, nil
}

// foldPast folds an owner's events, log by log. An event that cannot be folded is passed over with
// the later ones of its aggregate, as a projection does.
func (c *Conn) foldPast(ctx context.Context, tx *Tx, routes routes[*Tx], owner string, until Positions) error {
	parked := map[string]bool{}
	for _, name := range routes.logs {
		log, _ := events.LogNamed(name)
		if until[name] == 0 {
			continue
		}
		err := c.Tail(ctx, log, TailFrom{Subject: log.Owned(owner), Until: until[name]}, func(e Event) error {
			if e.Seq > until[name] || !routes.wants(e) || parked[aggregateOf(e)] {
				return nil
			}
			err := tx.apart(ctx, func() error { return routes.dispatch(ctx, tx, e) })
			if parkable(err) {
				parked[aggregateOf(e)] = true
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return tx.flush(ctx)
}

// positionsAt finds where the logs ended at a moment.
func (c *Conn) positionsAt(ctx context.Context, logs []string, at Moment) (Positions, error) {
	until := Positions{}
	if at.Position.Log != "" {
		stream, err := c.stream(at.Position.Log)
		if err != nil {
			return nil, err
		}
		msg, err := stream.GetMsg(ctx, at.Position.Seq)
		if err != nil {
			return nil, noEvent(at.Position, err)
		}
		at.Time = msg.Time
	}
	for _, log := range logs {
		seq, err := c.lastBy(ctx, log, at.Time)
		if err != nil {
			return nil, err
		}
		if until[log] = seq; log == at.Position.Log {
			until[log] = at.Position.Seq
		}
	}
	return until, nil
}

// lastBy is the sequence of the last message that a log had stored at a time.
func (c *Conn) lastBy(ctx context.Context, log string, at time.Time) (uint64, error) {
	stream, err := c.stream(log)
	if err != nil {
		return 0, err
	}
	info, err := stream.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("log %s: %w", log, err)
	}
	if info.State.Msgs == 0 {
		return info.State.LastSeq, nil
	}
	// Between low, which was stored by then, and high, which was not.
	low, high := info.State.FirstSeq-1, info.State.LastSeq+1
	for high-low > 1 {
		middle := low + (high-low)/2
		msg, err := stream.GetMsg(ctx, middle, jetstream.WithGetMsgSubject(">"))
		if errors.Is(err, jetstream.ErrMsgNotFound) { // the last ones are not kept any more
			high = middle
			continue
		}
		if err != nil {
			return 0, noEvent(Position{log, middle}, err)
		}
		if msg.Time.After(at) {
			high = middle
		} else {
			low = msg.Sequence
		}
	}
	return low, nil
}
