package run

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
)

// Outbox is a table of a service's vault with the facts that the log has not been told yet. It has the
// columns id, seq, owner, actor, at, event and data.
type Outbox string

// tellWait is how long a caller waits for the log to hear of what has been done.
const tellWait = 3 * time.Second

// Change is a change of the vault, with the facts that the log is to be told once it is made.
type Change struct {
	pgx.Tx
	outbox Outbox
	facts  []untold
}

// untold is what the log is to be told. Told twice, it is on the log once.
type untold struct {
	id, owner, actor string
	at               time.Time
	event            events.Event
}

// Tell has the log told of a fact when the change is made.
func (c *Change) Tell(ctx context.Context, owner, actor string, at time.Time, e events.Event) error {
	f := untold{es.NewID(), owner, actor, at, e}
	if err := c.outbox.keep(ctx, c.Tx, f); err != nil {
		return err
	}
	c.facts = append(c.facts, f)
	return nil
}

// Keep keeps a fact with a change that is made elsewhere. The log is told by the next Flush.
func (o Outbox) Keep(ctx context.Context, tx pgx.Tx, owner, actor string, at time.Time, e events.Event) error {
	return o.keep(ctx, tx, untold{es.NewID(), owner, actor, at, e})
}

func (o Outbox) keep(ctx context.Context, tx pgx.Tx, f untold) error {
	data, err := json.Marshal(f.event)
	if err == nil {
		_, err = tx.Exec(ctx, "insert into vault."+string(o)+" (id, owner, actor, at, event, data) values ($1, $2, $3, $4, $5, $6)",
			f.id, f.owner, f.actor, f.at, events.Name(f.event), data)
	}
	if err != nil {
		return fmt.Errorf("fact %s: %w", events.Name(f.event), err)
	}
	return nil
}

// Change makes a change of the vault, and tells the log. What is to be told is kept with the change until
// the log has it: after a crash, or while the log is away, it is told later, by Flush.
func (o Outbox) Change(ctx context.Context, d *Deps, do func(*Change) error) error {
	var c Change
	if err := pgx.BeginFunc(ctx, d.DB, func(begun pgx.Tx) error {
		c = Change{Tx: begun, outbox: o}
		return do(&c)
	}); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellWait)
	defer cancel()
	if err := o.tell(waiting, d, c.facts); err != nil {
		d.Logger.Warn("the log will be told later", "err", err)
	}
	return nil
}

// Flush tells the log what it was not told so far.
func (o Outbox) Flush(ctx context.Context, d *Deps) error {
	rows, err := d.DB.Query(ctx, "select id, owner, actor, at, event, data from vault."+string(o)+" order by seq")
	if err != nil {
		return fmt.Errorf("untold facts: %w", err)
	}
	facts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (untold, error) {
		var f untold
		var name string
		var data []byte
		if err := row.Scan(&f.id, &f.owner, &f.actor, &f.at, &name, &data); err != nil {
			return f, err
		}
		f.event, err = factNamed(name, data)
		return f, err
	})
	if err != nil {
		return fmt.Errorf("untold facts: %w", err)
	}
	return o.tell(ctx, d, facts)
}

func (o Outbox) tell(ctx context.Context, d *Deps, facts []untold) error {
	for _, f := range facts {
		if _, err := d.Append(es.As(ctx, f.actor), f.owner, f.event, es.ID(f.id), es.At(f.at)); err != nil {
			return err
		}
		if _, err := d.DB.Exec(ctx, "delete from vault."+string(o)+" where id = $1", f.id); err != nil {
			return fmt.Errorf("fact %s: %w", f.id, err)
		}
	}
	return nil
}

// factNamed reads a fact by its name.
func factNamed(name string, data []byte) (events.Event, error) {
	for _, e := range events.Facts.Events {
		if events.Name(e) != name {
			continue
		}
		v := reflect.New(reflect.TypeOf(e))
		err := json.Unmarshal(data, v.Interface())
		return v.Elem().Interface().(events.Event), err
	}
	return nil, fmt.Errorf("there is no event %s", name)
}
