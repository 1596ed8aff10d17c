package chat

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/afterglow-live/afterglow/pkg/api"
	"github.com/afterglow-live/afterglow/pkg/fault"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// GetPerson asks about somebody by the id on the platform.
type GetPerson struct {
	User string `path:"user" json:"-"`
}

// Chatter is what is known of somebody from what is kept.
type Chatter struct {
	ID string `json:"id"`
	// Login and Name are the latest.
	Login string `json:"login"`
	Name  string `json:"name"`
	// Names are all that were seen, the latest first.
	Names     []string  `json:"names"`
	FirstSeen time.Time `json:"firstSeen"`
	LastSeen  time.Time `json:"lastSeen"`
	// Messages that were written, and those of them that were taken away.
	Messages int `json:"messages"`
	Deleted  int `json:"deleted"`
	// Bits that were cheered.
	Bits int `json:"bits"`
	// Streams during which something was written, the latest first.
	Streams []PersonStream `json:"streams"`
}

// PersonStream is how much somebody wrote during a stream.
type PersonStream struct {
	Stream   string `json:"stream"`
	Messages int    `json:"messages"`
}

var getPerson = api.Get("/api/chat/people/{user}", "shows what is known of somebody who writes", api.Viewers,
	func(ctx context.Context, d *run.Deps, req GetPerson) (Chatter, error) {
		p := Chatter{ID: req.User, Names: []string{}}
		owner := api.OwnerOf(ctx)
		if strings.ContainsRune(req.User, 0) {
			return p, nobodyIs(req.User)
		}
		rows, err := d.DB.Query(ctx, `select login, name, min(at), max(at), sum(messages), sum(deleted), sum(bits) from (
				select m.login, m.name, m.at, 1 as messages, (d.at is not null)::int as deleted, m.bits from `+messageTable+` where m.owner = $1 and m.person = $2
				union all
				select coalesce(data->'person'->>'login', ''), coalesce(data->'person'->>'name', ''), at, 0, 0, 0 from activity where owner = $1 and person = $2
			) seen group by login, name order by max(at) desc, name`, owner, req.User)
		if err != nil {
			return p, err
		}
		var login, name string
		var first, last time.Time
		var messages, deleted, bits int
		_, err = pgx.ForEachRow(rows, []any{&login, &name, &first, &last, &messages, &deleted, &bits}, func() error {
			if p.Login == "" {
				p.Login = login
			}
			if p.Name == "" {
				p.Name = name
			}
			if name != "" {
				p.Names = append(p.Names, name)
			}
			if p.FirstSeen.IsZero() || first.Before(p.FirstSeen) {
				p.FirstSeen = first
			}
			if last.After(p.LastSeen) {
				p.LastSeen = last
			}
			p.Messages += messages
			p.Deleted += deleted
			p.Bits += bits
			return nil
		})
		if err != nil {
			return p, err
		}
		if p.LastSeen.IsZero() {
			return p, nobodyIs(req.User)
		}
		rows, err = d.DB.Query(ctx, `select s.id, count(*) from span s join message m
				on m.owner = s.owner and m.person = $2 and m.at >= s.started_at and m.at < coalesce(s.until, 'infinity') and s.channel in (m.channel, '')
			where s.owner = $1 group by s.id, s.started_at order by s.started_at desc limit 200`, owner, req.User)
		if err != nil {
			return p, err
		}
		p.Streams, err = pgx.CollectRows(rows, pgx.RowToStructByPos[PersonStream])
		return p, err
	})

func nobodyIs(id string) error {
	return fault.New(fault.NotFound, "nobody with the id %s has written or done anything that is kept", id)
}
