package es

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// rememberTouched writes down which documents have to be shown, in the transaction that changed them.
func (r *Projector) rememberTouched(ctx context.Context, tx pgx.Tx, touched map[touch]bool) error {
	if len(touched) == 0 {
		return nil
	}
	var owners, topics []string
	for t := range touched {
		owners, topics = append(owners, t.owner), append(topics, t.topic)
	}
	_, err := tx.Exec(ctx, `insert into es.touched (name, version, owner, topic)
		select $1, $2, owner, topic from unnest($3::text[], $4::text[]) as t(owner, topic) on conflict do nothing`,
		r.projection.Name, r.projection.Version, owners, topics)
	return err
}

// publishTouched shows every touched document as the tables have it now. What a crash leaves is
// found here at the next start.
func (r *Projector) publishTouched(ctx context.Context) error {
	at := r.position()
	return r.inSchema(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `delete from es.touched where name = $1 and version = $2 returning owner, topic`,
			r.projection.Name, r.projection.Version)
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Owner, Topic string }])
		if err != nil {
			return err
		}
		for _, t := range list {
			err := r.publishOne(ctx, tx, at, t.Owner, t.Topic)
			if errors.Is(err, errUnshowable) { // one document is no reason to stop the tables
				r.conn.log.Error("live document is not up to date", "projection", r.projection.Name, "owner", t.Owner, "err", err)
				continue
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *Projector) publishOne(ctx context.Context, tx pgx.Tx, at Positions, owner, topic string) error {
	kind, id := splitTopic(topic)
	for _, d := range r.projection.Documents {
		if d.Topic != kind {
			continue
		}
		value, err := d.Load(ctx, tx, owner, id)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("live document %s: %w", topic, err)
		}
		return r.conn.publishLive(ctx, owner, topic, at, value)
	}
	return fmt.Errorf("live document %s: projection %s makes none of that topic", topic, r.projection.Name)
}
