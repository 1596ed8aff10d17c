package twitch

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/events"
	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// tellWait is how long a caller waits for the log to hear of what has been done.
const tellWait = 3 * time.Second

// tx is a change of the vault, with the facts that the log is to be told once it is made.
type tx struct {
	pgx.Tx
	facts []fact
}

// fact is what the log is to be told. Told twice, it is on the log once.
type fact struct {
	id, owner, actor string
	at               time.Time
	event            events.Event
}

// tell has the log told of a fact when the change is made.
func (t *tx) tell(ctx context.Context, owner, actor string, at time.Time, e events.Event) error {
	f := fact{es.NewID(), owner, actor, at, e}
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("fact %s: %w", events.Name(e), err)
	}
	if _, err := t.Exec(ctx, "insert into vault.twitch_untold (id, owner, actor, at, event, data) values ($1, $2, $3, $4, $5, $6)",
		f.id, owner, actor, at, events.Name(e), data); err != nil {
		return fmt.Errorf("fact %s: %w", events.Name(e), err)
	}
	t.facts = append(t.facts, f)
	return nil
}

// change makes a change of the vault, and tells the log. What is to be told is kept with the change
// until the log has it: after a crash, or while the log is away, it is told later.
func change(ctx context.Context, d *run.Deps, do func(*tx) error) error {
	var t tx
	if err := pgx.BeginFunc(ctx, d.DB, func(begun pgx.Tx) error {
		t = tx{Tx: begun}
		return do(&t)
	}); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellWait)
	defer cancel()
	if err := tellFacts(waiting, d, t.facts); err != nil {
		d.Logger.Warn("the log will be told later", "err", err)
	}
	return nil
}

func tellFacts(ctx context.Context, d *run.Deps, facts []fact) error {
	for _, f := range facts {
		if _, err := d.Append(es.As(ctx, f.actor), f.owner, f.event, es.ID(f.id), es.At(f.at)); err != nil {
			return err
		}
		if _, err := d.DB.Exec(ctx, "delete from vault.twitch_untold where id = $1", f.id); err != nil {
			return fmt.Errorf("fact %s: %w", f.id, err)
		}
	}
	return nil
}

// tellUntold tells the log what it was not told so far.
func tellUntold(ctx context.Context, d *run.Deps) error {
	rows, err := d.DB.Query(ctx, "select id, owner, actor, at, event, data from vault.twitch_untold order by seq")
	if err != nil {
		return fmt.Errorf("untold facts: %w", err)
	}
	facts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (fact, error) {
		var f fact
		var name string
		var data []byte
		if err := row.Scan(&f.id, &f.owner, &f.actor, &f.at, &name, &data); err != nil {
			return f, err
		}
		f.event, err = decode(name, data)
		return f, err
	})
	if err != nil {
		return fmt.Errorf("untold facts: %w", err)
	}
	return tellFacts(ctx, d, facts)
}

// decode reads a fact by its name.
func decode(name string, data []byte) (events.Event, error) {
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

// now is the time as the vault keeps it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
