package es

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// shown says what becomes of live documents that were touched.
type shown int

const (
	// showNow: they are published.
	showNow shown = iota
	// showLater: this version is still catching up, and the one before shows them.
	showLater
	// showNever: a newer version shows them.
	showNever
)

// activate makes this version the one that shows live documents as soon as it has caught up. A newer
// version that nobody folds any more is no hindrance: that is the way back.
func (f *folder) activate(ctx context.Context) (shown, error) {
	result, switched := showNow, false
	err := pgx.BeginFunc(ctx, f.db, func(tx pgx.Tx) error {
		var version int
		err := tx.QueryRow(ctx, `insert into es.active (name, version) values ($1, $2)
			on conflict (name) do update set version = es.active.version returning version`, f.Name, f.Version).Scan(&version)
		if err != nil || version == f.Version {
			return err
		}
		if version > f.Version {
			newer := f.Projection
			newer.Version = version
			var free bool
			if err := tx.QueryRow(ctx, `select pg_try_advisory_xact_lock(hashtextextended($1, 0))`, newer.Schema()).Scan(&free); err != nil {
				return err
			}
			if !free {
				result = showNever
				return nil
			}
		} else if !f.at.covers(f.goal) {
			result = showLater
			return nil
		}
		switched = true
		_, err = tx.Exec(ctx, `update es.active set version = $2 where name = $1`, f.Name, f.Version)
		return err
	})
	if err == nil && switched {
		err = f.takeOver(ctx)
	}
	if err != nil {
		return showNow, fmt.Errorf("projection %s: %w", f.Name, err)
	}
	f.settled = result != showLater
	if result == showNow {
		f.active = f.Version
	}
	return result, nil
}

// takeOver shows all documents anew that another version has shown. It drops the tables of earlier
// versions, except those of the last one, which are the way back, and tells which events that it had
// parked are folded now.
func (f *folder) takeOver(ctx context.Context) error {
	shown, err := f.conn.shownOf(ctx, f.Documents)
	if err != nil {
		return err
	}
	maps.Copy(f.touched, shown)
	rows, err := f.db.Query(ctx, `select version from es.projection where name = $1 and version < $2 order by version desc`, f.Name, f.Version)
	if err != nil {
		return err
	}
	versions, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil || len(versions) == 0 {
		return err
	}
	for i, version := range versions {
		old := f.Projection
		old.Version = version
		was := tables{old, old.Schema()}
		if i == 0 {
			list, err := f.foldedOf(ctx, was)
			if err != nil {
				return err
			}
			f.tellFolded(ctx, list)
			continue
		}
		if err := pgx.BeginFunc(ctx, f.db, func(tx pgx.Tx) error { return was.drop(ctx, tx) }); err != nil {
			return err
		}
	}
	return nil
}

// loadTouched finds what was to be shown when the tables were last folded.
func (f *folder) loadTouched(ctx context.Context) error {
	rows, err := f.db.Query(ctx, `select owner, topic from es.touched where schema = $1`, f.schema)
	if err != nil {
		return fmt.Errorf("projection %s: %w", f.Name, err)
	}
	var t touch
	_, err = pgx.ForEachRow(rows, []any{&t.owner, &t.topic}, func() error {
		f.touched[t] = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("projection %s: %w", f.Name, err)
	}
	return nil
}

// publishAtOnce is how many documents are on their way to NATS at once.
const publishAtOnce = 32

// publishTouched shows every touched document as the tables have it now. What a crash leaves is
// found at the next start; a document that is shown twice is the same twice.
func (f *folder) publishTouched(ctx context.Context) error {
	if len(f.touched) == 0 && (f.settled || f.active == f.Version) {
		return nil
	}
	how := showNow
	if f.active != f.Version { // as of the last fold: a newer version may have begun to show them
		var err error
		if how, err = f.activate(ctx); err != nil || how == showLater {
			return err
		}
	}
	group, publishing := errgroup.WithContext(ctx)
	group.SetLimit(publishAtOnce)
	for t := range f.touched {
		if how == showNever || publishing.Err() != nil {
			break
		}
		value, err := f.load(ctx, f.db, t.owner, t.topic)
		if err != nil {
			return errors.Join(err, group.Wait())
		}
		group.Go(func() error {
			err := f.conn.publishLive(publishing, t.owner, t.topic, f.at, f.trace, value)
			if errors.Is(err, errUnshowable) { // one document is no reason to stop the tables
				f.conn.log.Error("live document is not up to date", "projection", f.Name, "owner", t.owner, "err", err)
				return nil
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	maps.Copy(f.shown, f.touched)
	clear(f.touched)
	return nil
}

// load reads a live document from the tables; nil when there is none.
func (p Projection) load(ctx context.Context, q Querier, owner, topic string) (any, error) {
	kind, id := splitTopic(topic)
	for _, d := range p.Documents {
		if d.Topic != kind {
			continue
		}
		value, err := d.Load(ctx, q, owner, id)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return nil, fmt.Errorf("live document %s: %w", topic, err)
		}
		return value, nil
	}
	return nil, fmt.Errorf("live document %s: projection %s makes none of that topic", topic, p.Name)
}
